"""Kernel: alike genes do alike things, each direction of expression smoothed as far as it pays."""

from __future__ import annotations

import numpy as np

from tools.expression.expression_responses import ExpressionResponses
from tools.expression.predictors._smoother import VERSION as SMOOTHER
from tools.expression.predictors._smoother import FittedSmoother, fit_smoother
from tools.responses.annotation import PACKS, Annotation


class Kernel:
    """Kernel ridge regression on the mean of one kernel a source, or those of the kind that tells left-out rows best.

    Each direction of expression has a penalty of its own.

    Y = b + k(p, ·) (K + λ_j)⁻¹ Z v_j vⱼᵀ summed over the principal directions v_j of the residuals Z; see
    `tools.expression.predictors._ridge.fit_ridge` and `tools.expression.predictors._likeness.Likeness`.
    """

    VERSION = ("kernel 2", *SMOOTHER)
    needs = tuple(dict.fromkeys(PACKS.values()))

    def fit(self, responses: ExpressionResponses, vectors: Annotation, rng: np.random.Generator) -> FittedSmoother:
        """See `tools.expression.predictors.base.ExpressionPredictor`."""
        return fit_smoother(responses, vectors, rng, choosing=True)


METHOD = Kernel
