"""The rows below a header: each with a cell for each name, and without the notes that stand below or between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from db.errors import RefusedFileError
from db.genes.name_forms import clean
from tools.screens.tables.delimited_text import Records
from tools.screens.tables.framing import SHOWN, Frame

MOST_NOTES = 30
"""Lines below a table that may be notes on it."""


def rows_of(records: Records, frame: Frame, file: str) -> tuple[Records, Frame]:
    """The rows below a header, each with a cell for each name.

    Args:
        records: All records of the file.
        frame: Where its table stands.
        file: Name of the file, for messages.

    Returns:
        The rows, and the frame with what was left out below the table, and without columns that hold nothing at all.

    Raises:
        RefusedFileError: A row has more or fewer cells, and it cannot be told which are meant.
    """
    rows, lines = records.rows[frame.skip :], records.lines[frame.skip :]
    below = _notes_below(rows)
    said = _said_below([(lines[at], rows[at]) for at in range(len(rows) - below, len(rows))])
    rows, lines = rows[: len(rows) - below], lines[: len(rows) - below]
    if set(map(len, rows)) != {len(frame.names)}:
        rows, lines, more = _evened(rows, lines, frame.names, file)
        said += more
    if not all(map(any, rows)):
        kept = [at for at, row in enumerate(rows) if any(row)]
        rows, lines = [rows[at] for at in kept], [lines[at] for at in kept]
    if not rows:
        raise RefusedFileError(f"{file} has a header and no rows.", "Check the export that wrote it.")
    return Records(rows, lines), replace(frame, said=(*frame.said, *said))


def _notes_below(rows: Sequence[Sequence[str]]) -> int:
    """How many of the last rows are notes: a sentence, or a footnote's sign, in the first cell and no other."""
    count = 0
    for row in reversed(rows[-MOST_NOTES:]):
        text = row[0].strip()
        if any(map(str.strip, row[1:])) or not text or not _is_sentence(text):
            break
        count += 1
    return count


def _is_sentence(text: str) -> bool:
    return " " in text or not re.match(r"[\w\"=']", text)


def _evened(
    rows: Sequence[list[str]], lines: Sequence[int], names: Sequence[str], file: str
) -> tuple[list[list[str]], list[int], list[str]]:
    """Rows of as many cells as there are names; comments between them and notes below them are left out."""
    width = len(names)
    full = [row for row in rows if len(row) == width]
    kept, places, left = [], [], []
    gap = False
    for at, (row, line) in enumerate(zip(rows, lines, strict=True)):
        gap = (gap or (at > 0 and line > lines[at - 1] + 1)) and len(row) != width
        if len(row) == width:
            kept.append(row)
        elif not any(map(str.strip, row)):
            continue
        elif row[0].startswith("#") or (gap and len(rows) - at <= MOST_NOTES and _is_sentence(row[0].strip())):
            # Notes stand below an empty line; half a row, as a broken download leaves it, does not.
            left.append((line, row))
            continue
        else:
            kept.append(_padded(row, names, full) or _refuse_ragged(file, line, row, names))
        places.append(line)
    return kept, places, _said_below(left)


def _padded(row: list[str], names: Sequence[str], full: Sequence[Sequence[str]]) -> list[str] | None:
    """A row made as long as the names where nothing can be lost or shifted by it; None otherwise."""
    width = len(names)
    if len(row) > width:
        return row[:width] if not any(map(str.strip, row[width:])) else None
    lacking = range(len(row), width)
    if all(not names[at] or sum(not line[at].strip() for line in full) * 2 >= max(len(full), 1) for at in lacking):
        return [*row, *[""] * (width - len(row))]
    return None


def _refuse_ragged(file: str, line: int, row: Sequence[str], names: Sequence[str]) -> list[str]:
    if len(row) > len(names):
        extra = row[len(names)][:40]
        at = f"column {len(names) + 1} ({extra!r}), where the header has {len(names)} columns"
    else:
        at = f"no column {len(row) + 1} ({names[len(row)]!r}): it has {len(row)} of {len(names)} columns"
    raise RefusedFileError(
        f"Line {line} of {file} has {at}.",
        "Export the table again; a cell that holds the separator must stand in quotation marks.",
    )


def _said_below(left: Sequence[tuple[int, Sequence[str]]]) -> list[str]:
    if not left:
        return []
    text = ", ".join(filter(None, map(clean, left[0][1])))
    shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
    more = f" and {len(left) - 1} more" if len(left) > 1 else ""
    return [f"Line {left[0][0]}{more} is a note, no row, and left out ({shown!r})."]
