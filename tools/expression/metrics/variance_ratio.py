"""Variance: whether drawn cells differ among each other as much as real ones."""

from __future__ import annotations

import numpy as np

from tools.expression.metrics.base import Numbers, Predictions


class VarianceRatio:
    """|log2 (Σ variances of drawn cells / Σ variances of real cells)|, over all readouts; 0 is right."""

    title = "log-ratio of variances"
    more_is_better = False

    def values(self, predictions: Predictions) -> Numbers:
        """See `tools.expression.metrics.base.Metric`."""
        found = [
            abs(float(np.log2(x.var(axis=0).sum() / y.var(axis=0).sum()))) if len(y) > 1 else np.nan
            for x, y in zip(predictions.drawn, predictions.real, strict=True)
        ]
        return np.array(found, dtype=float)


METHOD = VarianceRatio
