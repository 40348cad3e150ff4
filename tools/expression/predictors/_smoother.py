"""A fitted predictor whose answer is the mean of a context and what alike perturbations do beyond it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from tools.expression.expression_responses import ExpressionResponses, Floats
from tools.expression.predictors._cells import VERSION as CELLS
from tools.expression.predictors._cells import CellDrawer
from tools.expression.predictors._likeness import VERSION as LIKENESS
from tools.expression.predictors._likeness import Likeness
from tools.expression.predictors._measured import VERSION as MEASURED
from tools.expression.predictors._measured import Measured
from tools.expression.predictors._ridge import DIRECTIONS, Ridge, fit_ridge
from tools.expression.predictors._ridge import VERSION as RIDGE
from tools.expression.predictors.base import ExpressionPosterior, Neighbour
from tools.responses.annotation import Annotation

VERSION = ("_smoother 2", *CELLS, *LIKENESS, *MEASURED, *RIDGE)
SHARES = (1.0, 0.5, 0.0)
"""How much a perturbation in one context tells of it in another, tried in turn."""


@dataclass(frozen=True)
class FittedSmoother:
    """The mean of the context + k(p, ·) ⊙ s(c, ·) @ coefficients @ directions.

    k is the likeness to each measured row, and s is 1 for rows of the same context and `share` for others.

    Attributes:
        measured: The rows.
        likeness: What k comes from.
        share: See above.
        ridge: Coefficients and directions.
        drawer: What cells are drawn from.
    """

    measured: Measured
    likeness: Likeness
    share: float
    ridge: Ridge
    drawer: CellDrawer

    @property
    def readouts(self) -> pd.Index[str]:
        """See `tools.expression.predictors.base.FittedExpressionPredictor`."""
        return self.measured.readouts

    def predict(self, perturbations: Sequence[str], context: str = "") -> ExpressionPosterior:
        """See `tools.expression.predictors.base.FittedExpressionPredictor`."""
        beyond = (self._kernel(perturbations, context) @ self.ridge.coefficients) @ self.ridge.directions
        mean = np.asarray(beyond + self.measured.mean(context), dtype=np.float32)
        return ExpressionPosterior(mean, np.broadcast_to(self.ridge.error, mean.shape))

    def sample(self, perturbation: str, count: int, rng: np.random.Generator, context: str = "") -> Floats:
        """See `tools.expression.predictors.base.FittedExpressionPredictor`."""
        mean = self.predict([perturbation], context).mean[0]
        return self.drawer.draw(mean, count, rng, context)

    def neighbours(self, perturbation: str, top: int = 10) -> tuple[Neighbour, ...]:
        """See `tools.expression.predictors.base.FittedExpressionPredictor`."""
        weights = np.maximum(self.likeness.to([perturbation])[0], 0)
        by_name = pd.Series(weights, index=self.measured.perturbations).groupby(level=0).max()
        by_name = (by_name / (by_name.sum() or 1.0)).sort_values(ascending=False, kind="stable")
        return tuple(Neighbour(str(name), float(weight)) for name, weight in by_name.head(top).items() if weight > 0)

    def _kernel(self, perturbations: Sequence[str], context: str) -> Floats:
        same = self.measured.same_context(context)
        factor = (self.share + (1 - self.share) * same).astype(np.float32)
        return self.likeness.to(perturbations) * factor


def fit_smoother(
    responses: ExpressionResponses,
    vectors: Annotation,
    rng: np.random.Generator,
    *,
    linear: bool = False,
    directions: int = DIRECTIONS,
    together: bool = False,
    choosing: bool = False,
) -> FittedSmoother:
    """Fits the ridge regression of what rows do beyond the mean of their context.

    Args:
        responses: What was measured.
        vectors: What is known of genes.
        rng: Where folds come from.
        linear: Whether dense vectors enter as they are.
        directions: Most directions of the readouts that are learnt.
        together: Whether all directions get one penalty.
        choosing: Whether sources of one kind are taken where they tell rows that were left out better than all do:
            a few dozen perturbations are told worse by the mean of seven kernels than by those that fit.
    """
    measured = Measured.of(responses)
    likeness = Likeness.of(vectors, list(measured.perturbations), linear=linear)
    folds = tuple(measured.folds(rng))

    def fitted(told: Likeness, share: float) -> _Tried:
        kernel = told.among() * np.where(same, 1, share).astype(np.float32)
        return _Tried(
            told, share, fit_ridge(kernel, measured.residuals, folds, directions=directions, together=together)
        )

    same = measured.contexts[:, None] == measured.contexts[None, :]
    best = min((fitted(likeness, one) for one in (SHARES if len(measured.known) > 1 else SHARES[:1])), key=_loss)
    if choosing and len(likeness.rows) > 1:
        best = min([best, *(fitted(likeness.by(one), best.share) for one in likeness.kinds())], key=_loss)
    return FittedSmoother(measured, best.likeness, best.share, best.ridge, CellDrawer.of(responses, measured))


class _Tried(NamedTuple):
    likeness: Likeness
    share: float
    ridge: Ridge


def _loss(tried: _Tried) -> float:
    return tried.ridge.loss
