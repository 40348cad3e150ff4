"""How a gene's card is laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, fields, heading, line, number, share, table

if TYPE_CHECKING:
    from tools.genes.card import GeneCard


def shown(card: GeneCard) -> Sequence[RenderableType]:
    """A gene's card as tables.

    Args:
        card: The card.
    """
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
    columns = [
        Column("screen"), Column("phenotype", keep=3), Column("cell type", keep=1), Column("modality", keep=2),
        Column("effect", right=True), Column("kind", keep=5), Column("percentile", right=True, keep=6),
        Column("FDR", right=True, keep=7), Column("evidence"),
    ]  # fmt: skip
    rows = [
        (e.screen, e.phenotype, e.cell_type, e.modality,
         number(e.estimate) if e.signed else f"{number(e.estimate)} (no sign)", e.estimate_kind, share(e.percentile),
         number(e.fdr, 2), e.evidence)
        for e in card.effects
    ]  # fmt: skip
    return table(columns, rows, cut=False)


def _sets(card: GeneCard) -> RenderableType:
    columns = [Column("collection", keep=1), Column("genes", right=True, keep=5), Column("set", running=True)]
    return table(columns, [(one.collection, one.size, one.name) for one in card.gene_sets], cut=False)


def _neighbours(card: GeneCard) -> RenderableType:
    columns = [Column("gene"), Column("weight", right=True), Column("network", keep=5), Column("evidence", keep=3)]
    rows = [(one.symbol, one.weight, one.network, one.evidence) for one in card.neighbours]
    return table(columns, rows, cut=False)
