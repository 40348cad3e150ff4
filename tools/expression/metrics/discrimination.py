"""Discrimination: whether a prediction is nearer to its own measurement than to those of other perturbations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tools.expression.metrics.base import Numbers, Predictions

SMALLEST = 1e-12
Places = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


class Discrimination:
    """1 − (measurements nearer than the own one) / (measurements − 1), in one context, by cosine; chance is .5.

    As `discrimination_score_cosine` of cell-eval, with ties counted half and over the other measurements alone. The
    expression of *every* gene perturbed in the data is left out, not of the own one alone: a predictor that only lowers
    the own target would otherwise be found by it.
    """

    title = "discrimination among perturbations"
    more_is_better = True

    def values(self, predictions: Predictions) -> Numbers:
        """See `tools.expression.metrics.base.Metric`."""
        there = np.isfinite(predictions.measured)
        known = there.any(axis=1)
        used = there[known].all(axis=0) & ~predictions.panel
        found = np.full(len(predictions.perturbations), np.nan)
        for context in set(predictions.contexts):
            rows = np.flatnonzero((predictions.contexts == context) & known)
            if len(set(predictions.perturbations[rows])) > 1 and used.any():
                found[rows] = _shares(predictions, rows, used)
        return found


def _shares(predictions: Predictions, rows: Places, used: Mask) -> Numbers:
    first, second = (one[np.ix_(rows, used)].astype(float) for one in (predictions.predicted, predictions.measured))
    first, second = (one / np.maximum(np.linalg.norm(one, axis=1, keepdims=True), SMALLEST) for one in (first, second))
    likeness, names = np.round(first @ second.T, 9), predictions.perturbations[rows]
    others = names[:, None] != names[None, :]
    own = np.diag(likeness)[:, None]
    worse = (likeness < own) + 0.5 * (likeness == own)
    return np.asarray((worse * others).sum(axis=1) / others.sum(axis=1))


METHOD = Discrimination
