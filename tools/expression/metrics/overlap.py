"""Overlap: how many of the strongest responses are among those predicted to be."""

from __future__ import annotations

import numpy as np

from tools.expression.metrics.base import Numbers, Predictions, strongest

TOP = 50


class Overlap:
    """|top N predicted ∩ top N measured| / N with N = 50, by the size of the difference.

    As `overlap_at_N` of cell-eval, with all readouts in place of those that respond significantly.
    """

    title = "overlap of the top 50"
    more_is_better = True

    def values(self, predictions: Predictions) -> Numbers:
        """See `tools.expression.metrics.base.Metric`."""
        first, second = (strongest(predictions, one, TOP) for one in (predictions.predicted, predictions.measured))
        shared = [len(np.intersect1d(a, b)) / len(b) for a, b in zip(first, second, strict=True)]
        return np.array(shared, dtype=float)


METHOD = Overlap
