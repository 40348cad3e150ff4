"""Results as tables for people and as plain values for ``--json``."""

from __future__ import annotations

import dataclasses
import io
import math
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TextIO

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from db.clean_text import clean
from tui.layouts.acts import in_chat, in_commands

PIPE_WIDTH = 120
"""Columns where stdout is no terminal."""
FLEXIBLE_MIN = 24
"""Columns below which running text is left out of a table rather than wrapped to shreds."""
ELLIPSIS = "…"
GAP = 2
"""Columns between two columns of a table."""
ALWAYS = 9
"""``keep`` of a column that is never left out."""
_room: ContextVar[int | None] = ContextVar("room", default=None)
"""Columns that a part of a page has, where tables are not for stdout."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        title: Its heading.
        right: Whether it holds numbers, which are aligned on the right.
        keep: Columns with the smallest number are left out first where the terminal is narrow; 9 stays.
        running: Whether it holds running text, which may be wrapped.
    """

    title: str
    right: bool = False
    keep: int = ALWAYS
    running: bool = False


def colour_system(stream: TextIO) -> Literal["auto"] | None:
    """What rich may colour with: nothing where the stream is no terminal, is a dumb one, or ``NO_COLOR`` is set.

    Args:
        stream: Where the text goes.
    """
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return "auto" if stream.isatty() and not plain else None


@contextmanager
def laid_out(columns: int) -> Iterator[None]:
    """Lays out tables for a part of a page, which scrolls, rather than for stdout.

    Args:
        columns: Columns that it has.
    """
    token = _room.set(max(columns, 20))
    try:
        yield
    finally:
        _room.reset(token)


def width() -> int:
    """Columns that stdout has, or the part of a page that tables are laid out for."""
    room = _room.get()
    if room is not None:
        return room
    if sys.stdout.isatty():
        return max(shutil.get_terminal_size().columns, 40)
    return int(os.environ["COLUMNS"]) if os.environ.get("COLUMNS", "").isdecimal() else PIPE_WIDTH


def page(parts: Sequence[RenderableType]) -> str:
    """Lines and tables as the text that goes to stdout.

    Args:
        parts: What a command has to show; strings are taken as they are, without markup, and cleaned.
    """
    colours = colour_system(sys.stdout)
    console = Console(
        file=io.StringIO(),
        width=width(),
        force_terminal=colours is not None,
        color_system=colours,
        markup=False,
        highlight=False,
        emoji=False,
    )
    with console.capture() as captured:
        for part in parts:
            console.print(line(part) if isinstance(part, str) else part)
    # rich pads cells to their column's width; spaces at a line's end are noise in a pipe.
    return "".join(row.rstrip() + "\n" for row in captured.get().splitlines())


def line(text: str, style: str = "") -> Text:
    """One cleaned line.

    Args:
        text: May hold names from files.
        style: A style of rich.
    """
    return Text(clean(text), style=style)


def spoken_line(text: str) -> str:
    """A sentence with the acts that it names in the words of the face that it is for.

    Args:
        text: From a result, such as a note.
    """
    return in_commands(text) if _room.get() is None else in_chat(text)


def notes(sentences: Sequence[str]) -> list[Text]:
    """Notes of a result, one to a line.

    Args:
        sentences: The notes.
    """
    return [line(f"Note: {spoken_line(one)}") for one in sentences]


def heading(text: str) -> Text:
    """A heading with an empty line above it.

    Args:
        text: May hold names from files.
    """
    return Text(f"\n{clean(text)}", style="bold")


