"""``literature``: publications on a question, quoted."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli.frame import command, session_of


def literature(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="Words, or Europe PMC's own syntax. They are sent to Europe PMC.")],
    *,
    size: Annotated[int, typer.Option(min=1, max=25, help="How many publications.")] = 10,
) -> None:
    """Searches the literature at Europe PMC over https; answers are kept for a week."""
    from tools.genes.texts.literature import literature_search
    from tui.layouts import literature as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = literature_search(workspace, query, size)
    session.give(found, layout.listing)


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
