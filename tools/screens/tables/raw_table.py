"""A file's cells as text, of the rows and columns that are asked for, and its columns as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.acts import option
from db.errors import InvalidValueError, RefusedFileError
from db.genes.name_forms import clean
from tools.screens.tables.odd_numbers import MISSING, POINT, Form, decimal_of, odd_numbers, says_by_itself
from tools.screens.tables.reading import Reading


@dataclass(frozen=True)
class RawTable:
    """A file's cells as text.

    Attributes:
        cells: One column of text for each column of the file; the index is the line of the file (for Parquet the
            number of the row).
        path: The file.
        decimal: The sign between whole number and fraction, in columns that do not say it themselves; empty where
            nothing says it.
        said: What of the file was left out on the way to its cells, a sentence each.
    """

    cells: pd.DataFrame
    path: Path
    decimal: str = "."
    said: tuple[str, ...] = ()

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
    refuse_double_names(names, table.path)
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


def refuse_double_names(names: list[str], path: Path) -> None:
    """Refuses a table in which a name does not say which column is meant.

    Args:
        names: Names of its columns.
        path: The file, for messages.

    Raises:
        RefusedFileError: Two columns have the same name.
    """
    doubles = sorted({name for name in names if name and names.count(name) > 1})
    if doubles:
        raise RefusedFileError(
            f"{path.name} has more than one column named {doubles[0]!r}.", "Give each column a name of its own."
        )


@dataclass(frozen=True)
class Numbers:
    """A column as numbers.

    Attributes:
        values: The numbers; NaN where a cell is empty, says that a value is missing, or is no number.
        unreadable: Which cells hold something that is no number.
        forms: Way of writing → lines with such a number; plain ones are left out.
        by_name: Whether they are per cent by the column's name, and were divided by 100.
    """

    values: pd.Series[float]
    unreadable: pd.Series[bool]
    forms: Mapping[Form, Sequence[int]] = field(default_factory=dict)
    by_name: bool = False


def numbers(table: RawTable, column: str) -> tuple[pd.Series[float], pd.Series[bool]]:
    """A column as numbers.

    Args:
        table: The table.
        column: Name of its column.

    Returns:
        The numbers (NaN where a cell is empty, says that a value is missing, or is no number), and which cells hold
        something that is no number.
    """
    read = read_numbers(table, column)
    return read.values, read.unreadable


def read_numbers(table: RawTable, column: str) -> Numbers:
    """A column as numbers, and how those were written that are no plain ones.

    Args:
        table: The table.
        column: Name of its column.
    """
    text = table.cells[column]
    values = pd.to_numeric(text, errors="coerce").astype("float64")
    odd = values.isna().to_numpy(bool, copy=True)
    # Only cells that are no number are looked at as text: that is what takes time in a large file.
    strange = [cell for cell in text[odd].unique() if cell.strip().casefold() not in MISSING]
    if not strange and table.decimal != ",":
        return Numbers(values, pd.Series(data=False, index=values.index, dtype=bool))
    return _oddly_written(text, values, odd, strange, table.decimal)


def _oddly_written(
    text: pd.Series[str], values: pd.Series[float], odd: npt.NDArray[np.bool_], strange: list[str], table: str
) -> Numbers:
    """Numbers of a column in which cells are no plain numbers, or whose points may stand between thousands."""
    others = text[~odd]
    commas = table == "," or any("," in cell for cell in strange)
    pointed = others[others.str.contains(".", regex=False)].unique() if commas else ()
    decimal = decimal_of(strange, pointed, table)
    if decimal != "." and len(pointed):
        # 1.234 is a plain number only where points stand before fractions.
        again = others.isin([cell for cell in pointed if not says_by_itself(POINT, cell)])
        odd[~odd] = again.to_numpy(bool)
    found = odd_numbers(text[odd].unique(), decimal)
    values = values.copy()
    values[odd] = np.array([found[cell].value for cell in text[odd]], dtype=float)
    forms: dict[Form, list[int]] = {}
    for line, cell in text[odd].items():
        forms.setdefault(found[cell].form, []).append(int(cast("int", line)))
    unreadable = pd.Series(data=False, index=values.index, dtype=bool)
    unreadable[odd] = np.array([found[cell].form == "unreadable" for cell in text[odd]], dtype=bool)
    return Numbers(values, unreadable, {form: lines for form, lines in forms.items() if form not in _SILENT})


_SILENT = ("plain", "missing", "unreadable")
