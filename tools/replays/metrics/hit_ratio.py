"""Hit ratio: how many of all hits were found."""

from __future__ import annotations

from tools.replays.metrics.base import Outcome


class HitRatio:
    """Hits found / all hits of the library, from 0 to 1.

    Σ over rounds of the hits among their nominations / `Outcome.hits`, as the BioDiscoveryAgent protocol counts
    (Roohani et al. 2024, arXiv 2405.17631); NaN where the library has no hit.
    """

    title = "hits found / all hits"

    def value(self, outcome: Outcome) -> float:
        """The ratio, in [0, 1]; see `tools.replays.metrics.base.Metric`."""
        found = sum(int(one.hit.sum()) for one in outcome.rounds)
        return found / outcome.hits if outcome.hits else float("nan")


METHOD = HitRatio
