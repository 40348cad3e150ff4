"""Nearest: the mean of what the ten most alike genes do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tools.expression.expression_responses import ExpressionResponses, Floats
from tools.expression.predictors._cells import CellDrawer
from tools.expression.predictors._likeness import Likeness
from tools.expression.predictors._measured import Measured
from tools.expression.predictors._ridge import Ridge, principal
from tools.expression.predictors._smoother import VERSION as SMOOTHER
from tools.expression.predictors._smoother import FittedSmoother
from tools.responses.annotation import PACKS, Annotation

NEIGHBOURS = 10


@dataclass(frozen=True)
class FittedNearest(FittedSmoother):
    """A smoother in which only the likest rows speak, with weights that sum to one."""

    def _kernel(self, perturbations: Sequence[str], context: str) -> Floats:
        return _weights(super()._kernel(perturbations, context))


class Nearest:
    """k nearest neighbours, weighted by likeness: b + Σ k(p, q) z_q / Σ k(p, q) over the ten likest rows q.

    What a row does beyond the mean of its context is z; rows of other contexts count half.
    """

    VERSION = ("nearest 1", *SMOOTHER)
    needs = tuple(dict.fromkeys(PACKS.values()))

    def fit(self, responses: ExpressionResponses, vectors: Annotation, rng: np.random.Generator) -> FittedNearest:  # noqa: ARG002
        """See `tools.expression.predictors.base.ExpressionPredictor`."""
        measured = Measured.of(responses)
        likeness = Likeness.of(vectors, list(measured.perturbations))
        scores, axes = principal(measured.residuals, len(measured.residuals))
        others = measured.perturbations[:, None] != measured.perturbations[None, :]
        told = _weights(likeness.among() * others) @ measured.residuals
        error = np.sqrt(((measured.residuals - told) ** 2).mean(axis=0))
        ridge = Ridge(scores.astype(np.float32), axes, float("nan"), error)
        return FittedNearest(measured, likeness, 0.5, ridge, CellDrawer.of(responses, measured))


def _weights(kernel: Floats) -> Floats:
    """The largest values of each row, scaled to sum to one; zero elsewhere."""
    kernel = np.maximum(kernel, 0)
    if kernel.shape[1] > NEIGHBOURS:
        least = np.partition(kernel, -NEIGHBOURS, axis=1)[:, [-NEIGHBOURS]]
        kernel = kernel * (kernel >= least)
    return np.asarray(kernel / np.maximum(kernel.sum(axis=1, keepdims=True), 1e-9), dtype=np.float32)


METHOD = Nearest
