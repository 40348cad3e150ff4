"""Linear: a few directions of expression, each a linear function of what is known of the gene."""

from __future__ import annotations

import numpy as np

from tools.expression.expression_responses import ExpressionResponses
from tools.expression.predictors._smoother import VERSION as SMOOTHER
from tools.expression.predictors._smoother import FittedSmoother, fit_smoother
from tools.responses.annotation import PACKS, Annotation


class Linear:
    """Y = G W Pᵀ + b with P the first ten principal directions of the responses (Ahlmann-Eltze et al. 2025).

    G are the gene's vectors, all sources beside each other, and W is fitted by ridge regression, in its dual form.
    """

    VERSION = ("linear 1", *SMOOTHER)
    needs = tuple(dict.fromkeys(PACKS.values()))

    def fit(self, responses: ExpressionResponses, vectors: Annotation, rng: np.random.Generator) -> FittedSmoother:
        """See `tools.expression.predictors.base.ExpressionPredictor`."""
        return fit_smoother(responses, vectors, rng, linear=True, directions=10, together=True)


METHOD = Linear
