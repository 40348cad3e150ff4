"""Matrices of perturbations by readout genes as rows of responses: from arrays, from wide tables, from R."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from db.acts import Word, option
from db.errors import NeedsChoiceError, RefusedFileError
from db.genes.name_forms import clean
from db.screens.response_plan import RowSource
from tools.screens.response_files.names import COLUMNS, NAMES, REPLICATES, ROWS, VALUES
from tools.screens.response_files.table import ResponseTable
from tools.screens.tables.rows import folded

Array = NDArray[Any]


def of_arrays(path: Path, arrays: Mapping[str, Array], where: Mapping[str, str]) -> ResponseTable:
    """The responses in named arrays.

    Args:
        path: Their file, for messages.
        arrays: One matrix of effects at least, and a name for each of its perturbations and readouts; further arrays
            of the same shape, and of one value a perturbation.
        where: Array of one value a perturbation → value; only these perturbations are read.

    Raises:
        RefusedFileError: They are no such matrix.
        NeedsChoiceError: Perturbations stand more than once, and `where` does not tell them apart.
    """
    matrices = _matrices(path, arrays)
    shape = matrices["estimate"].shape
    texts = {
        name: np.asarray(one).astype(str) for name, one in arrays.items() if one.ndim == 1 and one.dtype.kind in "US"
    }
    rows, columns = _sides(texts, shape)
    if not rows or not columns:
        rows, columns = _sides(texts, shape[::-1])
        matrices = {key: one.T for key, one in matrices.items()}
    if not rows or not columns:
        listed = ", ".join(f"{name} {one.shape}" for name, one in arrays.items())
        raise RefusedFileError(
            f"{path.name} has no names for the {shape[0]:,} rows and {shape[1]:,} columns of its matrix: it holds"
            f" {listed}.",
            "Save the names beside it, such as numpy.savez('x.npz', lfc=…, perturbation=…, readout=…).",
        )
    beside = {name: one for name, one in texts.items() if len(one) == len(texts[rows]) and name not in (rows, columns)}
    return of_matrix(path, matrices, texts[rows], texts[columns], beside, where)


def _matrices(path: Path, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Field → matrix."""
    square = {name: one for name, one in arrays.items() if one.ndim == 2 and one.dtype.kind in "fiub"}
    named = {key: _named(square, NAMES[key]) for key in ("standard_error", "p", "fdr")}
    taken = {name for name in named.values() if name}
    free = [name for name in square if name not in taken]
    estimate = _named({name: square[name] for name in free}, VALUES) or (free[0] if len(free) == 1 else "")
    if not estimate:
        raise RefusedFileError(
            f"{path.name} holds no matrix of effects that can be told: {', '.join(arrays)}.",
            "Save one array of two dimensions named lfc, with the arrays perturbation and readout beside it.",
        )
    found = {"estimate": square[estimate]}
    found |= {
        key: square[name] for key, name in named.items() if name and square[name].shape == found["estimate"].shape
    }
    return found


def _named(arrays: Mapping[str, Array], names: tuple[str, ...]) -> str:
    return next((name for wanted in names for name in arrays if folded(name) == wanted), "")


def _sides(texts: Mapping[str, Array], shape: tuple[int, ...]) -> tuple[str, str]:
    """Which texts name the perturbations and the readouts of a matrix of some shape; empty where none does."""
    rows = _labels(texts, ROWS, COLUMNS, shape[0])
    return rows, _labels({name: one for name, one in texts.items() if name != rows}, COLUMNS, ROWS, shape[1])


def _labels(texts: Mapping[str, Array], names: tuple[str, ...], others: tuple[str, ...], length: int) -> str:
    """The texts of a length, by their name; whatever they are called where there are no others and no other meaning."""
    fitting = {name: one for name, one in texts.items() if len(one) == length}
    lone = next(iter(fitting)) if len(fitting) == 1 else ""
    return _named(fitting, names) or ("" if folded(lone) in others else lone)


