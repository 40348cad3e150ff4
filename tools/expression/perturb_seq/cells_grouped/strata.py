"""Strata, within which cells are compared: runs, donors and cell types that have controls of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.acts import Word, option
from db.errors import NeedsChoiceError
from db.files.cells.base import CellFile
from db.records import Note
from tools.screens.tables.rows import folded

KINDS = (
    "celltype", "cellline", "celllines", "line", "perturbationtype", "crisprtype", "modality", "dataset", "treatment",
    "condition", "stimulation", "timepoint", "time",
)  # fmt: skip
"""Columns of what cells are and were given: cells that differ there are never compared."""
TECHNICAL = (
    "batch", "batchid", "gemgroup", "gem", "lane", "replicate", "rep", "biorep", "biologicalreplicate", "donor",
    "sample", "sampleid", "library",
    "origident", "channel", "plate",
)  # fmt: skip
MOST_VALUES = 50
LEAST_COMPARED = 0.9
"""A column is compared within where at least this share of perturbed cells has controls of its own there."""
FEWEST_CONTROLS = 5
BETWEEN = " · "


@dataclass(frozen=True, eq=False)
class Strata:
    """Within what cells are compared.

    Attributes:
        names: Their names.
        of_cell: The stratum of each cell, shape (cells,).
        columns: The columns that make them.
        notes: Perturbed cells without controls of their own, by stratum.
        remarks: What is to be said of it, a sentence each.
    """

    names: tuple[str, ...]
    of_cell: npt.NDArray[np.int64]
    columns: tuple[str, ...]
    notes: tuple[Note, ...]
    remarks: tuple[str, ...]

    def compared(self, is_control: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Which cells are in a stratum with at least `FEWEST_CONTROLS` controls, shape (cells,)."""
        controls = np.bincount(self.of_cell[is_control], minlength=len(self.names))
        return np.asarray(controls[self.of_cell] >= FEWEST_CONTROLS)


def strata_of(
    cells: CellFile,
    named: str,
    perturbed: npt.NDArray[np.bool_],
    is_control: npt.NDArray[np.bool_],
    without: Sequence[str] = (),
) -> Strata:
    """The strata of a file's cells: of the column that was named, or of those known by name that have controls.

    Args:
        cells: The open file.
        named: The column; empty to look for some.
        perturbed: Which cells are perturbed, shape (cells,).
        is_control: Which cells are controls, shape (cells,).
        without: Columns that say something else.

    Raises:
        InvalidValueError: There is no column of the name.
        NeedsChoiceError: No stratum of the named column has both controls and perturbed cells.
    """
    used = perturbed | is_control
    remarks: list[str] = []
    if named:
        chosen = [named]
    else:
        chosen = []
        for column in _candidates(cells, without):
            values = cells.column(column)
            distinct = values[used].nunique()
            if not 2 <= distinct <= MOST_VALUES or _says_what_was_done(values, perturbed, is_control):
                continue
            names, codes = _codes(cells, [*chosen, column])
            if len(names) == len(_codes(cells, chosen)[0]):
                continue
            share = _compared(codes, perturbed, is_control)
            if share >= LEAST_COMPARED:
                chosen.append(column)
            elif folded(column) in KINDS:
                remarks.append(_mixed(cells, column, distinct, share))
    names, codes = _codes(cells, chosen)
    found = Strata(names, codes, tuple(chosen), (), tuple(remarks))
    kept = found.compared(is_control)
    if not (kept & perturbed).any():
        raise NeedsChoiceError(
            f"No {BETWEEN.join(chosen) or 'stratum'} of {cells.path.name} has both perturbed cells and at least"
            f" {FEWEST_CONTROLS} controls; there are {int(is_control.sum()):,} controls in all.",
            f"Name a column within which both stand ({option(batch_column=Word('COLUMN'))}), or leave it out.",
        )
    return Strata(names, codes, tuple(chosen), _alone(names, codes, perturbed & ~kept), (*remarks, *_said(found, used)))


def _says_what_was_done(
    values: pd.Series[str], perturbed: npt.NDArray[np.bool_], is_control: npt.NDArray[np.bool_]
) -> bool:
    """Whether controls and perturbed cells share no value: such a column tells them apart."""
    return set(values[perturbed]).isdisjoint(values[is_control])


def _candidates(cells: CellFile, without: Sequence[str]) -> list[str]:
    return [
        column for name in (*KINDS, *TECHNICAL) for column in cells.columns if folded(column) == name
        and column not in without
    ]  # fmt: skip


def _codes(cells: CellFile, columns: Sequence[str]) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    if not columns:
        return ("",), np.zeros(cells.cells, dtype=np.int64)
    texts = [cells.column(column).map(lambda text: text or "(none)") for column in columns]
    joined = texts[0]
    for text in texts[1:]:
        joined = joined + BETWEEN + text
    codes, names = pd.factorize(joined, sort=True)
    return _short([str(name) for name in names]), codes.astype(np.int64)


def _short(names: list[str]) -> tuple[str, ...]:
    """Names of strata without the parts that say the same in all of them."""
    parts = [name.split(BETWEEN) for name in names]
    if len({len(one) for one in parts}) != 1:
        return tuple(names)
    kept: list[int] = []
    for at in range(len(parts[0])):
        if len({tuple(one[i] for i in [*kept, at]) for one in parts}) > len(
            {tuple(one[i] for i in kept) for one in parts}
        ):
            kept.append(at)
    return tuple(BETWEEN.join(one[i] for i in kept) for one in parts)


def _compared(
    codes: npt.NDArray[np.int64], perturbed: npt.NDArray[np.bool_], is_control: npt.NDArray[np.bool_]
) -> float:
    controls = np.bincount(codes[is_control], minlength=int(codes.max()) + 1)
    return float((controls[codes[perturbed]] >= FEWEST_CONTROLS).mean()) if perturbed.any() else 0.0


def _mixed(cells: CellFile, column: str, distinct: int, share: float) -> str:
    first = str(cells.column(column).value_counts().index[0])
    return (
        f"Column {column} has {distinct} values, and cells are not compared within each: only {share:.0%} of the"
        f" perturbed cells have controls of their own there. One of them alone: {option(where={column: first})}."
    )


def _said(found: Strata, used: npt.NDArray[np.bool_]) -> list[str]:
    if not found.columns:
        return []
    there = len(set(found.of_cell[used].tolist()))
    column = found.columns[0]
    kinds = [one for one in found.columns if folded(one) in KINDS]
    said = [f"Cells are compared with controls of the same {' and '.join(found.columns)} ({there} strata)."]
    if kinds and there > 1:
        value = found.names[0].split(BETWEEN)[0]
        said.append(
            f"The file holds cells of several {' and '.join(kinds)}; effects are means over them. One alone is read"
            f" with {option(where={column: value})}."
        )
    return said


def _alone(names: tuple[str, ...], codes: npt.NDArray[np.int64], alone: npt.NDArray[np.bool_]) -> tuple[Note, ...]:
    counts = np.bincount(codes[alone], minlength=len(names))
    return tuple(
        Note(None, names[at] or "all cells", "no-controls", f"{count:,} perturbed cells have too few controls there.")
        for at, count in enumerate(counts)
        if count
    )
