"""No change: nothing responds, a floor."""

from __future__ import annotations

import numpy as np

from tools.expression.expression_responses import ExpressionResponses
from tools.expression.predictors._plain import VERSION as PLAIN
from tools.expression.predictors._plain import FittedPlain
from tools.responses.annotation import Annotation


class NoChange:
    """Every readout stays where it is in controls."""

    VERSION = ("no_change 1", *PLAIN)
    needs: tuple[str, ...] = ()

    def fit(self, responses: ExpressionResponses, vectors: Annotation, rng: np.random.Generator) -> FittedPlain:  # noqa: ARG002
        """See `tools.expression.predictors.base.ExpressionPredictor`."""
        return FittedPlain.of(responses, 0)


METHOD = NoChange
