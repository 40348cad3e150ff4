"""A file's cells as text, of the rows and columns that are asked for, and its columns as numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from db.acts import option
from db.errors import InvalidValueError, RefusedFileError
from db.genes.name_forms import clean
from tools.screens.tables.delimited_text import MISSING
from tools.screens.tables.reading import Reading


@dataclass(frozen=True)
class RawTable:
    """A file's cells as text.

    Attributes:
        cells: One column of text for each column of the file; the index is the line of the file (for Parquet the
            number of the row).
        path: The file.
        decimal: The sign between whole number and fraction.
    """

    cells: pd.DataFrame
    path: Path
    decimal: str = "."

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return [str(name) for name in self.cells.columns]


def picked(table: RawTable, reading: Reading) -> RawTable:
    """The rows and columns that are asked for.

    Args:
        table: All of the file.
        reading: Its suffix and row conditions are used.

    Raises:
        RefusedFileError: Two columns have the same name.
        InvalidValueError: A condition or suffix names what the file does not have.
    """
    names = without_suffix(table.columns, reading.suffix)
    _refuse_double_names(names, table.path)
    cells = table.cells
    cells.columns = pd.Index(names)
    for column, value in reading.where.items():
        cells = _only_where(cells, column, value, table.path)
    return replace(table, cells=cells)


def without_suffix(names: list[str], suffix: str) -> list[str]:
    """Names with a suffix lose it, and a plain column of the same name gives way.

    Args:
        names: Names of the file's columns.
        suffix: The suffix, with or without the sign before it; empty for all columns as they are.

    Raises:
        InvalidValueError: No column ends in the suffix.
    """
    if not suffix:
        return names
    plain = suffix.lstrip(". _-")
    short = {
        i: name.removesuffix(plain).rstrip(". _-") for i, name in enumerate(names) if plain and name.endswith(plain)
    }
    short = {i: name for i, name in short.items() if name}
    if not short:
        listed = ", ".join(names[:20])
        raise InvalidValueError(f"No column of the file ends in {suffix!r}.", f"Its columns are: {listed}.")
    taken = set(short.values())
    return [short.get(i, f"{name} (without suffix)" if name in taken else name) for i, name in enumerate(names)]


def _only_where(cells: pd.DataFrame, column: str, value: str, path: Path) -> pd.DataFrame:
    if column not in cells.columns:
        listed = ", ".join(str(name) for name in cells.columns)
        raise InvalidValueError(
            f"{path.name} has no column {column!r} for {option('where')}.", f"Its columns are: {listed}."
        )
    found = cells[column].map(clean)
    if not (found == clean(value)).any():
        values = ", ".join(sorted(set(found))[:12])
        raise InvalidValueError(
            f"No row of {path.name} has {value!r} in column {column!r}.", f"Its values are: {values}."
        )
    return cells[found == clean(value)]


def _refuse_double_names(names: list[str], path: Path) -> None:
    doubles = sorted({name for name in names if name and names.count(name) > 1})
    if doubles:
        raise RefusedFileError(
            f"{path.name} has more than one column named {doubles[0]!r}.", "Give each column a name of its own."
        )


def numbers(table: RawTable, column: str) -> tuple[pd.Series[float], pd.Series[bool]]:
    """A column as numbers.

    Args:
        table: The table.
        column: Name of its column.

    Returns:
        The numbers (NaN where a cell is empty, says that a value is missing, or is no number), and which cells hold
        something that is no number.
    """
    text = table.cells[column]
    plain = text.str.replace(",", ".", regex=False) if table.decimal == "," else text
    values = pd.to_numeric(plain, errors="coerce").astype("float64")
    unread = values.isna().to_numpy(bool)
    unreadable = np.zeros(len(values), dtype=bool)
    # Only cells that are no number are looked at as text: that is what takes time in a large file.
    unreadable[unread] = ~text[unread].str.strip().str.casefold().isin(MISSING).to_numpy(bool)
    return values, pd.Series(unreadable, index=values.index, dtype=bool)
