"""Pearson-Δ beyond the mean: whether what sets a perturbation apart from others was told."""

from __future__ import annotations

from tools.expression.metrics.base import Numbers, Predictions, correlations


class PearsonCentred:
    """Pearson's r of differences from the mean of the perturbed (Systema; Mejia et al. 2025, arXiv 2506.22641).

    The mean is that of training, so that the training mean itself is worth 0.
    """

    title = "Pearson-Δ centred on the perturbed mean"
    more_is_better = True

    def values(self, predictions: Predictions) -> Numbers:
        """See `tools.expression.metrics.base.Metric`."""
        first, second = predictions.predicted - predictions.mean, predictions.measured - predictions.mean
        return correlations(first, second, predictions.counted)


METHOD = PearsonCentred
