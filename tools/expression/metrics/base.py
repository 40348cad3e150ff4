"""What a metric of predicted expression looks at, and what it gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tools.expression.expression_responses import Floats

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Predictions:
    """Predictions of perturbations beside what was measured, n × m.

    Attributes:
        perturbations: Names, n.
        contexts: Their contexts, n.
        predicted: What was predicted.
        measured: What was measured; NaN where it was not.
        mean: The training mean, what perturbations do on average, as known without these genes.
        own: Readouts that are targets of the row's own perturbation, where a knockdown shows by itself: never counted.
        panel: Readouts that are the target of any perturbation of the data, m.
        drawn: For each row cells that were drawn; empty where there are no cells.
        real: For each row as many real cells; likewise.
    """

    perturbations: npt.NDArray[np.object_]
    contexts: npt.NDArray[np.object_]
    predicted: Floats
    measured: Floats
    mean: Floats
    own: npt.NDArray[np.bool_]
    panel: npt.NDArray[np.bool_]
    drawn: Sequence[Floats] = ()
    real: Sequence[Floats] = ()

    @property
    def counted(self) -> npt.NDArray[np.bool_]:
        """What is counted: measured, and not the perturbed gene's own expression."""
        return np.asarray(np.isfinite(self.measured) & ~self.own)


class Metric(Protocol):
    """Turns predictions into one number for each perturbation."""

    title: str
    """What it says, in a few words."""
    more_is_better: bool
    """Whether a larger number is a better one."""

    def values(self, predictions: Predictions) -> Numbers:
        """The metric of each row, NaN where the row does not tell, n.

        Args:
            predictions: What was predicted and measured.
        """
        ...


def correlations(x: npt.NDArray[Any], y: npt.NDArray[Any], counted: npt.NDArray[np.bool_]) -> Numbers:
    """Pearson's r of each row over the counted columns; 0 where a row of x says the same everywhere, n.

    Args:
        x: Predicted, n × m.
        y: Measured, likewise.
        counted: Likewise.
    """
    weights = counted / np.maximum(counted.sum(axis=1, keepdims=True), 1)
    first, second = (np.where(counted, values, 0).astype(float) for values in (x, y))
    first -= (first * weights).sum(axis=1, keepdims=True)
    second -= (second * weights).sum(axis=1, keepdims=True)
    products, squares, others = (
        (weights * one).sum(axis=1) for one in (first * second, first * first, second * second)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        found = products / np.sqrt(squares * others)
    # A prediction without any difference between readouts has told nothing; a measurement without one does not tell.
    return np.where(others <= 0, np.nan, np.where(squares <= 1e-20 * others, 0.0, found))


def strongest(predictions: Predictions, values: npt.NDArray[Any], count: int) -> npt.NDArray[np.intp]:
    """Places of the counted readouts with the largest absolute values of each row, n × count.

    Args:
        predictions: What says which readouts count.
        values: n × m.
        count: How many.
    """
    sizes = np.where(predictions.counted, np.abs(values), -1.0)
    return np.argsort(-sizes, axis=1, kind="stable")[:, : min(count, sizes.shape[1])]
