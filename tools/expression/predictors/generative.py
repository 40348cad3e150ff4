"""Generative: cells as points of a few dimensions, moved as alike genes move them, and decoded again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.expression.expression_responses import CONTROL, Cells, ExpressionResponses, Floats
from tools.expression.predictors._count_autoencoder import DIMENSIONS, CountAutoencoder, counts_of
from tools.expression.predictors._count_autoencoder import VERSION as AUTOENCODER
from tools.expression.predictors._measured import Measured
from tools.expression.predictors._ridge import principal
from tools.expression.predictors._smoother import VERSION as SMOOTHER
from tools.expression.predictors._smoother import FittedSmoother, fit_smoother
from tools.expression.predictors.base import ExpressionPosterior, Neighbour
from tools.responses.annotation import PACKS, Annotation

SMOOTH = 1.0
"""Penalty, as a share of the mean square of the points' moves, on what they mean for each readout."""


@dataclass(frozen=True)
class Points:
    """Cells in the latent space.

    Attributes:
        autoencoder: What encoded them.
        control: Mean of z for each control, k × d.
        sd: Its sd, likewise.
        contexts: Context of each control, k.
        depth: Counts of each, k.
        unit: Amount that one count is worth in each, k.
    """

    autoencoder: CountAutoencoder
    control: Floats
    sd: Floats
    contexts: npt.NDArray[np.object_]
    depth: Floats
    unit: Floats


@dataclass(frozen=True)
class FittedGenerative:
    """Moves in the latent space, and what they mean for readouts and cells.

    Attributes:
        measured: The rows.
        moves: Predicts the move of a perturbation, d.
        loadings: What a move means for each readout, d × m.
        error: Root mean squared error of each readout, m.
        points: The controls; None where there are no counts, and Gaussian noise stands for what cells vary.
        base: Expression of the controls, for cells without counts, k × m; None for bulk.
    """

    measured: Measured
    moves: FittedSmoother
    loadings: Floats
    error: Floats
    points: Points | None
    base: Cells | None

    @property
    def readouts(self) -> pd.Index[str]:
        """See `tools.expression.predictors.base.FittedExpressionPredictor`."""
        return self.measured.readouts

    def predict(self, perturbations: Sequence[str], context: str = "") -> ExpressionPosterior:
        """See `tools.expression.predictors.base.FittedExpressionPredictor`."""
        moved = self.moves.predict(perturbations, context).mean - self.moves.measured.mean(context)
        mean = np.asarray(self.measured.mean(context) + moved @ self.loadings, dtype=np.float32)
        return ExpressionPosterior(mean, np.broadcast_to(self.error, mean.shape))

    def sample(self, perturbation: str, count: int, rng: np.random.Generator, context: str = "") -> Floats:
        """See `tools.expression.predictors.base.FittedExpressionPredictor`."""
        mean = self.predict([perturbation], context).mean[0]
        if self.points is None:
            noise = (self.error * rng.standard_normal((count, len(mean)))).astype(np.float32)
            shown = noise if self.base is None else _drawn(self.base, context, count, rng)
            return np.asarray(mean + shown, dtype=np.float32)
        held = self.points
        rows = rng.choice(np.flatnonzero((held.contexts == context) | (context == "")), size=count)
        move = self.moves.predict([perturbation], context).mean[0]
        z = held.control[rows] + held.sd[rows] * rng.standard_normal((count, DIMENSIONS)).astype(np.float32) + move
        counts = held.autoencoder.draw(z, held.depth[rows], rng)
        return np.asarray(np.log1p(counts * held.unit[rows, None]), dtype=np.float32)

    def neighbours(self, perturbation: str, top: int = 10) -> tuple[Neighbour, ...]:
        """See `tools.expression.predictors.base.FittedExpressionPredictor`."""
        return self.moves.neighbours(perturbation, top)


