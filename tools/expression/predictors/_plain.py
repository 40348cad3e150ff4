"""A fitted predictor that says the same of every perturbation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tools.expression.expression_responses import ExpressionResponses, Floats
from tools.expression.predictors._cells import VERSION as CELLS
from tools.expression.predictors._cells import CellDrawer
from tools.expression.predictors._measured import Measured
from tools.expression.predictors.base import ExpressionPosterior, Neighbour

VERSION = ("_plain 1", *CELLS)


@dataclass(frozen=True)
class FittedPlain:
    """The mean of the context, or none of it.

    Attributes:
        measured: The rows.
        times: 1 for the mean, 0 for nothing.
        error: Root mean square of what rows are off, m.
        drawer: What cells are drawn from.
    """

    measured: Measured
    times: float
    error: Floats
    drawer: CellDrawer

    @classmethod
    def of(cls, responses: ExpressionResponses, times: float) -> FittedPlain:
        """Fits it.

        Args:
            responses: What was measured.
            times: 1 for the mean of the context, 0 for nothing.
        """
        measured = Measured.of(responses)
        off = (1 - times) * np.stack([measured.mean(one) for one in measured.contexts]) + measured.residuals
        error = np.sqrt((off**2).mean(axis=0)).astype(np.float32)
        return cls(measured, times, error, CellDrawer.of(responses, measured))

    @property
    def readouts(self) -> pd.Index[str]:
        """See `tools.expression.predictors.base.FittedExpressionPredictor`."""
        return self.measured.readouts

    def predict(self, perturbations: Sequence[str], context: str = "") -> ExpressionPosterior:
        """See `tools.expression.predictors.base.FittedExpressionPredictor`."""
        mean = np.float32(self.times) * self.measured.mean(context)
        shape = (len(perturbations), len(mean))
        return ExpressionPosterior(np.broadcast_to(mean, shape), np.broadcast_to(self.error, shape))

    def sample(self, perturbation: str, count: int, rng: np.random.Generator, context: str = "") -> Floats:
        """See `tools.expression.predictors.base.FittedExpressionPredictor`."""
        return self.drawer.draw(self.predict([perturbation], context).mean[0], count, rng, context)

    def neighbours(self, perturbation: str, top: int = 10) -> tuple[Neighbour, ...]:  # noqa: ARG002
        """None: it knows no likeness."""
        return ()
