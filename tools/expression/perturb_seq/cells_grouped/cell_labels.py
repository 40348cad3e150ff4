"""What was done to each cell, in the file's words: the column that says it, and what its labels mean."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.acts import COLUMN, NAME, option
from db.errors import InvalidValueError, NeedsChoiceError, NotFoundError, RefusedFileError
from db.files.cells.base import CellFile
from db.genes.control_names import GENES_TOO, is_control
from db.genes.names import GeneNames
from db.records import Note, Organism
from tools.screens.ingestion.perturbation_names import named_rows
from tools.screens.ingestion.sorted_rows import SortedRows
from tools.screens.naming.control_rows import folded as declared_folded
from tools.screens.naming.control_rows import split_controls
from tools.screens.naming.organisms import organism_of
from tools.screens.tables.rows import NUMBER_FIELDS, folded
from tools.workspace import Workspace

NAMES = (
    "perturbation", "perturbations", "perturbedgene", "perturb", "pert", "targetgene", "genetarget", "target",
    "condition", "geneperturbed", "perturbationname", "genotype", "knockdown", "knockout", "gene", "treatment",
    "guidetarget", "guideidentity", "guideid", "guide", "guides", "sgrna", "sgrnaid", "grna", "grnaid", "featurecall",
    "gbarcode", "label",
)  # fmt: skip
"""How columns that say what was done are called, lower case without signs between, the likeliest first."""
MOST_LABELS = 50_000
LEAST_GENES = 0.5
"""At least this share of a column's labels must be genes."""
SHOWN = 8


@dataclass(frozen=True)
class Labels:
    """What the labels of cells mean.

    Attributes:
        column: The column; empty where guides told it.
        organism: Whose genes they are.
        perturbations: Label → approved name of what was perturbed, ``A`` or ``A+B``.
        controls: Labels of controls.
        notes: Labels that mean neither, and those found through another name, one note each.
        remarks: What is to be said of them.
    """

    column: str
    organism: Organism
    perturbations: dict[str, str]
    controls: frozenset[str]
    notes: tuple[Note, ...] = ()
    remarks: tuple[str, ...] = ()


def meant_labels(
    workspace: Workspace, labels: Sequence[str], control: str, organism: str, file_name: str, column: str = ""
) -> Labels:
    """What labels mean, read as the names of a screen's rows are.

    Args:
        workspace: Its store has the gene names.
        labels: Distinct labels.
        control: The label of controls, where it is named; others that look like controls are then of no use.
        organism: ``human`` or ``mouse``; by how the labels are written where empty.
        file_name: Name of the file, for messages.
        column: The column that has them.

    Raises:
        NeedsChoiceError: The labels are of two species.
        RefusedFileError: They are of another species.
        NotFoundError: The store has no gene names.
    """
    rows = _rows([label for label in labels if label])
    declared = [control] if control else _undoubted(labels)
    rest, controls, _, said = split_controls(rows, declared)
    found_controls = set(rows["name"]) - set(rest["name"])
    species = organism_of(rest["name"].tolist(), organism, file_name)
    names = GeneNames.load(workspace.store, species)
    if rest.empty:
        return Labels(column, species, {}, frozenset(found_controls))
    named = named_rows(SortedRows(rest, controls, ()), names, {}, declared, file_name).found
    found_controls |= set(named.controls["name"])
    meant = dict(zip(named.rows["name"], named.rows["perturbation"], strict=True))
    aside = [note for note in named.notes if note.reason != "control"]
    if control:
        others = sorted(found_controls - _those(found_controls, control))
        aside += [Note(None, one, "control", f"A control other than {control}, which was named.") for one in others]
        found_controls -= set(others)
    return Labels(column, species, meant, frozenset(found_controls), tuple(aside), (*said, *named.remarks))


def _those(labels: Collection[str], control: str) -> set[str]:
    """The labels that a declared name stands for: itself, its numbered forms, and patterns."""
    known = declared_folded([control])
    exact = {label for label in labels if label.casefold() == control.casefold()}
    from db.genes.control_names import is_declared

    return exact or {label for label in labels if is_declared(label, known)}


def _undoubted(labels: Sequence[str]) -> list[str]:
    """``CTRL`` is a gene of that symbol too; cells so labelled are controls where no other label is of any."""
    doubtful = GENES_TOO.intersection(labels)
    return sorted(doubtful) if doubtful and not any(is_control(one) for one in labels if one not in doubtful) else []


