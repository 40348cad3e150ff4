"""From which likeness on a cell is like nothing in the reference."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tools.cells.annotation.held_out import HeldOut
from tools.cells.annotation.likeness import QUANTILE
from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes

FEWEST = 20
"""Held-out cells of a label from which its own limit is told; labels of fewer share one."""
FEWEST_GIVEN = 5
"""Cells of a label from which it is told how much less like a file's cells are than the reference's."""


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
