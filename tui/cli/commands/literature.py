"""``literature``: publications on a question, quoted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.frame import command, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tools.genes.texts.literature import Literature


def literature(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="Words, or Europe PMC's own syntax. They are sent to Europe PMC.")],
    *,
    size: Annotated[int, typer.Option(min=1, max=25, help="How many publications.")] = 10,
) -> None:
    """Searches the literature at Europe PMC over https; answers are kept for a week."""
    from tools.genes.texts.literature import literature_search

    session = session_of(context)
    with session.workspace() as workspace:
        found = literature_search(workspace, query, size)
    session.give(found, render)


def render(found: Literature) -> Sequence[RenderableType]:
    """Publications as a table.

    Args:
        found: What the tool gave.
    """
    from tui.layouts.format import Column, line, table

    columns = [
        Column("title", running=True), Column("journal", running=True, keep=4), Column("year"),
        Column("cited", right=True, keep=3), Column("evidence"),
    ]  # fmt: skip
    rows = [(one.title, one.journal, one.year, one.cited_by, one.evidence) for one in found.publications]
    head = f"{found.found:,} publications on {found.query}" + (" (kept from earlier)" if found.from_cache else "")
    return [line(head, "bold"), *([table(columns, rows, cut=False)] if rows else []), line(found.note)]


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    examples = [
        "hitscout literature 'VAV1 AND \"T cell activation\"'",
        'hitscout literature "tau CRISPR screen" --json',
    ]
    command(app, "literature", literature, serves=["literature_search"], examples=examples)