def _rows(labels: Sequence[str]) -> pd.DataFrame:
    rows = pd.DataFrame({"line": range(1, len(labels) + 1), "name": list(labels), "replicate": ""})
    rows = rows.assign(**dict.fromkeys(NUMBER_FIELDS, np.nan), guides=pd.array([pd.NA] * len(labels), dtype="Int64"))
    # A number, so that a control's row counts as one; it is never used.
    return rows.assign(estimate=0.0)


# Finding the column ------------------------------------------------------------------------------


def found_labels(
    workspace: Workspace, cells: CellFile, column: str, control: str, organism: str
) -> tuple[pd.Series[str], Labels] | None:
    """The labels of the cells and what they mean, from the column that was named, or from the likeliest one.

    A column is what is looked for when it has controls, and most of its other labels are genes or pairs; columns named
    as such come first.

    Args:
        workspace: Its store has the gene names.
        cells: The open file.
        column: The column's name, or empty.
        control: The controls' label, or empty.
        organism: ``human``, ``mouse`` or empty.

    Returns:
        One label for each cell, and their meaning; None where no column says it.

    Raises:
        InvalidValueError: There is no column, or no control, of the name.
        NeedsChoiceError: A column has genes but no label that is known to be of controls.
        RefusedFileError: The named column has no genes.
    """
    if column:
        values = cells.column(column)
        meant = meant_labels(workspace, sorted(set(values)), control, organism, cells.path.name, column)
        _check(cells, column, values, meant, control)
        return values, meant
    without: tuple[str, pd.Series[str], Labels] | None = None
    for name in _candidates(cells):
        values = cells.column(name)
        found = _likely(workspace, values, control, organism, cells, name)
        if found is not None and found.controls:
            return values, found
        if found is not None and without is None:
            without = name, values, found
    if without is not None:
        _check(cells, *without, control)
    return None


def _candidates(cells: CellFile) -> list[str]:
    ordered = [column for name in NAMES for column in cells.columns if folded(column) == name]
    return list(dict.fromkeys([*ordered, *cells.columns]))


def _likely(
    workspace: Workspace, values: pd.Series[str], control: str, organism: str, cells: CellFile, column: str
) -> Labels | None:
    """What a column's labels mean where most of them are genes; None for other columns."""
    labels = sorted(set(values) - {""})
    if not 2 <= len(labels) <= min(MOST_LABELS, max(3, len(values) // 2)) or _are_numbers(labels):
        return None
    try:
        found = meant_labels(workspace, labels, control, organism, cells.path.name, column)
    except (NeedsChoiceError, RefusedFileError):
        return None
    rest = len(labels) - len(found.controls)
    # One or two words may be genes by chance, as of cell types (NK) and samples (S100).
    enough = len(found.perturbations) >= (1 if found.controls and folded(column) in NAMES else 3)
    return found if enough and len(found.perturbations) >= LEAST_GENES * rest else None


def _are_numbers(labels: Sequence[str]) -> bool:
    return pd.to_numeric(pd.Series(labels), errors="coerce").notna().mean() > LEAST_GENES


def _check(cells: CellFile, column: str, values: pd.Series[str], meant: Labels, control: str) -> None:
    common = values[values != ""].value_counts()
    shown = ", ".join(repr(str(one)) for one in common.index[:SHOWN])
    if control and not meant.controls:
        raise InvalidValueError(
            f"No cell of {cells.path.name} is labelled {control!r} in column {column!r}.",
            f"The commonest labels there are: {shown}.",
        )
    if not meant.perturbations:
        raise RefusedFileError(
            f"No label of column {column!r} of {cells.path.name} means a gene; the commonest are: {shown}.",
            f"Name the column that says what was done to each cell: {option(perturbation_column=COLUMN)}. It has"
            f" {', '.join(cells.columns[:20])}.",
        )
    if not meant.controls:
        raise NeedsChoiceError(
            f"No cell of {cells.path.name} is known to be a control: column {column!r} has no label such as ctrl or"
            f" non-targeting; the commonest are: {shown}.",
            f"Say which label the controls have: {option(control=NAME)}. Without controls nothing can be compared.",
        )


def no_column(cells: CellFile) -> NotFoundError | RefusedFileError:
    """The refusal of a file that does not say what was done to its cells.

    Args:
        cells: The open file.
    """
    has = f"Its columns are: {', '.join(cells.columns[:20])}." if cells.columns else "It has no column at all."
    return RefusedFileError(
        f"{cells.path.name} does not say what was done to its cells: no column holds genes and a label of controls, and"
        f" no feature is a guide. {has}",
        f"Name the column, and the controls' label where it is unusual: {option(perturbation_column=COLUMN)},"
        f" {option(control=NAME)}; or give the guides of each cell: {option(guide_column=COLUMN)}.",
    )
