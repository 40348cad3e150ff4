"""Who was perturbed: cells in arms, with their guides, and everything that was set aside on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.acts import NAME, option
from db.errors import NeedsChoiceError, RefusedFileError, require
from db.files.cells.base import CellFile
from db.records import Note, Organism
from tools.expression.perturb_seq.cells_grouped.arms import CONTROL, Arms
from tools.expression.perturb_seq.cells_grouped.cell_labels import Labels, found_labels, no_column
from tools.expression.perturb_seq.cells_grouped.guides import Guides, guides_of, labels_of_guides
from tools.expression.perturb_seq.cells_grouped.strata import Strata, strata_of
from tools.expression.perturb_seq.options import CellReading
from tools.workspace import Workspace


@dataclass(frozen=True, eq=False)
class Grouping:
    """The cells of a file, grouped.

    Attributes:
        arms: Which cell is in which arm.
        source_names: Approved name of each perturbation → the file's label, the commonest where it has several.
        organism: Whose genes they are.
        column: The column that says what was done; empty where guides told it.
        stratum_columns: The columns within which cells are compared.
        guide_of_cell: Number of each cell's one guide, shape (cells,); -1 where it has none or several.
        guides: Names of the guides.
        several_guides: Share of the cells with a guide that have guides of several genes; None where no guides are
            known.
        notes: What was set aside.
        remarks: What is to be said, a sentence each.
    """

    arms: Arms
    source_names: Mapping[str, str]
    organism: Organism
    column: str
    stratum_columns: tuple[str, ...]
    guide_of_cell: npt.NDArray[np.int64]
    guides: tuple[str, ...]
    several_guides: float | None
    notes: tuple[Note, ...]
    remarks: tuple[str, ...]


def grouped_cells(
    workspace: Workspace, cells: CellFile, reading: CellReading, where: Mapping[str, str], organism: str
) -> Grouping:
    """Finds what was done to each cell, and within what it is compared with controls.

    Args:
        workspace: Its store has the gene names.
        cells: The open file.
        reading: The user's options.
        where: Column → value; only these cells are used.
        organism: ``human``, ``mouse``, or empty to go by the labels.

    Raises:
        InvalidValueError: An option names what the file does not have.
        NeedsChoiceError: Controls or columns have to be named.
        RefusedFileError: The file does not say what was done to its cells, or no perturbation has enough of them.
    """
    require(
        reading.min_cells >= 2, f"{option(min_cells=reading.min_cells)} is too few.", "A comparison needs two cells."
    )
    wanted = _wanted(cells, where)
    guides = guides_of(cells, reading.guide_column)
    found = found_labels(workspace, cells, reading.perturbation_column, reading.control, organism)
    if found is None and guides is None:
        raise no_column(cells)
    labels, meant = found or labels_of_guides(workspace, cells, _known(guides), reading.control, organism)
    labels = labels.where(wanted, "")
    _refuse_empty(cells, labels, meant)
    perturbed = labels.isin(meant.perturbations.keys()).to_numpy(dtype=bool)
    is_control = labels.isin(meant.controls).to_numpy(dtype=bool)
    strata = strata_of(cells, reading.batch_column, perturbed, is_control, [meant.column, *where])
    compared = strata.compared(is_control)
    return _grouping(cells, reading, labels, meant, guides, strata, compared & (perturbed | is_control))


def _known(guides: Guides | None) -> Guides:
    assert guides is not None  # noqa: S101 - without guides the file was refused
    return guides


def _wanted(cells: CellFile, where: Mapping[str, str]) -> pd.Series[bool]:
    wanted = pd.Series(data=True, index=range(cells.cells))
    for column, value in where.items():
        texts = cells.column(column)
        wanted &= (texts == value).to_numpy(dtype=bool)
        if not wanted.any():
            there = ", ".join(repr(str(one)) for one in texts.value_counts().index[:8])
            raise RefusedFileError(
                f"No cell of {cells.path.name} has {column} = {value!r}.", f"The values there are: {there}."
            )
    return wanted


def _refuse_empty(cells: CellFile, labels: pd.Series[str], meant: Labels) -> None:
    if not labels.isin(meant.controls).any():
        raise NeedsChoiceError(
            f"No cell of {cells.path.name} that is read is a control; labels of controls are:"
            f" {', '.join(sorted(meant.controls)[:5]) or 'none'}.",
            f"Name the controls' label ({option(control=NAME)}), or read other cells ({option('where')}).",
        )


def _grouping(
    cells: CellFile, reading: CellReading, labels: pd.Series[str], meant: Labels, guides: Guides | None,
    strata: Strata, used: npt.NDArray[np.bool_],
) -> Grouping:  # fmt: skip
    perturbation = labels.map(meant.perturbations).where(used)
    counts = perturbation.value_counts()
    kept = sorted(str(name) for name in counts.index[counts >= reading.min_cells])
    few = counts[counts < reading.min_cells]
    if not kept:
        raise _too_few(cells, counts, reading.min_cells)
    codes = {name: number for number, name in enumerate(kept, 1)}
    group = np.asarray(perturbation.map(codes).fillna(-1), dtype=np.int64)
    group[used & labels.isin(meant.controls).to_numpy(dtype=bool)] = CONTROL
    arms = Arms.of(tuple(kept), strata.names, group, strata.of_cell)
    commonest = (
        labels[group > CONTROL].groupby(perturbation[group > CONTROL]).agg(lambda rows: rows.value_counts().index[0])
    )
    own, names = _one_guide(guides)
    sizes = labels.value_counts()
    notes = [
        *_counted(meant.notes, sizes),
        *strata.notes,
        *(_few(str(name), int(n), reading) for name, n in few.items()),
    ]
    return Grouping(
        arms, {str(k): str(v) for k, v in commonest.items()}, meant.organism, meant.column, strata.columns, own, names,
        _several(labels, meant, guides), tuple(notes), (*_found_in(meant, guides), *meant.remarks, *strata.remarks),
    )  # fmt: skip


def _too_few(cells: CellFile, counts: pd.Series[int], fewest: int) -> RefusedFileError:
    most = f"the commonest, {counts.index[0]}, has {counts.iloc[0]}" if len(counts) else "none has any"
    lower = max(2, int(counts.iloc[0])) if len(counts) else 2
    hint = (
        f"Fewer can be let in, and say little: {option(min_cells=lower)}."
        if len(counts) and counts.iloc[0] >= 2
        else "One cell says nothing of a perturbation: give the file of all cells, before it was averaged or thinned."
    )
    return RefusedFileError(
        f"No perturbation of {cells.path.name} has {fewest} cells or more: {most} of {len(counts):,}.", hint
    )


def _few(name: str, cells: int, reading: CellReading) -> Note:
    pair = " Two guides met by chance, perhaps." if "+" in name else ""
    return Note(None, name, "few-cells", f"{cells} cells; {reading.min_cells} are needed.{pair}")


def _counted(notes: tuple[Note, ...], sizes: pd.Series[int]) -> list[Note]:
    """Notes on labels, with the cells that each is of."""
    return [
        Note(
            None,
            note.name,
            note.reason,
            f"{note.detail} ({int(sizes.get(note.name, 0)):,} cells)".strip(),
            note.kept_aside,
        )
        for note in notes
    ]


def _found_in(meant: Labels, guides: Guides | None) -> list[str]:
    controls = ", ".join(sorted(meant.controls)[:3]) + (" …" if len(meant.controls) > 3 else "")
    if meant.column:
        return [f"The column {meant.column} says what was done to each cell; controls are {controls}."]
    return [f"What was done to each cell is told by its guides, from {_known(guides).said}; controls are {controls}."]


def _one_guide(guides: Guides | None) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    if guides is None:
        return np.empty(0, dtype=np.int64), ()
    single = guides.of_cell.where(~guides.of_cell.str.contains("|", regex=False), "")
    codes, names = pd.factorize(single.where(single != ""), sort=True)
    return codes.astype(np.int64), tuple(str(name) for name in names)


def _several(labels: pd.Series[str], meant: Labels, guides: Guides | None) -> float | None:
    """Of the cells with a guide, the share that has guides of several genes."""
    if guides is None:
        return None
    with_guide = (guides.of_cell != "").to_numpy(dtype=bool)
    if not with_guide.any():
        return None
    if meant.column:
        several = guides.of_cell.str.contains("|", regex=False).to_numpy(dtype=bool)
    else:
        many = {one.name for one in meant.notes if one.reason == "several-genes"}
        pairs = {label for label, name in meant.perturbations.items() if "+" in name}
        several = labels.isin(many | pairs).to_numpy(dtype=bool)
    return float((several & with_guide).sum() / with_guide.sum())