def number(value: float | None, digits: int = 3) -> str:
    """A number with as many digits as mean something; ``–`` where there is none.

    Args:
        value: The number.
        digits: Significant digits of what is no whole number.
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 10**digits - 0.5:
        return f"{value:,.0f}"
    return f"{value:#.{digits}g}".rstrip(".").replace("e-0", "e-").replace("e+0", "e+")


def share(value: float | None) -> str:
    """A probability or share with three decimals; ``–`` where there is none.

    Args:
        value: Between 0 and 1.
    """
    return "–" if value is None or not math.isfinite(value) else f"{value:.3f}"


def cell(value: object) -> str:
    """Any value as the text of a table's cell.

    Args:
        value: A text, a number, a list of texts, yes or no, or None.
    """
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, (tuple, list)):
        return ", ".join(str(one) for one in value) or "–"
    return str(value)


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[object]], *, all_with: str = "--json", cut: bool = True
) -> RenderableType:
    """A table that fits the terminal, with a line on what had to be left out.

    Args:
        columns: Its columns.
        rows: Values in the order of the columns.
        all_with: How to see all of it.
        cut: Whether the table may be long: rows beyond the terminal's height are left out, and each has one line.
    """
    texts = [[clean(cell(value)) for value in row] for row in rows]
    natural = [max(cell_len(text) for text in (c.title, *(row[i] for row in texts))) for i, c in enumerate(columns)]
    shown, widths = _fitting(columns, natural, width())
    limit = _row_limit() if cut else len(texts)
    # The box itself puts one space between columns.
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0), header_style="bold")
    for index in shown:
        column = columns[index]
        made.add_column(
            Text(column.title),
            justify="right" if column.right else "left",
            width=widths[index],
            no_wrap=cut or not column.running,
            overflow="fold" if column.running and not cut else "ellipsis",
        )
    for row in texts[:limit]:
        made.add_row(*(Text(row[index]) for index in shown))
    left_out = _left_out(columns, shown, max(len(texts) - limit, 0), all_with)
    return Group(made, Text(left_out, style="dim")) if left_out else made


def _row_limit() -> int:
    """Rows that leave the heading and what follows in sight; all of them where it scrolls or is no terminal."""
    if _room.get() is not None:
        return sys.maxsize
    return max(shutil.get_terminal_size().lines - 6, 10) if sys.stdout.isatty() else sys.maxsize


def _fitting(columns: Sequence[Column], natural: Sequence[int], available: int) -> tuple[list[int], dict[int, int]]:
    """Which columns stand side by side, and how wide each is.

    Only running text gives way: a name or a number that was cut short would be another one. So widths are settled
    here, and not by rich, which takes from all columns alike.
    """
    needed = [min(w, FLEXIBLE_MIN) if c.running else w for c, w in zip(columns, natural, strict=True)]
    shown = list(range(len(columns)))
    while _total(needed, shown) > available:
        weakest = min(shown, key=lambda i: (columns[i].keep, -i))
        if columns[weakest].keep == ALWAYS:
            break
        shown.remove(weakest)
    widths = {i: min(needed[i], available) for i in shown}
    spare = available - _total(needed, shown)
    running = sorted((i for i in shown if columns[i].running), key=lambda i: natural[i])
    for place, i in enumerate(running):
        # An equal part for each; what a short one does not need goes to the longer ones.
        more = min(max(spare, 0) // (len(running) - place), natural[i] - widths[i])
        widths[i], spare = widths[i] + more, spare - more
    return shown, widths


def _total(widths: Sequence[int], shown: Sequence[int]) -> int:
    return sum(widths[i] + GAP for i in shown) - GAP


def _left_out(columns: Sequence[Column], shown: Sequence[int], rows: int, all_with: str) -> str:
    hidden = [column.title for i, column in enumerate(columns) if i not in shown]
    parts = [f"{ELLIPSIS} {rows:,} more rows"] if rows else []
    if hidden:
        parts.append(f"left out for width: {', '.join(hidden)}")
    if parts and _room.get() is None:
        parts.append(f"all with {all_with}")
    return f"({'; '.join(parts)})" if parts else ""


def fields(values: Mapping[str, object]) -> RenderableType:
    """Names and values, one to a line; what is empty is left out.

    Args:
        values: Name → value.
    """
    made = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    made.add_column(no_wrap=True, style="dim")
    made.add_column(overflow="fold")
    for name, value in values.items():
        if value not in (None, "", (), [], {}):
            made.add_row(Text(clean(name)), Text(clean(cell(value))))
    return made


def to_plain(value: Any) -> Any:  # noqa: ANN401 – any result in, any JSON value out
    """A result as values that ``json.dumps`` takes; what is not finite becomes null.

    Args:
        value: A frozen result of a tool, or anything inside one.
    """
    if hasattr(value, "to_json"):
        return to_plain(value.to_json())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted(to_plain(one) for one in value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "item"):
        # A number of numpy.
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
