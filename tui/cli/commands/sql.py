"""``sql``: questions to the store in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.frame import command, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tools.sql import SqlRows, SqlTable


def sql(
    context: typer.Context,
    query: Annotated[str, typer.Argument(metavar="[QUERY]", help='One SELECT, such as "SELECT * FROM screens".')] = "",
    *,
    values: Annotated[
        list[str] | None, typer.Option("--value", metavar="TEXT", help="Value for a ? of the query; repeat it.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.5, max=60, help="When to stop it.")] = 10.0,
    tables: Annotated[bool, typer.Option("--tables", help="List the tables and their columns instead.")] = False,
) -> None:
    """Runs one SELECT over the store, read-only and shut off from files and network; at most 1,000 rows."""
    from tools.sql import sql_query, sql_tables

    if not query and not tables:
        raise typer.BadParameter("give a query, or --tables to see what can be asked.", param_hint="QUERY")
    session = session_of(context)
    with session.workspace() as workspace:
        if tables:
            session.give(sql_tables(workspace, query), render_tables)
        else:
            session.give(sql_query(workspace, query, values or (), seconds), render)


def render(found: SqlRows) -> Sequence[RenderableType]:
    """Rows as a table.

    Args:
        found: What the query gave.
    """
    from tui.layouts.format import Column, line, table

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


def render_tables(tables: Sequence[SqlTable]) -> Sequence[RenderableType]:
    """The tables that can be asked.

    Args:
        tables: One for each.
    """
    from tui.layouts.format import fields, heading

    parts: list[RenderableType] = []
    for one in tables:
        parts += [heading(f"{one.name} ({one.rows:,} rows): {one.holds}"), fields(one.columns)]
    return parts


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    command(
        app,
        "sql",
        sql,
        serves=["sql_query", "sql_tables"],
        examples=[
            'hitscout sql "SELECT screen, count(*) AS n FROM effects GROUP BY screen ORDER BY screen"',
            'hitscout sql "SELECT perturbation, estimate FROM effects WHERE screen = ? LIMIT 20" --value schmidt-ifng',
            "hitscout sql --tables",
        ],
    )
