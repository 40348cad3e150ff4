"""How well cells were named: accuracy and macro-F1, over the labels that can be named."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from tools.cells.telling_genes import Codes

Numbers = npt.NDArray[np.float64]


def accuracy(true: Codes, given: Codes, weights: Numbers | None = None) -> Numbers:
    """The share of cells that were named right.

    Args:
        true: Labels, n.
        given: Those that were given, n.
        weights: Draws × n, how often a cell is drawn; each once where None.

    Returns:
        One figure a draw.
    """
    drawn = np.ones((1, len(true))) if weights is None else weights
    return np.asarray(drawn @ (true == given) / drawn.sum(axis=1))


def macro_f1(true: Codes, given: Codes, weights: Numbers | None = None) -> Numbers:
    """The mean over the labels that cells have of 2 · right / (cells of it + cells called it).

    Args:
        true: Labels, n.
        given: Those that were given, n.
        weights: As for `accuracy`; a label that a draw has no cell of does not count in it.
    """
    drawn = np.ones((1, len(true))) if weights is None else weights
    size = int(max(true.max(), given.max())) + 1
    of, called, right = (
        drawn @ _member(codes, size, kept) for codes, kept in ((true, None), (given, None), (true, true == given))
    )
    there = of > 0
    scored = np.divide(2 * right, of + called, out=np.zeros_like(right), where=there)
    return np.asarray(scored.sum(axis=1) / there.sum(axis=1))


def _member(codes: Codes, size: int, kept: npt.NDArray[np.bool_] | None) -> csr_matrix:
    """Cells × labels: 1 where a cell has the label, and is kept."""
    ones = np.ones(len(codes)) if kept is None else kept.astype(float)
    return csr_matrix((ones, (np.arange(len(codes)), codes)), shape=(len(codes), size))
