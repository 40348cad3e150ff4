"""How the catalogue of public data, and what was fetched of it, are laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, line, spoken_line, table
from tui.layouts.gene_texts import encoded

if TYPE_CHECKING:
    from tools.packs.catalogue import FetchReport, PackSummary


def listing(packs: Sequence[PackSummary]) -> Sequence[RenderableType]:
    """The catalogue as a table.

    Args:
        packs: Its packs.
    """
    columns = [
        Column("pack"), Column("default", keep=5), Column("here", keep=6), Column("in store"),
        Column("MB", right=True, keep=4), Column("what", running=True, keep=7), Column("terms", running=True, keep=3),
    ]  # fmt: skip
    rows = [(p.name, p.default, p.fetched, p.in_store, p.megabytes, p.title, p.licence) for p in packs]
    return [table(columns, rows, cut=False)]


def fetched(report: FetchReport) -> Sequence[RenderableType]:
    """What became of each pack.

    Args:
        report: The report.
    """
    columns = [
        Column("pack"), Column("state"), Column("MB fetched", right=True, keep=4),
        Column("into the store", running=True), Column("terms", running=True, keep=3),
    ]  # fmt: skip
    rows = []
    for pack in report.packs:
        loaded = "; ".join(f"{one.kind} {one.name} ({_rows(one.state, one.rows)})" for one in pack.loaded)
        rows.append((pack.name, pack.state, round(pack.bytes / 1e6, 1), loaded, pack.licence))
    parts: list[RenderableType] = [table(columns, rows, cut=False)]
    for pack in report.packs:
        if pack.problem:
            parts.append(line(f"{pack.name}: {spoken_line(f'{pack.problem} {pack.suggestion}')}"))
        elif pack.citation:
            parts.append(line(f"{pack.name}: cite {pack.citation}", "dim"))
        if pack.next_step:
            parts.append(line(f"{pack.name}: `{pack.next_step}` comes next: until it has run, nothing reads the pack."))
    if report.encoded is not None and not report.encoded.already:
        parts.extend(encoded(report.encoded))
    return parts


def _rows(state: str, rows: int) -> str:
    return f"{rows:,} rows" if state == "loaded" else "there already"
