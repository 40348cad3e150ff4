"""Coverage: how often the interval for a round's hits held."""

from __future__ import annotations

from tools.replays.metrics.base import Outcome


class Coverage80:
    """Share of rounds whose number of hits lies in the 80 % interval that was given beforehand, ends included.

    (1 / R) Σ 1[low ≤ hits of the round ≤ high] over R rounds, from 0 to 1; NaN without a round. An interval that keeps
    its word holds as often as it says (Gneiting, Balabdaoui and Raftery 2007, J. R. Stat. Soc. B 69:243), or a little
    oftener, as numbers of hits are whole.
    """

    title = "rounds whose hits lay in the 80 % interval"

    def value(self, outcome: Outcome) -> float:
        """The share, .8 = as promised; see `tools.replays.metrics.base.Metric`."""
        if not outcome.rounds:
            return float("nan")
        inside = [one.low <= int(one.hit.sum()) <= one.high for one in outcome.rounds]
        return sum(inside) / len(inside)


METHOD = Coverage80
