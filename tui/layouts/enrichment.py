"""How enriched gene sets are laid out for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, line, notes, number, table

if TYPE_CHECKING:
    from tools.enrichment.over_representation import OverRepresentation, RankedEnrichment


def over_represented(found: OverRepresentation) -> list[RenderableType]:
    """Over-represented sets as a table.

    Args:
        found: What was found.
    """
    columns = [
        Column("set", running=True), Column("overlap", right=True), Column("size", right=True),
        Column("fold", right=True), Column("p", right=True, keep=5), Column("FDR", right=True),
        Column("collection", keep=3), Column("such as", running=True, keep=4),
    ]  # fmt: skip
    rows = [
        (one.name, one.overlap, one.size, number(one.fold), number(one.p, 2), number(one.fdr, 2), one.collection,
         ", ".join(one.genes[:5]))
        for one in found.sets
    ]  # fmt: skip
    about = (
        f"{found.chosen:,} of {found.tested:,} tested genes; {found.enriched:,} of {found.sets_tested:,} sets have an"
        " FDR of at most 0.05."
    )
    said = [line(f"In short: {found.name}.")] if found.name else []
    return [line(found.of, "bold"), line(about), *said, table(columns, rows, cut=False), *notes(found.notes)]


def ranked(found: RankedEnrichment) -> list[RenderableType]:
    """Ranked enrichment as a table.

    Args:
        found: What was found.
    """
    columns = [
        Column("set", running=True), Column("side"), Column("NES", right=True), Column("size", right=True),
        Column("p", right=True, keep=5), Column("FDR", right=True), Column("collection", keep=3),
        Column("furthest out", running=True, keep=4),
    ]  # fmt: skip
    rows = [
        (one.name, one.side, number(one.nes), one.size, number(one.p, 2), number(one.fdr, 2), one.collection,
         ", ".join(one.genes[:5]))
        for one in found.sets
    ]  # fmt: skip
    about = (
        f"{found.tested:,} genes ranked; {found.enriched:,} of {found.sets_tested:,} sets have an FDR of at most 0.05."
    )
    return [line(found.of, "bold"), line(about), table(columns, rows, cut=False), *notes(found.notes)]
