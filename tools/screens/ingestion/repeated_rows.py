"""A file in which most perturbations have several rows: it holds several screens or replicates, and must say which."""

from __future__ import annotations

import shlex
from pathlib import Path

import pandas as pd

from db.errors import NeedsChoiceError
from db.genes.name_forms import clean
from tools.screens.readers.base import ReadOptions
from tools.screens.tables.text import read_raw

MOST_LOST = 0.5
"""Above this share of perturbations without a row of their own, the file is not one screen."""
MOST_LEFT = 0.2
"""A column tells screens apart where at most this share of rows still stands beside another of its perturbation."""
MOST_VALUES = 20
"""A column with more distinct values is a measurement or a name, not a choice of screens."""


def refuse_repeated(rows: pd.DataFrame, kept: pd.DataFrame, path: Path, options: ReadOptions) -> None:
    """Refuses a file most of whose perturbations have rows that differ, and names the column that tells them apart.

    Args:
        rows: Typed rows with their perturbation.
        kept: Those that are left with one row for each perturbation and replicate.
        path: The file, of which the columns are looked at.
        options: How it is read.

    Raises:
        NeedsChoiceError: It has to be said which rows are meant.
    """
    several, lost = rows["perturbation"].nunique(), rows["perturbation"].nunique() - kept["perturbation"].nunique()
    if lost <= MOST_LOST * several:
        return
    message = f"{lost:,} of {several:,} perturbations of {path.name} have several rows that differ"
    found = _telling_column(rows, path, options)
    if found is None:
        raise NeedsChoiceError(
            f"{message}, and no column tells them apart.",
            "Name a column of replicates (--map replicate=COLUMN), or give a table of one row for each perturbation.",
        )
    column, values = found
    shown = ", ".join(values)
    raise NeedsChoiceError(
        f"{message}: it seems to hold several screens. The column {column} holds {shown}.",
        f"Take one: --where {shlex.quote(f'{column}={values[0]}')}. If they are replicates of one screen:"
        f" --map {shlex.quote(f'replicate={column}')}.",
    )


def _telling_column(rows: pd.DataFrame, path: Path, options: ReadOptions) -> tuple[str, list[str]] | None:
    """The column of fewest values, and these, within each of which a perturbation has one row; None without one."""
    cells = read_raw(path, options).cells
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
