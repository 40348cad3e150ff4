"""``similar``: the genes that are most like a gene."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli.frame import command, session_of
from tui.cli.options import Organism


def similar(
    context: typer.Context,
    symbol: Annotated[str, typer.Argument(help="Symbol, former symbol, alias, or an HGNC, MGI, Ensembl or Entrez id.")],
    *,
    size: Annotated[int, typer.Option(min=1, max=200, help="How many neighbours.")] = 20,
    organism: Annotated[Organism | None, typer.Option(help="Whose gene; human first if not given.")] = None,
) -> None:
    """Finds the genes that are most like a gene, by pathways, networks, co-essentiality and texts."""
    from tools.prediction.similar_genes import similar_genes
    from tui.layouts import similar_genes as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = similar_genes(workspace, symbol, size, organism or "")
    session.give(found, layout.similar)


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    examples = ["hitscout similar VAV1", "hitscout similar Cd4 --organism mouse --size 50 --json"]
    command(app, "similar", similar, serves=["similar_genes"], examples=examples)
