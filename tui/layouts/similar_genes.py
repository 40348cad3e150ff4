"""How the genes that are most like a gene are laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, line, table

if TYPE_CHECKING:
    from tools.prediction.similar_genes import SimilarGenes


def similar(found: SimilarGenes) -> Sequence[RenderableType]:
    """Neighbours as a table.

    Args:
        found: What the tool gave.
    """
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
