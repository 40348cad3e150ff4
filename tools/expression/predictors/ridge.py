"""Ridge: every readout a linear function of what is known of the gene."""

from __future__ import annotations

import numpy as np

from tools.expression.expression_responses import ExpressionResponses
from tools.expression.predictors._smoother import VERSION as SMOOTHER
from tools.expression.predictors._smoother import FittedSmoother, fit_smoother
from tools.responses.annotation import PACKS, Annotation


class Ridge:
    """Ridge regression on the vectors of all sources beside each other, one penalty for all readouts."""

    VERSION = ("ridge 1", *SMOOTHER)
    needs = tuple(dict.fromkeys(PACKS.values()))

    def fit(self, responses: ExpressionResponses, vectors: Annotation, rng: np.random.Generator) -> FittedSmoother:
        """See `tools.expression.predictors.base.ExpressionPredictor`."""
        return fit_smoother(responses, vectors, rng, linear=True, together=True)


METHOD = Ridge
