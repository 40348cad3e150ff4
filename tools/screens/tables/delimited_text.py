"""Text with separators between its cells: what separates them, where the table begins, and its records."""

from __future__ import annotations

import _csv
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from db.errors import RefusedFileError
from tools.screens.tables.odd_numbers import COMMA, POINT

DELIMITERS = ("\t", ";", ",")
MAX_CELL = 100_000
"""Characters of one cell: a longer one is a quote that never closes, or no table at all."""
LOOKED_AT = 200
"""Lines by which it is told how a text is cut."""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_SEPARATOR_LINE = re.compile(r"""["']?sep=(.|\\t)["']?[\s,;]*""", re.IGNORECASE)


@dataclass(frozen=True)
class Records:
    """What stands between the separators, line by line.

    Attributes:
        rows: Cells of each record; blank lines are left out.
        lines: The line of the file that each begins in, counted from 1.
    """

    rows: list[list[str]]
    lines: Sequence[int]


@dataclass(frozen=True)
class Cutting:
    """How a text is cut.

    Attributes:
        delimiter: What stands between cells.
        start: Where the text begins that is to be cut, in characters.
        line: Its line, counted from 1.
        said: What was left out before it, a sentence each.
    """

    delimiter: str
    start: int = 0
    line: int = 1
    said: tuple[str, ...] = ()


def cutting_of(text: str, file: str) -> Cutting:
    """How a text is cut, told by its first lines.

    Args:
        text: The text, or its beginning.
        file: Name of the file, for messages.

    Raises:
        RefusedFileError: Its lines hold no cells.
    """
    first = _LINE.match(text)
    line = first[0].strip() if first else ""
    if len(line) > MAX_CELL * 10:
        raise _too_long(file, 1)
    if first and (named := _SEPARATOR_LINE.fullmatch(line)):
        delimiter = "\t" if named[1] == "\\t" else named[1]
        said = f"Line 1 says how the file is separated ({line!r}) and is no row."
        return Cutting(delimiter, first.end(), 2, (said,))
    lines = [one for one in _first_lines(text) if not one.startswith("#")] or list(_first_lines(text))
    if not lines:
        raise RefusedFileError(f"{file} has no header: its first line is empty.", "Delete the lines above the header.")
    return Cutting(_delimiter_of(lines, file))


def _first_lines(text: str) -> Iterator[str]:
    """The first lines that hold something, without their ends."""
    place, count = 0, 0
    while place < len(text) and count < LOOKED_AT:
        found = _LINE.match(text, place)
        if found is None or found.end() == place:
            return
        place = found.end()
        line = found[0].strip("\r\n")
        if line.strip():
            count += 1
            yield line


def _delimiter_of(lines: Sequence[str], file: str) -> str:
    """The delimiter by which most lines have the same number of cells; of several the one with more cells a line."""
    found = []
    for delimiter in DELIMITERS:
        widths = Counter(len(loosely_cut(line, delimiter)) for line in lines)
        widths.pop(1, None)
        if widths:
            width, count = max(widths.items(), key=lambda one: (one[1], one[0]))
            found.append((count, width, delimiter))
    if not found:
        raise _single_column(lines, file)
    return max(found, key=lambda one: one[:2])[2]


def loosely_cut(line: str, delimiter: str) -> list[str]:
    """The cells of a line by itself; a quotation mark that stays open ends with the line.

    Args:
        line: The line.
        delimiter: What stands between cells.
    """
    if '"' not in line:
        return line.split(delimiter)
    return next(csv.reader([line[:MAX_CELL]], delimiter=delimiter, skipinitialspace=True), [])


def _single_column(lines: Sequence[str], file: str) -> RefusedFileError:
    shown = lines[0] if len(lines[0]) <= 80 else lines[0][:77] + "…"
    message = f"{file} has a single column: its first line is {shown!r}."
    widths = Counter(len(re.findall(r'"[^"]*"|\S+', line)) for line in lines[1:] or lines)
    width, count = widths.most_common(1)[0]
    if width > 1 and count > 0.9 * len(lines[1:] or lines) and len(lines) > 1:
        return RefusedFileError(
            f"{message} Its columns are separated by blanks, which also stand inside names.",
            "Separate them by tabs or commas; in R: write.table(x, 'table.txt', sep = '\\t', row.names = FALSE).",
        )
    return RefusedFileError(
        message, "Separate the columns by commas, tabs or semicolons; a table needs genes and effects."
    )


