"""How collections of gene sets, and what is in them, are laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, fields, line, table

if TYPE_CHECKING:
    from tools.genes.sets.listing import GeneSetList, ShownSet


def listing(found: GeneSetList) -> Sequence[RenderableType]:
    """Collections, or sets, as a table.

    Args:
        found: What the tool gave.
    """
    if not found.collections:
        return [line("The store has no gene sets: hitscout fetch brings some.")]
    if not found.sets and not found.found and not found.gene:
        columns = [Column("collection"), Column("sets", right=True)]
        return [table(columns, list(found.collections.items()))]
    whose = f" with {found.gene}" if found.gene else ""
    columns = [Column("collection"), Column("genes", right=True), Column("set", running=True)]
    rows = [(one.collection, one.size, one.name) for one in found.sets]
    return [
        line(f"{found.found:,} sets{whose}; {len(rows):,} of them, smallest first:"),
        table(columns, rows, cut=False),
    ]


def shown(found: ShownSet) -> Sequence[RenderableType]:
    """A set with its genes.

    Args:
        found: The set.
    """
    about = {
        "collection": found.collection, "description": found.description, "size": found.size,
        "genes": found.genes, "evidence": found.evidence,
    }  # fmt: skip
    return [line(found.name, "bold"), fields(about)]
