"""How like a cell is to the label that it was given, and from when on it is like nothing in the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tools.cells.heads._means import FittedMeans
from tools.cells.heads._neighbourhood import spread
from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes

if TYPE_CHECKING:
    from tools.cells.annotation.held_out import HeldOut

QUANTILE = 0.02
FEWEST = 20
"""Held-out cells of a label from which its own limit is told; labels of fewer share one."""
FEWEST_GIVEN = 5
"""Cells of a label from which it is told how much less like a file's cells are than the reference's."""
RULE = (
    "Likeness is a cell's cosine to the mean cell of its label, plus its lead over the next label, averaged with the"
    " nearest cells. A cell is unlike anything in the reference when its likeness is below that of"
    f" {1 - QUANTILE:.0%} of the reference's own cells of the label, each named while it was held out."
)
ACROSS = (
    " Across species this limit is lowered by how much less like the file's cells are in all: the median over labels of"
    " the ratio of median likenesses."
)


def likeness(means: FittedMeans, vectors: Floats, codes: Codes) -> Floats:
    """The likeness of cells to their labels, see `RULE`: n.

    Args:
        means: Of the labels.
        vectors: Of the cells.
        codes: The label that each was given.
    """
    cosines, rows = means.cosines(vectors), np.arange(len(vectors))
    own = cosines[rows, codes]
    cosines[rows, codes] = -np.inf
    return spread(vectors, (2 * own - cosines.max(axis=1))[:, None])[:, 0]


def limits(own: HeldOut, labels: int) -> npt.NDArray[np.float64]:
    """The least likeness of each label, below which a cell is like nothing in the reference.

    Args:
        own: The reference's cells, held out.
        labels: How many there are.
    """
    given = own.beliefs.argmax(axis=1)
    right = given == own.codes
    every = float(np.quantile(own.likeness[right], QUANTILE)) if right.any() else -1.0
    found = np.full(labels, every)
    for label in range(labels):
        same = own.likeness[right & (given == label)]
        if len(same) >= FEWEST:
            found[label] = np.quantile(same, QUANTILE)
    return found


def lowered(own: HeldOut, given: Codes, like: Floats, labels: int) -> float:
    """By what limits are multiplied across species: the median over labels of the ratio of median likenesses.

    Args:
        own: The reference's cells, held out.
        given: The label of each cell that was asked about.
        like: Its likeness.
        labels: How many there are.

    Returns:
        Between 0 and 1; 1 where no label has enough cells on both sides.
    """
    was = own.beliefs.argmax(axis=1)
    right = was == own.codes
    ratios = []
    for label in range(labels):
        here, there = like[given == label], own.likeness[right & (was == label)]
        if min(len(here), len(there)) >= FEWEST_GIVEN and np.median(there) > 0:
            ratios.append(float(np.median(here) / np.median(there)))
    return float(np.clip(np.median(ratios), 0.0, 1.0)) if ratios else 1.0
