"""How sets of cells in the store are laid out for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, fields, heading, line, notes, table
from tui.layouts.screen import noted

if TYPE_CHECKING:
    from db.cells.reading import CellSet
    from tools.cells.sets.adding import AddedCells
    from tools.cells.sets.listing import ShownCells

SCALES = {
    "counts": "counts", "log": "logarithms of normalised counts", "normalised": "normalised counts, no logarithms",
}  # fmt: skip


def added(found: AddedCells) -> list[RenderableType]:
    """What became of a file of cells.

    Args:
        found: The report.
    """
    state = "was in the store already; nothing was written" if found.already_present else "added"
    return _about(found.shown, f"{found.shown.cells.name}: {state}")


def shown(found: ShownCells) -> list[RenderableType]:
    """A set of cells: what it is, its labels, and where it came from.

    Args:
        found: The set.
    """
    return _about(found, found.cells.name)


def listing(found: Sequence[CellSet]) -> list[RenderableType]:
    """The sets as a table.

    Args:
        found: One for each line.
    """
    if not found:
        return [line("The store has no cells. `hitscout cells add FILE --labels COLUMN` adds a file of them.")]
    columns = [
        Column("name"), Column("organism"), Column("cells", right=True), Column("labels", right=True),
        Column("genes", right=True), Column("values"), Column("by column", keep=5), Column("study", keep=6),
    ]  # fmt: skip
    rows = [
        (one.name, one.organism, one.cells, one.labels, one.genes, one.scale, one.label_column, one.study)
        for one in found
    ]
    return [table(columns, rows)]


def removed(found: CellSet) -> list[RenderableType]:
    """Which cells are gone.

    Args:
        found: The set as it was.
    """
    return [line(f"{found.name} ({found.cells:,} cells) was removed.")]


def _about(found: ShownCells, title: str) -> list[RenderableType]:
    cells = found.cells
    about = {
        "organism": cells.organism,
        "study": cells.study,
        "cells": f"{cells.cells:,}",
        "genes": _genes(found),
        "values": f"{SCALES[cells.scale]}, read from {cells.layer}",
        "labels": f"{cells.labels:,}, by column {cells.label_column}" if cells.label_column else "none",
        "donors": f"{len(found.donors):,}, by column {cells.donor_column}" if cells.donor_column else "none",
        "columns": ", ".join(found.columns),
        "file": f"{found.source} ({cells.format})",
        "SHA-256": found.source_hash,
        "added": f"{found.added_at:%Y-%m-%d %H:%M} UTC",
        "ingest": cells.ingest_id,
    }
    parts: list[RenderableType] = [line(title, "bold"), fields(about)]
    parts += _counted("Labels", "label", found.labels, found.unlabelled)
    parts += _counted("Donors", "donor", found.donors, 0)
    return [*parts, *noted("Genes with a flag", found.flags), *notes(found.remarks)]


def _genes(found: ShownCells) -> str:
    missing = found.cells.genes - found.cells.placed
    said = f"{found.cells.genes:,}, of which the store knows {found.cells.placed:,}"
    return f"{said}; not {', '.join(found.unplaced[:3])}{' …' if missing > 3 else ''}" if missing else said


def _counted(title: str, what: str, counts: Mapping[str, int], without: int) -> list[RenderableType]:
    if not counts:
        return []
    rows = [*counts.items(), *([("(none)", without)] if without else [])]
    return [heading(title), table([Column(what), Column("cells", right=True)], rows)]
