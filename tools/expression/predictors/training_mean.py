"""Training mean: every perturbation does what perturbations do on average."""

from __future__ import annotations

import numpy as np

from tools.expression.expression_responses import ExpressionResponses
from tools.expression.predictors._plain import VERSION as PLAIN
from tools.expression.predictors._plain import FittedPlain
from tools.responses.annotation import Annotation


class TrainingMean:
    """The mean over perturbations of the context, drawn to the mean over all contexts where it has few.

    It is what predictors of unseen genes are measured against (Ahlmann-Eltze et al., Nature Methods 2025).
    """

    VERSION = ("training_mean 1", *PLAIN)
    needs: tuple[str, ...] = ()

    def fit(self, responses: ExpressionResponses, vectors: Annotation, rng: np.random.Generator) -> FittedPlain:  # noqa: ARG002
        """See `tools.expression.predictors.base.ExpressionPredictor`."""
        return FittedPlain.of(responses, 1)


METHOD = TrainingMean
