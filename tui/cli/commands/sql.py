"""``sql``: questions to the store in SQL."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli.frame import command, session_of


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
    from tui.layouts import sql as layout

    if not query and not tables:
        raise typer.BadParameter("give a query, or --tables to see what can be asked.", param_hint="QUERY")
    session = session_of(context)
    with session.workspace() as workspace:
        if tables:
            session.give(sql_tables(workspace, query), layout.tables)
        else:
            session.give(sql_query(workspace, query, values or (), seconds), layout.rows)


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