def records_of(text: str, cutting: Cutting, file: str, *, whole: bool = True) -> Records:
    """The records of a text from where its table begins.

    Args:
        text: The text.
        cutting: How it is cut.
        file: Name of the file, for messages.
        whole: Whether the text is all of the file; of a cut piece the last line is not used, nor what cannot be cut.

    Raises:
        RefusedFileError: A quotation mark is never closed, or a cell is far too long.
    """
    content = text[cutting.start :] if cutting.start else text
    if whole and (rows := _simply_cut(content, cutting.delimiter)) is not None:
        return _without_blanks(rows, range(cutting.line, cutting.line + len(rows)))
    rows, ends = [], [0]
    reader = _reader(content, cutting.delimiter)
    with _long_cells_refused():
        try:
            for row in reader:
                rows.append(row)
                ends.append(reader.line_num)
                if not whole and len(rows) > LOOKED_AT:
                    break
        except csv.Error as error:
            if whole:
                raise _uncut(error, file, cutting.line + ends[-1]) from error
    if not whole and 1 < len(rows) <= LOOKED_AT:
        rows.pop()
    return _without_blanks(rows, [cutting.line + end for end in ends])


def _reader(content: str, delimiter: str) -> _csv.Reader:
    return csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)


@contextmanager
def _long_cells_refused() -> Iterator[None]:
    before = csv.field_size_limit(MAX_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _simply_cut(content: str, delimiter: str) -> list[list[str]] | None:
    """The records of a text each line of which is one, as nearly all are; None for another, which takes longer."""
    reader = _reader(content, delimiter)
    with _long_cells_refused(), suppress(csv.Error):
        rows = list(reader)
        return rows if reader.line_num == len(rows) else None
    return None


def _without_blanks(rows: list[list[str]], starts: Sequence[int]) -> Records:
    if all(rows):
        return Records(rows, starts[: len(rows)])
    kept = [(row, line) for row, line in zip(rows, starts, strict=False) if row]
    return Records([row for row, _ in kept], [line for _, line in kept])


def _uncut(error: csv.Error, file: str, line: int) -> RefusedFileError:
    if "field larger" in str(error):
        return _too_long(file, line)
    return RefusedFileError(
        f"Line {line} of {file} is not a row of a table: {error}.",
        "Close the quotation marks of that line, or double those that are meant.",
    )


def _too_long(file: str, line: int) -> RefusedFileError:
    return RefusedFileError(
        f"Line {line} of {file} has a cell of more than {MAX_CELL:,} characters.",
        "Look for a quotation mark that is never closed, and check that this is the table.",
    )


def decimal_of_text(text: str, delimiter: str) -> str:
    """The sign between whole number and fraction in a text, for columns that do not say it themselves.

    Args:
        text: The text.
        delimiter: What stands between its cells; a comma between cells is none of a number's.

    Returns:
        ``.``, ``,``, or empty where both are seen, or neither can be told from a sign between thousands.
    """
    if "," not in text or (delimiter == "," and '"' not in text):
        return "."
    # A quick look first: nearly all files with commas in them have them between cells, or in what is written in words.
    begin = '"' if delimiter == "," else rf'[{re.escape(delimiter)}\n\r]\s*"?'
    if not re.search(rf"{begin}\s*[-+\u2212<>]?[\d.]*,\d", text):
        return "."
    if _cells_like(COMMA, text, delimiter):
        return "" if _cells_like(POINT, text, delimiter) else ","
    if delimiter == "," or not _cells_like(r"[-+\u2212]?\d{1,3},\d{3}", text, delimiter):
        return "."
    return "." if _cells_like(POINT, text, delimiter) else "," if delimiter == ";" else ""


def _cells_like(pattern: str, text: str, delimiter: str) -> bool:
    """Whether any cell of a text has a form."""
    between = re.escape(delimiter)
    quoted = rf'"\s*(?:{pattern})\s*"'
    cell = quoted if delimiter == "," and "," in pattern else rf"(?:(?:{pattern})|{quoted})"
    found = re.search(rf"(?:^|{between})[ ]*{cell}[ ]*(?={between}|[\r\n]|\Z)", text, re.IGNORECASE | re.MULTILINE)
    return found is not None
