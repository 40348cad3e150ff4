"""Pearson-Δ: whether the differences from controls go along with the measured ones."""

from __future__ import annotations

from tools.expression.metrics.base import Numbers, Predictions, correlations


class PearsonDelta:
    """Pearson's r of predicted and measured differences from controls over all readouts (`pearson_delta` of cell-eval).

    The own target does not count. What every perturbation does makes it high for the training mean, too.
    """

    title = "Pearson-Δ over all genes"
    more_is_better = True

    def values(self, predictions: Predictions) -> Numbers:
        """See `tools.expression.metrics.base.Metric`."""
        return correlations(predictions.predicted, predictions.measured, predictions.counted)


METHOD = PearsonDelta
