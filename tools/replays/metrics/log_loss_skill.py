"""Log-loss skill: what the probabilities know beyond the base rate."""

from __future__ import annotations

from tools.replays.metrics.base import Outcome


class LogLossSkill:
    """1 − log-loss of the hit probabilities / log-loss of the constant base rate, over all candidates.

    1 − Σ L(p) / Σ L(base rate) over rounds, with L(p) = −mean of y ln p + (1 − y) ln(1 − p) over the n candidates of a
    round, in nats (Good 1952, J. R. Stat. Soc. B 14:107). No unit: 0 = no better than the base rate, 1 = certain and
    right, negative = worse than saying nothing.
    """

    title = "log-loss skill over the base rate"

    def value(self, outcome: Outcome) -> float:
        """The skill, at most 1; see `tools.replays.metrics.base.Metric`."""
        loss, base = (sum(getattr(one, name) for one in outcome.rounds) for name in ("log_loss", "base_log_loss"))
        return 1 - loss / base if base > 0 else float("nan")


METHOD = LogLossSkill
