"""Where in a file's records a table stands: title and comments above it, the lines of its header, notes below it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from db.acts import option
from db.errors import RefusedFileError
from db.genes.name_forms import clean
from tools.screens.tables.delimited_text import LOOKED_AT, Records
from tools.screens.tables.odd_numbers import is_missing, is_numberlike

MOST_HEADER_LINES = 6
SENTENCE = 4
"""Words from which a cell in a line of names is a sentence."""
_HEADER_WORDS = frozenset({
    "gene", "genes", "symbol", "genesymbol", "geneid", "genename", "hgncsymbol", "id", "name", "names", "sgrna",
    "guide", "target", "targetgene", "entrez", "ensembl", "ensemblid", "perturbation", "readout", "transcript", "locus",
    "feature",
})  # fmt: skip
SHOWN = 60


@dataclass(frozen=True)
class Frame:
    """Where a table stands in its file.

    Attributes:
        names: Names of its columns; of several header lines the cells above each other, joined by ``:``.
        header_lines: The cells of each line of its header; none where it has none.
        skip: Records before its first row.
        void: Places of columns without a name that seem to hold nothing.
        said: What was left out, a sentence each.
    """

    names: tuple[str, ...]
    header_lines: tuple[tuple[str, ...], ...]
    skip: int
    void: frozenset[int] = frozenset()
    said: tuple[str, ...] = ()


def frame_of(records: Records, file: str, *, no_header: bool = False) -> Frame:
    """Finds the header of a table among its first records.

    Args:
        records: The first records, or all.
        file: Name of the file, for messages.
        no_header: Whether the table has none; its columns are then called 1, 2, 3 …

    Raises:
        RefusedFileError: No line can be the header, or more than one.
    """
    rows = [[clean(cell) for cell in row] for row in records.rows[:LOOKED_AT]]
    width = _width(rows)
    top = next((at for at, row in enumerate(rows) if not _is_above(row, width)), None)
    if top is None:
        return _nothing_but_comments(rows, records, file)
    if no_header:
        wide = max(len(row) for row in rows[top:])
        return Frame(tuple(str(n) for n in range(1, wide + 1)), (), top, said=_said_above(records, top, ""))
    below = rows[top + 1 :]
    # Further lines of a header would be taken for cells that are no numbers.
    numeric = _numeric_columns(below[min(MOST_HEADER_LINES, len(below) - 1) :] if below else rows[top:])
    count = _header_lines(rows[top:], numeric)
    if count == 0:
        if not top or not rows[top - 1][0].startswith("#") or len(rows[top - 1]) != len(rows[top]):
            raise _headerless(rows, records, top, file)
        # A header may begin with the sign of a comment.
        rows[top - 1][0] = rows[top - 1][0].lstrip("# ")
        top, count = top - 1, 1
    while count > 1 and _is_title(rows[top], rows[top + 1]):
        top, count = top + 1, count - 1
    lines = rows[top : top + count]
    if count > 1:
        _refuse_two_headers(rows, records, top, count, file)
    names = _joined(lines)
    while len(names) > width and not names[-1]:
        names.pop()
    if len(names) + 1 == width and _has_row_names(rows[top + count :], width):
        # R writes row names without a name of their own.
        names, lines = ["", *names], [["", *line] for line in lines]
    said = _said_above(records, top, f"the header is line {records.lines[top]}")
    if count > 1:
        said += (f"The header has {count} lines ({records.lines[top]} to {records.lines[top + count - 1]}).",)
    void = _void(names, rows[top + count :])
    return Frame(tuple(names), tuple(map(tuple, lines)), top + count, void, said)


def _void(names: Sequence[str], rows: Sequence[Sequence[str]]) -> frozenset[int]:
    nameless = [at for at, name in enumerate(names) if not name]
    return frozenset(at for at in nameless if not any(row[at] for row in rows if at < len(row)))


def _width(rows: Sequence[Sequence[str]]) -> int:
    """How many cells most rows have, blank ones at their ends left out where all rows have them."""
    widths = Counter(len(row) for row in rows if len(row) > 1 and not row[0].startswith("#"))
    return max(widths.items(), key=lambda one: (one[1], one[0]))[0] if widths else 1


def _is_above(row: Sequence[str], width: int) -> bool:
    """Whether a row is no part of the table: a comment, a title, or nothing."""
    filled = sum(map(bool, row))
    if row[0].startswith("#") or not filled:
        return True
    used = max(at for at, cell in enumerate(row, 1) if cell)
    if width not in (len(row), used) and len(row) != width - 1:
        return True
    # pandas leaves the first column of a header without a name.
    return filled == 1 and width > 1 and not (len(row) == 2 and not row[0])


def _is_title(row: Sequence[str], below: Sequence[str]) -> bool:
    """Whether the first of several lines of words is a title that was cut at its commas."""
    return len(row) < len(below) or any(len(cell.split()) >= SENTENCE for cell in row)


def _numeric_columns(rows: Sequence[Sequence[str]]) -> list[int]:
    """Columns most of whose cells are numbers, those that say that a value is missing left out."""
    found = []
    for at in range(max(map(len, rows), default=0)):
        cells = [row[at] for row in rows if at < len(row) and not is_missing(row[at])]
        if cells and sum(map(is_numberlike, cells)) > len(cells) / 2:
            found.append(at)
    return found


def _header_lines(rows: Sequence[Sequence[str]], numeric: Sequence[int]) -> int:
    """How many of the first rows are names: they say words, and no number, in columns of numbers."""
    if not numeric or {re.sub(r"[^a-z0-9]", "", cell.casefold()) for cell in rows[0]} & _HEADER_WORDS:
        first = 1
    else:
        first = 0 if any(_number_at(rows[0], at) for at in numeric) and not _counted(rows[0]) else 1
    count = first
    while first and numeric and count < min(len(rows) - 1, MOST_HEADER_LINES):
        # Rows of data that R numbered stand one column further right than their names.
        words = [c for at in numeric if at < len(rows[count]) and not is_missing(c := rows[count][at])]
        if not words or any(map(is_numberlike, words)):
            break
        count += 1
    return count


def _number_at(row: Sequence[str], at: int) -> bool:
    return at < len(row) and is_numberlike(row[at])


def _counted(row: Sequence[str]) -> bool:
    """Whether a row is what pandas writes where columns have no names, such as 0, 1, 2."""
    named = [cell for cell in row if cell]
    return (len(named) > 1 or not row[0]) and named == [str(number) for number in range(len(named))]


def _joined(lines: Sequence[Sequence[str]]) -> list[str]:
    """One name for each column; a name over several columns is carried on where they would be the same without it."""
    names = _columnwise(lines)
    if len(lines) > 1 and len(set(names)) < len(names):
        names = _columnwise([*map(_carried_on, lines[:-1]), lines[-1]])
    return names


def _columnwise(lines: Sequence[Sequence[str]]) -> list[str]:
    width = max(map(len, lines))
    padded = [[*line, *[""] * (width - len(line))] for line in lines]
    return [":".join(dict.fromkeys(filter(None, cells))) for cells in zip(*padded, strict=True)]


def _carried_on(line: Sequence[str]) -> list[str]:
    held, filled = "", []
    for cell in line:
        held = cell or held
        filled.append(held)
    return filled


def _refuse_two_headers(rows: Sequence[Sequence[str]], records: Records, top: int, count: int, file: str) -> None:
    """Refuses two lines of which each could be the header: neither spans columns, and neither leaves one out."""
    lines = rows[top : top + count]
    if any("" in line or len(set(line)) < len(line) for line in lines):
        return
    at = _numeric_columns(rows[top + count :])[0]
    raise RefusedFileError(
        f"{file} has two header rows: line {records.lines[top + 1]} says {rows[top + 1][at]!r} in a column of numbers.",
        "Leave one line of column names.",
    )


def _has_row_names(rows: Sequence[Sequence[str]], width: int) -> bool:
    return any(len(row) == width and row[-1] for row in rows)


def _nothing_but_comments(rows: Sequence[Sequence[str]], records: Records, file: str) -> Frame:
    last = next((at for at in reversed(range(len(rows))) if len(rows[at]) > 1), None)
    if last is None or not rows[last][0].startswith("#"):
        raise RefusedFileError(f"{file} has no header: no line has names of columns.", "Put them above the rows.")
    names = (rows[last][0].lstrip("# "), *rows[last][1:])
    return Frame(names, (names,), last + 1, said=_said_above(records, last, ""))


def _headerless(rows: Sequence[Sequence[str]], records: Records, top: int, file: str) -> RefusedFileError:
    first = ", ".join(rows[top])
    shown = first if len(first) <= SHOWN else f"{first[:SHOWN]}…"
    above = [at for at in range(top) if sum(map(bool, rows[at])) > 1 and not rows[at][0].startswith("#")]
    if above:
        return RefusedFileError(
            f"Line {records.lines[above[-1]]} of {file} has {len(rows[above[-1]])} columns, and line"
            f" {records.lines[top]} below it {len(rows[top])}.",
            "Export the table again; the header needs a name for each column.",
        )
    if top and not rows[0][0].startswith("#"):
        return RefusedFileError(
            f"Line {records.lines[top]} of {file} holds data ({shown}), and no line above it names the columns: line"
            f" {records.lines[0]} is {','.join(records.rows[0])[:SHOWN]!r}.",
            "Separate header and rows by the same sign, and put one line of names above the rows.",
        )
    holds = "numbers only" if all(map(is_numberlike, filter(None, rows[top]))) else f"data ({shown})"
    return RefusedFileError(
        f"{file} has no header: its first line holds {holds}, no names of columns.",
        "Put the names of the columns above it. Or name columns by their place:"
        f" {option(no_header=True, columns={'gene': '1', 'estimate': '2'})}.",
    )


def _said_above(records: Records, top: int, where: str) -> tuple[str, ...]:
    if not top:
        return ()
    text = ", ".join(filter(None, map(clean, records.rows[0])))
    shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    lines = f"Line {records.lines[0]} is" if top == 1 else f"Lines {records.lines[0]} to {records.lines[top - 1]} are"
    return (f"{lines} no part of the table and left out ({shown!r}){f'; {where}' if where else ''}.",)
