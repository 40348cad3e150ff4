"""Energy distance: how far the drawn cells lie from real ones as a distribution."""

from __future__ import annotations

import numpy as np

from tools.expression.metrics.base import Numbers, Predictions


class EnergyDistance:
    """2 E|X − Y| − E|X − X'| − E|Y − Y'| with Euclidean distances (Székely and Rizzo 2013), X drawn and Y real cells.

    There are as many drawn as real cells, and means go over all pairs, so that two halves of one sample are not at 0.
    """

    title = "energy distance of drawn cells"
    more_is_better = False

    def values(self, predictions: Predictions) -> Numbers:
        """See `tools.expression.metrics.base.Metric`."""
        from scipy.spatial.distance import cdist

        found = [
            2 * cdist(x, y).mean() - cdist(x, x).mean() - cdist(y, y).mean() if len(y) else np.nan
            for x, y in zip(predictions.drawn, predictions.real, strict=True)
        ]
        return np.array(found, dtype=float)


METHOD = EnergyDistance
