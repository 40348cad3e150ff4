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
RULE = (
    "A cell is unlike anything in the reference when its cosine to the mean cell of its label, averaged with the cells"
    f" nearest to it, lies below that of {1 - QUANTILE:.0%} of the reference's own cells of the label, each named while"
    " it was held out."
)


def likeness(means: FittedMeans, vectors: Floats, codes: Codes) -> Floats:
    """The cosine of cells to the mean of their labels, passed on between near cells: n.

    Args:
        means: Of the labels.
        vectors: Of the cells.
        codes: The label that each was given.
    """
    own = means.cosines(vectors)[np.arange(len(vectors)), codes]
    return spread(vectors, own[:, None])[:, 0]


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
