"""``similar``: the genes that are most like a gene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.frame import command, session_of
from tui.cli.options import Organism

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tools.prediction.similar_genes import SimilarGenes


def similar(
    context: typer.Context,
    symbol: Annotated[str, typer.Argument(help="Symbol, former symbol, alias, or an HGNC, MGI, Ensembl or Entrez id.")],
    *,
    size: Annotated[int, typer.Option(min=1, max=200, help="How many neighbours.")] = 20,
    organism: Annotated[Organism | None, typer.Option(help="Whose gene; human first if not given.")] = None,
) -> None:
    """Finds the genes that are most like a gene, by pathways, networks, co-essentiality and texts."""
    from tools.prediction.similar_genes import similar_genes

    session = session_of(context)
    with session.workspace() as workspace:
        found = similar_genes(workspace, symbol, size, organism or "")
    session.give(found, render)


def render(found: SimilarGenes) -> Sequence[RenderableType]:
    """Neighbours as a table.

    Args:
        found: What the tool gave.
    """
    from tui.layouts.format import Column, line, table

    columns = [
        Column("gene"), Column("name", running=True, keep=3), Column("near by"),
        Column("evidence", running=True, keep=5),
    ]  # fmt: skip
    rows = [
        (
            one.symbol,
            one.name,
            ", ".join(f"{said.source} ({said.rank})" for said in one.sources),
            next((said.evidence[0] for said in one.sources if said.evidence), None),
        )
        for one in found.neighbours
    ]
    parts: list[RenderableType] = [line(f"Genes like {found.symbol}, with the place that each source gives", "bold")]
    parts.append(table(columns, rows, cut=False))
    if found.remedies:
        parts.append(line(f"More sources: {', '.join(found.remedies)}"))
    return parts


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    examples = ["hitscout similar VAV1", "hitscout similar Cd4 --organism mouse --size 50 --json"]
    command(app, "similar", similar, serves=["similar_genes"], examples=examples)
