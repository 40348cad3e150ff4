"""``gene``: what the store knows of one gene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.frame import command, session_of
from tui.cli.options import Organism

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tools.genes.card import GeneCard


def gene(
    context: typer.Context,
    symbol: Annotated[str, typer.Argument(help="Symbol, former symbol, alias, or an HGNC, MGI, Ensembl or Entrez id.")],
    *,
    organism: Annotated[Organism | None, typer.Option(help="Whose gene; human first if not given.")] = None,
) -> None:
    """Shows what the store knows of a gene: names, essentiality, pathways, neighbours, its effect in each screen."""
    from tools.genes.card import gene_card

    session = session_of(context)
    with session.workspace() as workspace:
        card = gene_card(workspace, symbol, organism or "")
    session.give(card, render)


def render(card: GeneCard) -> Sequence[RenderableType]:
    """A gene's card as tables.

    Args:
        card: The card.
    """
    from tui.layouts.format import fields, heading, line, number

    title = f"{card.symbol} – {card.name}" if card.name else card.symbol
    about = {
        "organism": card.organism,
        "type": card.locus_type,
        "former symbols": card.previous,
        "other names": card.aliases,
        **card.identifiers,
        "orthologs": [f"{symbol} ({sources} sources)" for symbol, sources in card.orthologs.items()],
        "essential in": card.essential_in,
        **{name.replace("_", " "): number(value) for name, value in card.properties.items()},
    }
    parts: list[RenderableType] = [line(title, "bold"), fields(about)]
    parts += [line(f"{source}: {text}") for source, text in card.summaries.items()]
    if card.effects:
        parts += [heading(f"Effects in {card.effect_count} contrasts"), _effects(card)]
    if card.gene_sets:
        parts += [heading(f"Gene sets: {len(card.gene_sets)} smallest of {card.gene_set_count}"), _sets(card)]
    if card.neighbours:
        parts += [heading("Nearest in networks"), _neighbours(card)]
    return parts


def _effects(card: GeneCard) -> RenderableType:
    from tui.layouts.format import Column, number, share, table

    columns = [
        Column("screen"), Column("phenotype", keep=3), Column("cell type", keep=1), Column("modality", keep=2),
        Column("effect", right=True), Column("kind", keep=5), Column("percentile", right=True, keep=6),
        Column("FDR", right=True, keep=7), Column("evidence"),
    ]  # fmt: skip
    rows = [
        (e.screen, e.phenotype, e.cell_type, e.modality, number(e.estimate), e.estimate_kind, share(e.percentile),
         number(e.fdr, 2), e.evidence)
        for e in card.effects
    ]  # fmt: skip
    return table(columns, rows, cut=False)


def _sets(card: GeneCard) -> RenderableType:
    from tui.layouts.format import Column, table

    columns = [Column("collection", keep=1), Column("genes", right=True, keep=5), Column("set", running=True)]
    return table(columns, [(one.collection, one.size, one.name) for one in card.gene_sets], cut=False)


def _neighbours(card: GeneCard) -> RenderableType:
    from tui.layouts.format import Column, table

    columns = [Column("gene"), Column("weight", right=True), Column("network", keep=5), Column("evidence", keep=3)]
    rows = [(one.symbol, one.weight, one.network, one.evidence) for one in card.neighbours]
    return table(columns, rows, cut=False)


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    command(
        app,
        "gene",
        gene,
        serves=["gene_card"],
        examples=["hitscout gene IL2", "hitscout gene Cd4 --organism mouse", "hitscout gene ENSG00000109471 --json"],
    )
