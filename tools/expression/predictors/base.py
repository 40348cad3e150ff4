"""What an expression predictor is: it learns from measured responses and answers for genes that nobody perturbed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd

from tools.expression.expression_responses import ExpressionResponses, Floats
from tools.responses.annotation import Annotation

DEFAULT = "kernel"
"""The predictor that is used where none is named: `benchmark expression` says why."""


@dataclass(frozen=True)
class ExpressionPosterior:
    """What is believed of every readout gene.

    Attributes:
        mean: n perturbations × m readouts, in the units of the responses that were learnt from.
        sd: Likewise; how far a new measurement may lie from the mean.
    """

    mean: Floats
    sd: Floats


class Neighbour(NamedTuple):
    """A measured perturbation that an answer rests on; the weights of all of them sum to one, most first."""

    perturbation: str
    weight: float


class FittedExpressionPredictor(Protocol):
    """What a fit gives; there is no unfitted state."""

    @property
    def readouts(self) -> pd.Index[str]:
        """Symbols of the readout genes, m."""
        ...

    def predict(self, perturbations: Sequence[str], context: str = "") -> ExpressionPosterior:
        """What these perturbations would do.

        Args:
            perturbations: Names, ``A`` or ``A+B``, n.
            context: One of the contexts that were learnt from; the mean over all of them where empty.

        Raises:
            InvalidValueError: There is no such context.
        """
        ...

    def sample(self, perturbation: str, count: int, rng: np.random.Generator, context: str = "") -> Floats:
        """Cells after the perturbation, count × m; where it learnt from bulk, profiles of responses.

        Args:
            perturbation: Its name.
            count: How many.
            rng: What chance comes from.
            context: As in `predict`.

        Raises:
            InvalidValueError: There is no such context.
        """
        ...

    def neighbours(self, perturbation: str, top: int = 10) -> tuple[Neighbour, ...]:
        """The measured perturbations that speak loudest for the answer; none where it rests on no likeness.

        Args:
            perturbation: Its name.
            top: How many.
        """
        ...


class ExpressionPredictor(Protocol):
    """Learns what perturbations do to the expression of all readout genes."""

    VERSION: tuple[str, ...]
    """Names the numbers that it gives; see `tools.responses.predictors.base.ResponsePredictor`."""

    needs: tuple[str, ...]
    """Packs that bring what it knows of genes; it works with those that are there."""

    def fit(
        self, responses: ExpressionResponses, vectors: Annotation, rng: np.random.Generator
    ) -> FittedExpressionPredictor:
        """Learns from responses.

        Args:
            responses: What was measured. Whoever holds genes out takes them out of it.
            vectors: What is known of genes, one matrix a source; see `tools.expression.vectors`.
            rng: What chance comes from.

        Raises:
            InvalidValueError: There are too few perturbations to learn from.
        """
        ...
