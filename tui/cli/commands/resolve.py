"""``resolve``: what gene names mean."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli.frame import command, listed, session_of
from tui.cli.options import Organism


def resolve(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="Gene names; with spaces or commas between.")],
    *,
    organism: Annotated[Organism, typer.Option(help="Whose genes.")] = "human",
) -> None:
    """Says what gene names mean: approved, former or other names, and which are ambiguous, dates or unknown."""
    from tools.genes.card import resolve_genes
    from tui.layouts import gene_names as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = resolve_genes(workspace, listed(names), organism)
    session.give(found, layout.resolved)


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    examples = ["hitscout resolve IL2 KIAA0196 TAZ 1-Mar", "hitscout resolve Trp53 --organism mouse --json"]
    command(app, "resolve", resolve, serves=["resolve_genes"], examples=examples)
