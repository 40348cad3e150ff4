"""``gene``: what the store knows of one gene."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli.frame import command, session_of
from tui.cli.options import Organism


def gene(
    context: typer.Context,
    symbol: Annotated[str, typer.Argument(help="Symbol, former symbol, alias, or an HGNC, MGI, Ensembl or Entrez id.")],
    *,
    organism: Annotated[Organism | None, typer.Option(help="Whose gene; human first if not given.")] = None,
    summary: Annotated[
        bool,
        typer.Option("--summary", help="Two short texts: what its perturbation does, and what changes its level."),
    ] = False,
) -> None:
    """Shows what the store knows of a gene: names, essentiality, pathways, neighbours, its effect in each screen."""
    from tools.genes.card import gene_card
    from tui.layouts import gene as layout

    session = session_of(context)
    if summary:
        from tools.responses.reasoning.summaries import gene_summary
        from tui.layouts import reasoning

        with session.workspace() as workspace:
            written = gene_summary(workspace, symbol)
        session.give(written, reasoning.summarised)
        return
    with session.workspace() as workspace:
        card = gene_card(workspace, symbol, organism or "")
    session.give(card, layout.shown)


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    command(
        app,
        "gene",
        gene,
        serves=["gene_card", "gene_summary"],
        examples=[
            "hitscout gene IL2",
            "hitscout gene IL2 --summary",
            "hitscout gene Cd4 --organism mouse",
            "hitscout gene ENSG00000109471 --json",
        ],
    )
