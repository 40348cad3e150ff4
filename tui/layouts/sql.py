"""How rows and tables of the store are laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, fields, heading, line, table

if TYPE_CHECKING:
    from tools.sql import SqlRows, SqlTable


def rows(found: SqlRows) -> Sequence[RenderableType]:
    """Rows as a table.

    Args:
        found: What the query gave.
    """
    numeric = [
        any(isinstance(row[i], (int, float)) for row in found.rows)
        and not any(isinstance(row[i], str) for row in found.rows)
        for i in range(len(found.columns))
    ]
    columns = [
        Column(name, right=right, keep=9 if i == 0 else max(8 - i, 1), running=not right)
        for i, (name, right) in enumerate(zip(found.columns, numeric, strict=True))
    ]
    parts: list[RenderableType] = [table(columns, found.rows)] if found.rows else [line("No rows.")]
    if found.truncated:
        parts.append(line(f"Only the first {len(found.rows):,} rows are given: ask for fewer, or aggregate."))
    return parts


def tables(tables: Sequence[SqlTable]) -> Sequence[RenderableType]:
    """The tables that can be asked.

    Args:
        tables: One for each.
    """
    parts: list[RenderableType] = []
    for one in tables:
        parts += [heading(f"{one.name} ({one.rows:,} rows): {one.holds}"), fields(one.columns)]
    return parts
