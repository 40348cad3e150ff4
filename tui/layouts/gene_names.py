"""How what gene names mean is laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, fields, heading, table

if TYPE_CHECKING:
    from tools.genes.card import NameReport


def resolved(found: NameReport) -> Sequence[RenderableType]:
    """What names mean, as tables.

    Args:
        found: The report.
    """
    parts: list[RenderableType] = [fields(dict(found.counts))]
    if found.genes:
        columns = [Column("name"), Column("means")]
        parts += [heading("Under another name"), table(columns, list(found.genes.items()))]
    if found.unresolved:
        columns = [Column("name"), Column("is"), Column("could be"), Column("why", running=True, keep=4)]
        rows = [(one.name, one.status, (*one.choices, *one.near), one.detail) for one in found.unresolved]
        parts += [heading("No single gene"), table(columns, rows, cut=False)]
    return parts
