"""What the numbers of a matrix are: counts, their logarithm, scaled values, or counts made comparable and no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from db.files.cells.base import CellFile

Scale = Literal["counts", "normalised", "log", "scaled"]

SAMPLED = 256
"""Cells that are looked at in each of three places: at the start, in the middle, at the end."""
LARGEST_LOG = 25.0
"""No logarithm of an expression is larger: log2 of a million is 20. Comparable counts that are no logarithms are."""


def scale_of(cell_file: CellFile, layer: str = "", features: npt.NDArray[np.int64] | None = None) -> Scale:
    """What the numbers of a layer are, told from some of its cells.

    The rule: a negative number makes them ``scaled`` (centred, or residuals); whole numbers only are ``counts``; else
    they are ``log`` where none is above `LARGEST_LOG`, and ``normalised`` (such as counts per 10,000) where one is.

    Args:
        cell_file: The open file.
        layer: One of its layers; the first where empty.
        features: Places of the features that count, such as genes without guides; all where None.

    Raises:
        InvalidValueError: There is no such layer.
        RefusedFileError: The file is damaged.
    """
    return scale_of_values(np.concatenate(list(_samples(cell_file, layer, features))))


def scale_of_values(values: npt.NDArray[np.floating[Any]]) -> Scale:
    """What some numbers of a matrix are, by the rule of `scale_of`.

    Args:
        values: The numbers; zeros say nothing.
    """
    if values.size and values.min() < 0:
        return "scaled"
    if bool((values == np.rint(values)).all()):
        return "counts"
    return "log" if float(values.max()) <= LARGEST_LOG else "normalised"


def _samples(
    cell_file: CellFile, layer: str, features: npt.NDArray[np.int64] | None
) -> Iterator[npt.NDArray[np.float32]]:
    """Values of cells in three places, zeros left out; of all cells where they are few."""
    last = max(0, cell_file.cells - SAMPLED)
    for start in sorted({0, last // 2, last}):
        for _, piece in cell_file.pieces(layer, SAMPLED, start):
            yield (piece if features is None else piece[:, features]).data
            break
