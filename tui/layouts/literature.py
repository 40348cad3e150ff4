"""How publications are laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, line, table

if TYPE_CHECKING:
    from tools.genes.texts.literature import Literature


def listing(found: Literature) -> Sequence[RenderableType]:
    """Publications as a table.

    Args:
        found: What the tool gave.
    """
    columns = [
        Column("title", running=True), Column("journal", running=True, keep=4), Column("year"),
        Column("cited", right=True, keep=3), Column("evidence"),
    ]  # fmt: skip
    rows = [(one.title, one.journal, one.year, one.cited_by, one.evidence) for one in found.publications]
    head = f"{found.found:,} publications on {found.query}" + (" (kept from earlier)" if found.from_cache else "")
    return [line(head, "bold"), *([table(columns, rows, cut=False)] if rows else []), line(found.note)]
