"""Pearson-Δ over the twenty readouts that respond most."""

from __future__ import annotations

import numpy as np

from tools.expression.metrics.base import Numbers, Predictions, correlations, strongest

TOP = 20


class PearsonTop20:
    """Pearson's r over the twenty counted readouts with the largest measured differences from controls."""

    title = "Pearson-Δ over the 20 strongest"
    more_is_better = True

    def values(self, predictions: Predictions) -> Numbers:
        """See `tools.expression.metrics.base.Metric`."""
        places = strongest(predictions, predictions.measured, TOP)
        counted = np.take_along_axis(predictions.counted, places, axis=1)
        first, second = (
            np.take_along_axis(values, places, axis=1) for values in (predictions.predicted, predictions.measured)
        )
        return correlations(first, second, counted)


METHOD = PearsonTop20
