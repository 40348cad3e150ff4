"""Text with separators between its cells: cut into cells, refused with the line and the column that are wrong."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import pandas as pd

from db.errors import RefusedFileError
from db.genes.name_forms import clean

DELIMITERS = ("\t", ",", ";")
MAX_CELL = 100_000
"""Characters of one cell: a longer one is a quote that never closes, or no table at all."""
MISSING = frozenset({"", "na", "n/a", "nan", "#n/a", "null", "none", "-", ".", "n.a."})


def header_of(text: str, file: str) -> tuple[list[str], str]:
    """The names of the first line and the delimiter between them.

    Args:
        text: The file's text, or its beginning.
        file: Name of the file, for messages.

    Raises:
        RefusedFileError: The first line cannot be a header.
    """
    first = text.split("\n", 1)[0].rstrip("\r")
    if len(first) > MAX_CELL * 10:
        raise _too_long(file, 1)
    if not first.strip():
        raise RefusedFileError(f"{file} has no header: its first line is empty.", "Delete the lines above the header.")
    delimiter = max(DELIMITERS, key=first.count)
    if not first.count(delimiter):
        shown = first if len(first) <= 80 else first[:77] + "…"
        raise RefusedFileError(
            f"{file} has a single column: its first line is {shown!r}.",
            "Separate the columns by commas, tabs or semicolons; a table needs genes and effects.",
        )
    names = [clean(name) for name in next(_records(first, delimiter, file))[1]]
    if all(_is_number(name) for name in names if name):
        raise RefusedFileError(
            f"{file} has no header: its first line holds numbers only.", "Put the names of the columns above them."
        )
    return names, delimiter


def cells_of(text: str, file: str) -> tuple[pd.DataFrame, str]:
    """A whole text cut into cells.

    Args:
        text: The file's text.
        file: Name of the file, for messages.

    Returns:
        One column of text for each column of the file, indexed by the line of the file, and the sign between whole
        number and fraction.

    Raises:
        RefusedFileError: It is not one table.
    """
    names, delimiter = header_of(text, file)
    rows: list[list[str]] = []
    lines: list[int] = []
    for line, row in _records(text, delimiter, file, skip=1):
        if len(row) != len(names):
            if not rows and len(row) == len(names) + 1 and row[-1].strip():
                # R writes row names without a name of their own.
                names = ["", *names]
            else:
                _refuse_ragged(file, line, row, names)
        rows.append(row)
        lines.append(line)
    if not rows:
        raise RefusedFileError(f"{file} has a header and no rows.", "Check the export that wrote it.")
    columns = {position: [row[position] for row in rows] for position in range(len(names))}
    cells = pd.DataFrame(columns, index=lines, dtype=object)
    cells.columns = pd.Index(names)
    decimal = "," if delimiter == ";" and _has_decimal_commas(cells) else "."
    _refuse_second_header(cells, file, decimal)
    return cells, decimal


def _records(text: str, delimiter: str, file: str, skip: int = 0) -> Iterator[tuple[int, list[str]]]:
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
            raise _too_long(file, start) from error
        raise RefusedFileError(
            f"Line {start} of {file} is not a row of a table: {error}.",
            "Close the quotation marks of that line, or double those that are meant.",
        ) from error
    finally:
        csv.field_size_limit(before)


def _too_long(file: str, line: int) -> RefusedFileError:
    return RefusedFileError(
        f"Line {line} of {file} has a cell of more than {MAX_CELL:,} characters.",
        "Look for a quotation mark that is never closed, and check that this is the table.",
    )


def _refuse_ragged(file: str, line: int, row: list[str], names: list[str]) -> None:
    if len(row) > len(names):
        at = f"column {len(names) + 1} ({row[len(names)][:40]!r}), where the header has {len(names)} columns"
    else:
        at = f"no column {len(row) + 1} ({names[len(row)]!r}): it has {len(row)} of {len(names)} columns"
    raise RefusedFileError(
        f"Line {line} of {file} has {at}.",
        "Export the table again; a cell that holds the separator must stand in quotation marks.",
    )


def _refuse_second_header(cells: pd.DataFrame, file: str, decimal: str) -> None:
    """Refuses a second line of names: it stands in a column of numbers without being one."""
    names = [str(name) for name in cells.columns]
    alike = cells[cells.iloc[:, -1] == names[-1]]
    repeated = alike.index[(alike == names).all(axis=1)]
    if len(repeated):
        raise RefusedFileError(f"Line {repeated[0]} of {file} repeats the header.", "Give each table as its own file.")
    first, rest = cells.iloc[0], cells.iloc[1:200]
    if rest.empty:
        return
    numeric = [i for i in range(cells.shape[1]) if sum(_is_number(v, decimal) for v in rest.iloc[:, i]) > len(rest) / 2]
    words = [first.iloc[i] for i in numeric if first.iloc[i].strip().casefold() not in MISSING]
    if numeric and len(words) == len(numeric) and not any(_is_number(word, decimal) for word in words):
        raise RefusedFileError(
            f"{file} has two header rows: line {cells.index[0]} says {words[0]!r} in a column of numbers.",
            "Leave one line of column names.",
        )


def _is_number(text: str, decimal: str = ".") -> bool:
    try:
        float(text.replace(decimal, "."))
    except ValueError:
        return False
    return "_" not in text and text.strip().casefold() not in MISSING


def _has_decimal_commas(cells: pd.DataFrame) -> bool:
    sample = cells.head(50).to_numpy().ravel()
    return sum(bool(re.fullmatch(r"\s*[-+]?\d*,\d+(e[-+]?\d+)?\s*", text, re.IGNORECASE)) for text in sample) > 0
