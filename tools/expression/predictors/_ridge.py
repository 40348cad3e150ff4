"""Kernel ridge regression of many readouts at once, with a penalty of its own for each direction they move in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tools.expression.expression_responses import Floats
from tools.expression.gene_folds import Places

VERSION = ("_ridge 1",)
PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
LIKELY, PRIOR_ROWS = 3.0, 10.0
"""The penalty that is taken before rows have spoken, and how many rows it takes to be heard against that."""
DIRECTIONS = 128
"""More directions than these change nothing that is measured."""
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Ridge:
    """Predicted residuals are kernel @ `coefficients` @ `directions`.

    Attributes:
        coefficients: n rows × r.
        directions: r × m, orthonormal rows.
        loss: Squared error of rows that were left out, over their squares, summed over the directions.
        error: Root mean squared error of each readout over rows that were left out, m.
    """

    coefficients: Floats
    directions: Floats
    loss: float
    error: Floats


def fit_ridge(
    kernel: Floats,
    residuals: Floats,
    folds: Sequence[tuple[Places, Places]],
    *,
    directions: int = DIRECTIONS,
    together: bool = False,
) -> Ridge:
    """Fits residuals Z ≈ K A Vᵀ, with V the principal directions of Z and A_j = (K + λ_j)⁻¹ Z v_j.

    A direction that alike genes share is smoothed little, one in which they differ much. λ_j is the penalty with the
    least squared error over rows that share no gene with those learnt from, as a share of the direction's squares,
    plus `PRIOR_ROWS` / n · log10(λ_j / `LIKELY`)²: a few dozen rows cannot tell penalties apart.

    Args:
        kernel: K, n × n, symmetric.
        residuals: Z, n × m.
        folds: Rows to learn from and rows to try on.
        directions: Most directions that are taken.
        together: Whether all directions get one penalty.
    """
    scores, axes = principal(residuals, directions)
    errors, tried = _errors(np.asarray(kernel, dtype=float), scores, folds)
    prior = PRIOR_ROWS / len(scores) * np.log10(np.array(PENALTIES) / LIKELY) ** 2
    squares = (scores**2).sum(axis=0)
    shares = (errors.sum(axis=1) / squares.sum())[:, None] if together else errors / squares
    chosen = np.broadcast_to((shares + prior[:, None]).argmin(axis=0), len(squares))
    values, turns = np.linalg.eigh(np.asarray(kernel, dtype=float))
    penalties = np.array(PENALTIES)[chosen]
    coefficients = turns @ ((turns.T @ scores) / (np.maximum(values, 0)[:, None] + penalties))
    held = np.take_along_axis(tried, chosen[None, None, :], axis=0)[0]
    error = np.sqrt(((residuals - held.astype(np.float32) @ axes) ** 2).mean(axis=0))
    loss = float(errors[chosen, np.arange(len(chosen))].sum() / max(float((residuals**2).sum()), 1e-12))
    return Ridge(coefficients.astype(np.float32), axes, loss, error.astype(np.float32))


def principal(residuals: Floats, directions: int) -> tuple[Numbers, Floats]:
    """Scores n × r and orthonormal directions r × m, the strongest first, from the products of rows.

    Args:
        residuals: n × m.
        directions: The most that are taken.
    """
    values, turns = np.linalg.eigh(np.asarray(residuals @ residuals.T, dtype=float))
    values, turns = values[::-1][:directions], turns[:, ::-1][:, :directions]
    kept = values > 1e-6 * max(float(values[0]), 1e-12)
    sizes = np.sqrt(values[kept])
    axes = (turns[:, kept] / sizes).T.astype(np.float32) @ residuals
    return turns[:, kept] * sizes, axes


def _errors(kernel: Numbers, scores: Numbers, folds: Sequence[tuple[Places, Places]]) -> tuple[Numbers, Numbers]:
    """Squared errors of left-out rows, penalties × r, and their predicted scores, penalties × n × r."""
    tried = np.zeros((len(PENALTIES), *scores.shape))
    for learnt, out in folds:
        values, turns = np.linalg.eigh(kernel[np.ix_(learnt, learnt)])
        across, within = kernel[np.ix_(out, learnt)] @ turns, turns.T @ scores[learnt]
        for number, penalty in enumerate(PENALTIES):
            tried[number][out] = (across / (np.maximum(values, 0) + penalty)) @ within
    return ((tried - scores) ** 2).sum(axis=1), tried
