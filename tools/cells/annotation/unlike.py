"""From which likeness on a cell is like nothing in the reference."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tools.cells.annotation.held_out import HeldOut
from tools.cells.annotation.likeness import QUANTILE, Likeness
from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes

FEWEST = 20
"""Held-out cells of a label from which its own limit is told; labels of fewer share one."""
FEWEST_GIVEN = 5
"""Cells of a label from which it is told how much less like a file's cells are than the reference's."""

LEAST_SHIFT = 0.4
"""What limits are lowered to at most: cells of one tissue in two species are about .7 as like, those of two .15."""


def unlike(own: HeldOut, given: Codes, like: Likeness, labels: int, *, across: bool) -> npt.NDArray[np.bool_]:
    """Which cells are like nothing in the reference, by either measure, see `tools.cells.annotation.likeness.RULE`.

    Args:
        own: The reference's cells, held out.
        given: The label of each cell that was asked about.
        like: Its likeness.
        labels: How many labels there are.
        across: Whether the cells are of another species than the reference's.
    """
    both = (own.like.likeness, like.likeness), (own.like.agreement, like.agreement)
    shift = min(_lowered(own, there, given, here, labels) for there, here in both) if across else 1.0
    found = np.zeros(len(given), dtype=bool)
    for there, here in both:
        found |= here < shift * _limits(own, there, labels)[given]
    return found


def _limits(own: HeldOut, measure: Floats, labels: int) -> npt.NDArray[np.float64]:
    """The least of a measure for each label, below which a cell is like nothing in the reference."""
    given = own.beliefs.argmax(axis=1)
    right = given == own.codes
    every = float(np.quantile(measure[right], QUANTILE)) if right.any() else -1.0
    found = np.full(labels, every)
    for label in range(labels):
        same = measure[right & (given == label)]
        if len(same) >= FEWEST:
            found[label] = np.quantile(same, QUANTILE)
    return found


def _lowered(own: HeldOut, measure: Floats, given: Codes, here: Floats, labels: int) -> float:
    """By what limits are multiplied across species: the median over labels of the ratio of medians.

    Between `LEAST_SHIFT` and 1; 1 where no label has enough cells on both sides.
    """
    was = own.beliefs.argmax(axis=1)
    right = was == own.codes
    ratios = []
    for label in range(labels):
        ours, theirs = here[given == label], measure[right & (was == label)]
        if min(len(ours), len(theirs)) >= FEWEST_GIVEN and np.median(theirs) > 0:
            ratios.append(float(np.median(ours) / np.median(theirs)))
    return float(np.clip(np.median(ratios), LEAST_SHIFT, 1.0)) if ratios else 1.0
