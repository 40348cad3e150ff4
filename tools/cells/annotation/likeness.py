"""How like a cell is to the label that it was given, and from when on it is like nothing in the reference."""

from __future__ import annotations

import numpy as np

from tools.cells.class_means import FittedMeans
from tools.cells.neighbourhood import Neighbourhood
from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes

QUANTILE = 0.02
RULE = (
    "Likeness is a cell's cosine to the mean cell of its label, plus its lead over the next label, averaged with the"
    " nearest cells. A cell is unlike anything in the reference when its likeness is below that of"
    f" {1 - QUANTILE:.0%} of the reference's own cells of the label, each named while it was held out."
)
ACROSS = (
    " Across species this limit is lowered by how much less like the file's cells are in all: the median over labels of"
    " the ratio of median likenesses."
)


def likeness(means: FittedMeans, vectors: Floats, codes: Codes, near: Neighbourhood) -> Floats:
    """The likeness of cells to their labels, see `RULE`: n.

    Args:
        means: Of the labels.
        vectors: Of the cells.
        codes: The label that each was given.
        near: Which of the cells are near which.
    """
    cosines, rows = means.cosines(vectors), np.arange(len(vectors))
    own = cosines[rows, codes]
    cosines[rows, codes] = -np.inf
    return near.spread((2 * own - cosines.max(axis=1))[:, None])[:, 0]
