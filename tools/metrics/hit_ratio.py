"""Hit ratio: how many of all hits were found."""

from __future__ import annotations

from tools.metrics.base import Outcome


class HitRatio:
    """Hits found / all hits of the library."""

    title = "hits found / all hits"

    def value(self, outcome: Outcome) -> float:
        """The ratio, in [0, 1]; see `tools.metrics.base.Metric`."""
        found = sum(int(one.hit.sum()) for one in outcome.rounds)
        return found / outcome.hits if outcome.hits else float("nan")


METHOD = HitRatio
