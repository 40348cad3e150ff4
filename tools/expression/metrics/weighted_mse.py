"""Weighted squared error: errors count where the perturbation differs from the others."""

from __future__ import annotations

import numpy as np

from tools.expression.metrics.base import Numbers, Predictions


class WeightedMse:
    """Σ w (predicted − measured)² / Σ w measured² with w = (measured − mean of the perturbed)²; no change is at 1.

    These are the weights of Mejia et al. 2025 (arXiv 2506.22641) with differences in place of their t scores.
    """

    title = "squared error where it responds, of no change"
    more_is_better = False

    def values(self, predictions: Predictions) -> Numbers:
        """See `tools.expression.metrics.base.Metric`."""
        measured = np.where(predictions.counted, predictions.measured, 0).astype(float)
        weights = np.where(predictions.counted, predictions.measured - predictions.mean, 0).astype(float) ** 2
        errors = np.where(predictions.counted, predictions.predicted - predictions.measured, 0).astype(float) ** 2
        with np.errstate(invalid="ignore"):
            return np.asarray((weights * errors).sum(axis=1) / (weights * measured**2).sum(axis=1))


METHOD = WeightedMse