def of_matrix(
    path: Path,
    matrices: Mapping[str, Array],
    perturbations: Array,
    readouts: Array,
    beside: Mapping[str, Array] | None = None,
    where: Mapping[str, str] | None = None,
) -> ResponseTable:
    """One row for each pair of a matrix that has a number.

    Args:
        path: The file, for messages.
        matrices: Field → shape (perturbations, readouts); ``estimate`` at least.
        perturbations: Their names.
        readouts: Their names.
        beside: Name → one value for each perturbation; one that is called as replicates are tells rows of one
            perturbation apart.
        where: Name of `beside` → value; only these perturbations are read.

    Raises:
        NeedsChoiceError: Perturbations stand more than once.
        RefusedFileError: Readouts stand more than once, or no perturbation is as asked for.
    """
    beside, kept = dict(beside or {}), np.ones(len(perturbations), dtype=bool)
    for name, value in (where or {}).items():
        if name in beside:
            kept &= np.array([clean(cell) == clean(value) for cell in beside[name]])
    genes = [clean(str(name)) for name in perturbations[kept]]
    apart = next((name for wanted in REPLICATES for name in beside if folded(name) == wanted), "")
    labels = [f"{gene}_{cell}" for gene, cell in zip(genes, beside[apart][kept], strict=True)] if apart else genes
    _refuse_double_labels(path, labels, {name: one[kept] for name, one in beside.items() if name != apart})
    across, down = np.repeat(np.arange(len(labels)), len(readouts)), np.tile(np.arange(len(readouts)), len(labels))
    frame = pd.DataFrame(
        {"perturbation": _repeated(labels, across), "readout": _repeated([str(one) for one in readouts], down)}
        | {key: np.ascontiguousarray(one[kept]).ravel() for key, one in matrices.items()}
        | {name: _repeated(list(one[kept]), across) for name, one in beside.items()}
    )
    frame = frame[np.logical_or.reduce([frame[key].notna().to_numpy() for key in matrices])]
    frame = frame.astype({key: "float32" for key in matrices if frame[key].dtype == np.float16})
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return ResponseTable(
        RowSource(path, frame=frame), genes=dict(zip(labels, genes, strict=True)) if apart else {}, unlabelled=True
    )


def _repeated(names: list[str], places: NDArray[np.int64]) -> pd.Categorical:
    """Each name many times, without a text for each."""
    distinct = list(dict.fromkeys(names))
    place = {name: number for number, name in enumerate(distinct)}
    codes = np.array([place[name] for name in names], dtype=np.int32)
    return pd.Categorical.from_codes(codes[places], categories=pd.Index(distinct, dtype=object))


def _refuse_double_labels(path: Path, labels: list[str], beside: Mapping[str, Array]) -> None:
    double = next((name for name in labels if labels.count(name) > 1), "") if len(set(labels)) < len(labels) else ""
    if not double:
        return
    several = [name for name, one in beside.items() if 1 < len(set(one)) < len(labels)]
    if several:
        values = {name: sorted({str(cell) for cell in beside[name]}) for name in several}
        held = "; ".join(f"{name}: {', '.join(cells[:8])}" for name, cells in values.items())
        raise NeedsChoiceError(
            f"{path.name} has {double} more than once, in several contexts ({held}).",
            f"Add one context at a time: {option(where={several[0]: Word('value')})}.",
        )
    raise RefusedFileError(f"{path.name} has the perturbation {double} more than once.", "Give each row its own name.")


def of_wide_table(path: Path, cells: pd.DataFrame, given: Mapping[str, str]) -> ResponseTable:
    """The responses in a table of one row a perturbation and one column a readout, or the other way round.

    Args:
        path: The file, for messages.
        cells: Its first column holds names, all others numbers.
        given: Field → column: ``readout`` for the first column says that rows are readouts.

    Raises:
        RefusedFileError: A cell is no number.
    """
    first = str(cells.columns[0])
    values = cells.iloc[:, 1:].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    rows = np.array([clean(str(cell)) for cell in cells.iloc[:, 0]])
    columns = np.array([str(name) for name in cells.columns[1:]])
    upright = given.get("readout") != first and (
        given.get("perturbation") == first or folded(first) not in (*NAMES["readout"], *COLUMNS)
    )
    if upright:
        return of_matrix(path, {"estimate": values}, rows, columns)
    return of_matrix(path, {"estimate": values.T}, columns, rows)


def is_wide(cells: pd.DataFrame) -> bool:
    """Whether a table is a matrix: names in the first column, numbers in all others, none called as a field is.

    Args:
        cells: Its first rows.
    """
    if len(cells.columns) < 3 or cells.empty:
        return False
    fields = {name for key in ("estimate", "standard_error", "p", "fdr", "de") for name in NAMES[key]}
    if any(folded(str(name)) in fields for name in cells.columns[1:]):
        return False
    numbers = cells.iloc[:, 1:].apply(pd.to_numeric, errors="coerce")
    missing = cells.iloc[:, 1:].map(lambda cell: str(cell).strip().casefold() in ("", "na", "nan"))
    names = pd.to_numeric(cells.iloc[:, 0], errors="coerce").isna()
    return bool((numbers.notna() | missing).to_numpy().all() and numbers.notna().to_numpy().any() and names.all())
