"""Files as tables of text: opened with suspicion, refused with the line and the column that are wrong.

Everything is read as text first. A spreadsheet's dates, ``NA`` and numbers below 1e-308 would otherwise be changed
before anybody could see them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from db.errors import InvalidValueError, RefusedFileError
from db.files import parquet_columns, read_parquet_as_text
from db.genes.name_forms import clean
from tools.screens.readers.base import ReadOptions
from tools.screens.tables.bytes import HEADER_BYTES, all_bytes, decoded, kind, opened

DELIMITERS = ("\t", ",", ";")
MAX_CELL = 100_000
"""Characters of one cell: a longer one is a quote that never closes, or no table at all."""
MISSING = frozenset({"", "na", "n/a", "nan", "#n/a", "null", "none", "-", ".", "n.a."})


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


def header(path: Path, options: ReadOptions) -> list[str]:
    """Names of the columns as `read_raw` would give them, from the first line alone.

    Args:
        path: The file.
        options: Its encoding and suffix are used.

    Raises:
        RefusedFileError: The file cannot be opened, is empty, or has no line that could be a header.
    """
    if kind(path) == "parquet":
        return _without_suffix([clean(name) for name in parquet_columns(path)], options.suffix)
    with opened(path) as stream:
        start = stream.read(HEADER_BYTES)
    end = start.find(b"\n")
    utf16 = start[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = decoded(start if end < 0 or utf16 else start[: end + 1], path, options.encoding, whole=False)
    names, _ = _header_of(text, path)
    return _without_suffix(names, options.suffix)


def read_raw(path: Path, options: ReadOptions) -> RawTable:
    """All rows of a file that the options ask for, as text.

    Args:
        path: A csv, tsv or semicolon-separated file, plain or gzipped, or a Parquet file.
        options: Encoding, suffix and row conditions are used.

    Raises:
        RefusedFileError: The file cannot be read as one table.
        InvalidValueError: A condition or suffix names what the file does not have.
    """
    if kind(path) == "parquet":
        cells = read_parquet_as_text(path)
        cells.columns = pd.Index([clean(str(name)) for name in cells.columns])
        cells.index = pd.RangeIndex(1, len(cells) + 1)
        table = RawTable(cells, path)
    else:
        table = _parsed(decoded(all_bytes(path), path, options.encoding), path)
    names = _without_suffix([str(name) for name in table.cells.columns], options.suffix)
    table.cells.columns = pd.Index(names)
    _refuse_double_names(names, path)
    return replace(table, cells=_only_where(table.cells, options, path))


# Rows --------------------------------------------------------------------------------------------


def _header_of(text: str, path: Path) -> tuple[list[str], str]:
    """The names of the first line and the delimiter between them."""
    first = text.split("\n", 1)[0].rstrip("\r")
    if len(first) > MAX_CELL * 10:
        raise _too_long(path, 1)
    if not first.strip():
        raise RefusedFileError(
            f"{path.name} has no header: its first line is empty.", "Delete the lines above the header."
        )
    delimiter = max(DELIMITERS, key=first.count)
    if not first.count(delimiter):
        shown = first if len(first) <= 80 else first[:77] + "…"
        raise RefusedFileError(
            f"{path.name} has a single column: its first line is {shown!r}.",
            "Separate the columns by commas, tabs or semicolons; a table needs genes and effects.",
        )
    names = [clean(name) for name in next(_records(first, delimiter, path))[1]]
    if all(_is_number(name) for name in names if name):
        raise RefusedFileError(
            f"{path.name} has no header: its first line holds numbers only.", "Put the names of the columns above them."
        )
    return names, delimiter


def _parsed(text: str, path: Path) -> RawTable:
    names, delimiter = _header_of(text, path)
    rows: list[list[str]] = []
    lines: list[int] = []
    for line, row in _records(text, delimiter, path, skip=1):
        if len(row) != len(names):
            if not rows and len(row) == len(names) + 1 and row[-1].strip():
                # R writes row names without a name of their own.
                names = ["", *names]
            else:
                _refuse_ragged(path, line, row, names)
        rows.append(row)
        lines.append(line)
    if not rows:
        raise RefusedFileError(f"{path.name} has a header and no rows.", "Check the export that wrote it.")
    columns = {position: [row[position] for row in rows] for position in range(len(names))}
    cells = pd.DataFrame(columns, index=lines, dtype=object)
    cells.columns = pd.Index(names)
    decimal = "," if delimiter == ";" and _has_decimal_commas(cells) else "."
    _refuse_second_header(cells, path, decimal)
    return RawTable(cells, path, decimal)


def _records(text: str, delimiter: str, path: Path, skip: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each record; blank lines are left out."""
    before = csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for count, row in enumerate(reader):
            if row and count >= skip:
                yield start, row
            start = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise _too_long(path, start) from error
        raise RefusedFileError(
            f"Line {start} of {path.name} is not a row of a table: {error}.",
            "Close the quotation marks of that line, or double those that are meant.",
        ) from error
    finally:
        csv.field_size_limit(before)


