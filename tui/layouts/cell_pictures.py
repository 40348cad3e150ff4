"""How vectors and pictures of cells that were written are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, line, notes, number, table

if TYPE_CHECKING:
    from tools.cells.embedding import EmbeddedCells
    from tools.cells.pictures.plotting import PlottedCells, PlottedNames


def embedded(found: EmbeddedCells) -> list[RenderableType]:
    """What was written.

    Args:
        found: The vectors.
    """
    beside = f", with {found.labels:,} labels" if found.labels else ""
    return [
        line(
            f"{found.file}: {found.cells:,} {found.organism} cells as vectors of {found.dimensions:,} numbers"
            f" ({found.vectors}){beside}.",
            "bold",
        ),
        line(f"They are in {found.out}."),
        *notes(found.notes),
    ]


def plotted(found: PlottedCells) -> list[RenderableType]:
    """What was drawn, and of what how many.

    Args:
        found: The picture.
    """
    by = f", coloured by {found.by}" if found.by else ""
    parts: list[RenderableType] = [
        line(f"{found.file}: {found.cells:,} cells by {found.method} of {found.vectors}{by}.", "bold"),
        line(f"The picture is {found.out}."),
    ]
    if found.kinds:
        rows = [(kind, f"{cells:,}") for kind, cells in found.kinds.items()]
        parts.append(table([Column(found.by), Column("cells", right=True)], rows))
    return [*parts, *notes(found.notes)]


def plotted_names(found: PlottedNames) -> list[RenderableType]:
    """What was drawn, with how well the labels agree.

    Args:
        found: The picture.
    """
    return [
        line(f"{found.file}: {found.cells:,} cells named by {found.reference} ({found.kind}).", "bold"),
        line(f"Accuracy {number(found.accuracy)}, macro-F1 {number(found.macro_f1)}, over labels of the reference."),
        line(f"The picture is {found.out}."),
        *notes(found.notes),
    ]
