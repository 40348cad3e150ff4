"""FDR recall: how many of the statistically firm hits were found."""

from __future__ import annotations

from tools.replays.metrics.base import Outcome


class FdrRecall:
    """Found / all perturbations with FDR ≤ .05 on either side.

    Σ found / Σ all over the sides of the effect, from 0 to 1; FDR as the screen's file has it (Benjamini and Hochberg
    1995, J. R. Stat. Soc. B 57:289). A published "top 5 %" is a weak label: in IFNG only a quarter of it has FDR < .05.
    """

    title = "found / all with FDR ≤ .05"

    def value(self, outcome: Outcome) -> float:
        """The recall, NaN where the file has no FDR; see `tools.replays.metrics.base.Metric`."""
        if not outcome.confident:
            return float("nan")
        found = sum(found for found, _ in outcome.confident.values())
        every = sum(every for _, every in outcome.confident.values())
        return found / every if every else float("nan")


METHOD = FdrRecall