def _too_long(path: Path, line: int) -> RefusedFileError:
    return RefusedFileError(
        f"Line {line} of {path.name} has a cell of more than {MAX_CELL:,} characters.",
        "Look for a quotation mark that is never closed, and check that this is the table.",
    )


def _refuse_ragged(path: Path, line: int, row: list[str], names: list[str]) -> None:
    if len(row) > len(names):
        at = f"column {len(names) + 1} ({row[len(names)][:40]!r}), where the header has {len(names)} columns"
    else:
        at = f"no column {len(row) + 1} ({names[len(row)]!r}): it has {len(row)} of {len(names)} columns"
    raise RefusedFileError(
        f"Line {line} of {path.name} has {at}.",
        "Export the table again; a cell that holds the separator must stand in quotation marks.",
    )


def _refuse_second_header(cells: pd.DataFrame, path: Path, decimal: str) -> None:
    """Refuses a second line of names: it stands in a column of numbers without being one."""
    names = [str(name) for name in cells.columns]
    alike = cells[cells.iloc[:, -1] == names[-1]]
    repeated = alike.index[(alike == names).all(axis=1)]
    if len(repeated):
        raise RefusedFileError(
            f"Line {repeated[0]} of {path.name} repeats the header.", "Give each table as its own file."
        )
    first, rest = cells.iloc[0], cells.iloc[1:200]
    if rest.empty:
        return
    numeric = [i for i in range(cells.shape[1]) if sum(_is_number(v, decimal) for v in rest.iloc[:, i]) > len(rest) / 2]
    words = [first.iloc[i] for i in numeric if first.iloc[i].strip().casefold() not in MISSING]
    if numeric and len(words) == len(numeric) and not any(_is_number(word, decimal) for word in words):
        raise RefusedFileError(
            f"{path.name} has two header rows: line {cells.index[0]} says {words[0]!r} in a column of numbers.",
            "Leave one line of column names.",
        )


def _refuse_double_names(names: list[str], path: Path) -> None:
    doubles = sorted({name for name in names if name and names.count(name) > 1})
    if doubles:
        raise RefusedFileError(
            f"{path.name} has more than one column named {doubles[0]!r}.", "Give each column a name of its own."
        )


def _without_suffix(names: list[str], suffix: str) -> list[str]:
    """Names with a suffix lose it, and a plain column of the same name gives way."""
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


def _only_where(cells: pd.DataFrame, options: ReadOptions, path: Path) -> pd.DataFrame:
    for column, value in options.where.items():
        if column not in cells.columns:
            listed = ", ".join(str(name) for name in cells.columns)
            raise InvalidValueError(f"{path.name} has no column {column!r} for --where.", f"Its columns are: {listed}.")
        found = cells[column].map(clean)
        if not (found == clean(value)).any():
            values = ", ".join(sorted(set(found))[:12])
            raise InvalidValueError(
                f"No row of {path.name} has {value!r} in column {column!r}.", f"Its values are: {values}."
            )
        cells = cells[found == clean(value)]
    return cells


# Numbers -----------------------------------------------------------------------------------------


def _is_number(text: str, decimal: str = ".") -> bool:
    try:
        float(text.replace(decimal, "."))
    except ValueError:
        return False
    return "_" not in text and text.strip().casefold() not in MISSING


def _has_decimal_commas(cells: pd.DataFrame) -> bool:
    sample = cells.head(50).to_numpy().ravel()
    return sum(bool(re.fullmatch(r"\s*[-+]?\d*,\d+(e[-+]?\d+)?\s*", text, re.IGNORECASE)) for text in sample) > 0


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
