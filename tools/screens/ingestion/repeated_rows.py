"""Perturbations with several rows: one is used, or none; a file that is full of them must say which rows it means."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from db.acts import COLUMN, option
from db.errors import NeedsChoiceError
from db.genes.name_forms import clean
from db.records import Note
from tools.screens.ingestion.doubtful_rows import SortedRows, note_of
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import NUMBER_FIELDS
from tools.screens.tables.source_file import SourceFile

MOST_LOST = 0.5
"""Above this share of perturbations without a row of their own, the file is not one screen."""
MOST_LEFT = 0.2
"""A column tells screens apart where at most this share of rows still stands beside another of its perturbation."""
MOST_VALUES = 20
"""A column with more distinct values is a measurement or a name, not a choice of screens."""


def one_row_each(found: SortedRows, source: SourceFile, reading: Reading) -> SortedRows:
    """Leaves at most one row for each perturbation and replicate.

    Where several rows lead to one perturbation, the row written with the approved symbol is used and rows under
    former names are set aside; rows that agree in every number count once; otherwise nothing says which row is
    right, and all of them are set aside.

    Args:
        found: Typed rows with their perturbation.
        source: Their file, of which the columns are looked at when too many rows would be lost.
        reading: How it is read.

    Raises:
        NeedsChoiceError: Most perturbations have rows that differ, so it has to be said which are meant.
    """
    kept, notes = _split_duplicates(found.rows)
    _refuse_repeated(found.rows, kept, source, reading)
    return replace(found, rows=kept, notes=(*found.notes, *notes))


def _split_duplicates(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Rows of which each perturbation and replicate has one, and a note for each row set aside."""
    keys = ["perturbation", "replicate"]
    double = rows.duplicated(keys, keep=False).to_numpy(dtype=bool)
    notes: list[Note] = []
    kept: list[int] = []
    for (perturbation, _), group in rows[double].sort_values("line").groupby(keys, sort=True):
        used, why = _which_of(group, str(perturbation))
        kept += used
        notes += [note_of(row, "duplicate", why) for row in group.drop(index=used).to_dict("records")]
    mask = ~double | rows.index.isin(kept)
    return rows[mask], notes


def _which_of(group: pd.DataFrame, perturbation: str) -> tuple[list[int], str]:
    lines = ", ".join(str(line) for line in group["line"])
    own = group[group["name"] == perturbation]
    if len(own) == 1:
        return list(own.index), f"Lines {lines} are all {perturbation}; the one under its approved symbol is used."
    same = (group if own.empty else own)[[*NUMBER_FIELDS, "guides"]].drop_duplicates()
    if len(same) == 1:
        return list(same.index), f"Lines {lines} are all {perturbation} and agree; one of them is used."
    return [], f"Lines {lines} are all {perturbation} and differ, so none is used; declare replicates if they are."


def _refuse_repeated(rows: pd.DataFrame, kept: pd.DataFrame, source: SourceFile, reading: Reading) -> None:
    """Refuses a file most of whose perturbations have rows that differ, and names the column that tells them apart."""
    several, lost = rows["perturbation"].nunique(), rows["perturbation"].nunique() - kept["perturbation"].nunique()
    if lost <= MOST_LOST * several:
        return
    message = f"{lost:,} of {several:,} perturbations of {source.path.name} have several rows that differ"
    found = _telling_column(rows, source, reading)
    if found is None:
        raise NeedsChoiceError(
            f"{message}, and no column tells them apart.",
            f"Name a column of replicates ({option(columns={'replicate': COLUMN})}), or give a table of one row for"
            " each perturbation.",
        )
    column, values = found
    shown = ", ".join(values)
    raise NeedsChoiceError(
        f"{message}: it seems to hold several screens. The column {column} holds {shown}.",
        f"Take one: {option(where={column: values[0]})}. If they are replicates of one screen:"
        f" {option(columns={'replicate': column})}.",
    )


def _telling_column(rows: pd.DataFrame, source: SourceFile, reading: Reading) -> tuple[str, list[str]] | None:
    """The column of fewest values, and these, within each of which a perturbation has one row; None without one."""
    cells = source.table(reading).cells
    # Further files of the same screen number their lines anew; the first file's come first.
    lines = rows.drop_duplicates("line").set_index("line")["perturbation"]
    lines = lines[lines.index.isin(cells.index)]
    found: list[tuple[str, list[str]]] = []
    for column in cells.columns:
        text = cells.loc[lines.index, column]
        values = sorted(filter(None, map(clean, text.unique())))
        doubled = pd.DataFrame({"perturbation": lines, "value": text}).duplicated(keep=False)
        if 2 <= len(values) <= MOST_VALUES and doubled.mean() <= MOST_LEFT:
            found.append((str(column), values))
    return min(found, key=lambda one: len(one[1]), default=None)
