"""How clusters of cells that were named without a reference are laid out for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.cells import confusion
from tui.layouts.format import Column, heading, line, notes, number, table

if TYPE_CHECKING:
    from tools.cells.by_markers.result import NamedClusters


def named(found: NamedClusters) -> list[RenderableType]:
    """What each cluster was called, why, and what it is like.

    Args:
        found: The named clusters.
    """
    parts: list[RenderableType] = [
        line(
            f"{found.file}: {found.cells:,} {found.organism} cells, clusters by {found.clustered_by}, named by"
            f" {found.by}.",
            "bold",
        ),
        line(f"{found.named:,} cells have a label."),
        _clusters(found),
        heading("Why"),
    ]
    for one in found.clusters:
        parts.append(line(f"{one.cluster}: {one.reason}"))
        if one.evidence:
            parts.append(line(f"   Evidence: {', '.join(one.evidence)}", "dim"))
    if found.confusion:
        parts += [heading("What the file itself calls them"), confusion(found.confusion, "not given here")]
    if found.accuracy is not None:
        parts.append(line(f"Accuracy {number(found.accuracy)}, over cells with a label of their own, named or not."))
    if found.out is not None:
        parts.append(line(f"A row for each cell is in {found.out}.", "bold"))
    return [*parts, *notes(found.notes)]


def _clusters(found: NamedClusters) -> RenderableType:
    columns = [Column("cluster"), Column("cells", right=True), Column("label"), Column("what it is like", running=True)]
    rows = [(one.cluster, f"{one.cells:,}", one.label, one.description) for one in found.clusters]
    return table(columns, rows, cut=False)
