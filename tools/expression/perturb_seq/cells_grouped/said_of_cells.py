"""What a file says of all its cells alike: their type, and how genes were perturbed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from db.acts import option
from db.files.cells.base import CellFile
from db.records import Modality
from tools.screens.tables.rows import folded

_CELL_TYPES = ("celltype", "cellline", "celllines", "line")
_MODALITIES = ("perturbationtype", "crisprtype", "modality", "perturbationmethod")
_WORDS: dict[str, Modality] = {
    **dict.fromkeys(("crispri", "interference", "kd", "knockdown", "dcas9krab", "repression"), "interference"),
    **dict.fromkeys(("crispra", "activation", "dcas9vp64", "overexpression"), "activation"),
    **dict.fromkeys(("crispr", "crisprko", "crisprcas9", "cas9", "ko", "knockout"), "knockout"),
}


def cell_type_of(cells: CellFile, used: npt.NDArray[np.bool_]) -> str:
    """The type of all used cells; empty where the file names none, or several.

    Args:
        cells: The open file.
        used: Which cells, shape (cells,).
    """
    for column in (column for name in _CELL_TYPES for column in cells.columns if folded(column) == name):
        found = set(cells.column(column)[used])
        return found.pop() if len(found) == 1 else ""
    return ""


def modality_of(cells: CellFile, used: npt.NDArray[np.bool_]) -> tuple[Modality, tuple[str, ...]]:
    """How genes were perturbed in the used cells, and what is to be said where that differs.

    Args:
        cells: The open file.
        used: Which cells, shape (cells,).

    Returns:
        The modality (empty where the file does not say one), and sentences.
    """
    for column in (column for name in _MODALITIES for column in cells.columns if folded(column) == name):
        values = cells.column(column)[used]
        found = {_WORDS[folded(one)] for one in set(values) if folded(one) in _WORDS}
        if len(found) == 1:
            return found.pop(), ()
        if len(found) > 1:
            first = str(values.value_counts().index[0])
            return "", (
                f"Genes were perturbed in several ways ({' and '.join(sorted(found))}), so that the screen has no"
                f" modality; one alone is read with {option(where={column: first})}.",
            )
    return "", ()