class Generative:
    """A conditional generative predictor: encoder and decoder over a latent space, moved by a gene's vectors.

    As in Märtens et al. (MLGenX at ICLR 2024) a cell is a point z, a perturbation moves it by s(p, c), and s is
    predicted from what is known of the gene, here by kernel ridge regression over the moves of measured perturbations.
    The likelihood is chosen by the data: where the amounts of cells are counts, a variational autoencoder with a
    negative binomial; else a Gaussian with principal directions as its decoder, which is what a linear autoencoder's
    optimum is (Lucas et al. 2019).
    """

    VERSION = ("generative 1", *SMOOTHER, *AUTOENCODER)
    needs = tuple(dict.fromkeys(PACKS.values()))

    def fit(self, responses: ExpressionResponses, vectors: Annotation, rng: np.random.Generator) -> FittedGenerative:
        """See `tools.expression.predictors.base.ExpressionPredictor`."""
        cells = responses.cells
        counts = None if cells is None else counts_of(cells.expression)
        measured = Measured.of(responses)
        if cells is None or counts is None:
            scores, axes = principal(measured.residuals, DIMENSIONS)
            found = pd.Index([str(number) for number in range(len(axes))], dtype=object)
            rows = pd.DataFrame({"perturbation": measured.perturbations, "context": measured.contexts})
            latent = ExpressionResponses(responses.name, rows, found, scores.astype(np.float32))
            moves = fit_smoother(latent, vectors, rng)
            base = None if cells is None else cells.of(cells.perturbations == CONTROL)
            return _fitted(measured, moves, None, base)
        return _of_counts(responses, cells, counts, measured, vectors, rng)


def _of_counts(
    responses: ExpressionResponses, cells: Cells, counts: tuple[Floats, Floats], measured: Measured,
    vectors: Annotation, rng: np.random.Generator,
) -> FittedGenerative:  # fmt: skip
    autoencoder = CountAutoencoder.of(counts[0], rng)
    z, sd = autoencoder.encode(counts[0])
    control = cells.perturbations == CONTROL
    arms = pd.DataFrame(z).groupby([cells.perturbations, cells.contexts]).mean()
    rows = pd.DataFrame({"perturbation": measured.perturbations, "context": measured.contexts})
    keys, bases = zip(*(((p, c), (CONTROL, c)) for p, c in zip(*rows.to_numpy().T, strict=True)), strict=True)
    shifts = (arms.reindex(list(keys)).to_numpy() - arms.reindex(list(bases)).to_numpy()).astype(np.float32)
    names = pd.Index([str(number) for number in range(DIMENSIONS)], dtype=object)
    moves = fit_smoother(ExpressionResponses(responses.name, rows, names, shifts), vectors, rng)
    points = Points(
        autoencoder, z[control], sd[control], cells.contexts[control], counts[0][control].sum(axis=1),
        counts[1][control],
    )  # fmt: skip
    return _fitted(measured, moves, points, None)


def _fitted(measured: Measured, moves: FittedSmoother, points: Points | None, base: Cells | None) -> FittedGenerative:
    """Regresses what rows do beyond their mean on how they move, and says how far that is off without the row."""
    z = moves.measured.residuals.astype(float)
    penalty = SMOOTH * float((z**2).mean()) * np.eye(z.shape[1]) * len(z) / z.shape[1] ** 2
    loadings = np.linalg.solve(z.T @ z + penalty, z.T @ measured.residuals).astype(np.float32)
    unexplained = ((measured.residuals - z.astype(np.float32) @ loadings) ** 2).mean(axis=0)
    error = np.sqrt(unexplained + moves.ridge.error**2 @ loadings**2).astype(np.float32)
    return FittedGenerative(measured, moves, loadings, error, points, base)


def _drawn(base: Cells, context: str, count: int, rng: np.random.Generator) -> Floats:
    """Control cells, as Gaussian noise of their own mean and principal directions."""
    own = base.expression[(base.contexts == context) | (context == "")]
    centre = own.mean(axis=0)
    scores, axes = principal(own - centre, DIMENSIONS)
    left = np.sqrt(np.maximum(own.var(axis=0) - ((scores.std(axis=0)[:, None] * axes) ** 2).sum(axis=0), 0))
    z = rng.standard_normal((count, len(axes))) * scores.std(axis=0)
    noise = rng.standard_normal((count, own.shape[1])) * left
    return np.asarray(centre + z @ axes + noise, dtype=np.float32)


METHOD = Generative
