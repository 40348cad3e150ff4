"""What a report says, before it is HTML or markdown: sections of paragraphs, tables, pictures and lines to type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias


@dataclass(frozen=True)
class Ref:
    """A text that leads to a row of the same page.

    Attributes:
        text: What is read.
        anchor: The row's anchor; empty where it leads nowhere.
    """

    text: str
    anchor: str = ""


Cell: TypeAlias = str | tuple[Ref, ...]


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        caption: What it shows.
        head: Names of the columns.
        rows: Cells of each row, as many as there are columns.
        numbers: Places of the columns that hold numbers, which are aligned on the right.
        anchors: An anchor for each row, to which texts lead; empty for none.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: frozenset[int] = frozenset()
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A picture.

    Attributes:
        name: A short word for it, unique on the page, such as ``progress``.
        png: Its bytes.
        caption: What stands below it.
        told: What it shows, for those who do not see it.
    """

    name: str
    png: bytes
    caption: str
    told: str


@dataclass(frozen=True)
class Lines:
    """Lines to be typed, one each."""

    lines: tuple[str, ...]


Block: TypeAlias = Paragraph | Table | Shown | Lines


@dataclass(frozen=True)
class Section:
    """A part of a page with a heading of its own."""

    title: str
    blocks: tuple[Block, ...]

    @property
    def anchor(self) -> str:
        """What links to it: its title in lower case, words joined by hyphens, as wikis make it of a heading."""
        return "-".join(self.title.lower().split())


@dataclass(frozen=True)
class Page:
    """A report.

    Attributes:
        title: What it is on.
        subtitle: When and by what it was written.
        sections: Its parts.
    """

    title: str
    subtitle: str
    sections: tuple[Section, ...]

    @property
    def pictures(self) -> list[Shown]:
        """Its pictures, in order."""
        return [block for part in self.sections for block in part.blocks if isinstance(block, Shown)]


def facts(caption: str, rows: Sequence[tuple[str, str]]) -> Table:
    """A table of what is known of one thing; what has no value is left out.

    Args:
        caption: What it shows.
        rows: Name and value of each.
    """
    return Table(caption, ("what", "value"), tuple(row for row in rows if row[1]))


def with_something(table: Table) -> Table:
    """A table without the columns of which no row says anything.

    Args:
        table: The table.
    """
    kept = [place for place in range(len(table.head)) if any(row[place] for row in table.rows)]
    return replace(
        table,
        head=tuple(table.head[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in table.rows),
        numbers=frozenset(at for at, place in enumerate(kept) if place in table.numbers),
    )
