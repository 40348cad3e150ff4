"""``fetch``: public data sets into the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.frame import command, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tools.packs.catalogue import FetchReport, PackSummary


def fetch(
    context: typer.Context,
    packs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PACK]...", help="Packs or groups; the default ones if none is named."),
    ] = None,
    *,
    list_: Annotated[bool, typer.Option("--list", help="List all packs with their terms, and fetch nothing.")] = False,
    mirror: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder with the files and a manifest.tsv; else $HITSCOUT_MIRROR."),
    ] = None,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept terms that forbid commercial use.")
    ] = False,
) -> None:
    """Gets public data sets (packs) and puts them into the store; what is here already is not fetched again."""
    from tools.packs.catalogue import fetch as fetch_packs
    from tools.packs.catalogue import list_packs

    session = session_of(context)
    with session.workspace() as workspace:
        if list_:
            catalogue = list_packs(workspace)
            session.give(catalogue, render_list)
            return
        report = fetch_packs(workspace, packs or (), mirror=mirror, accept_licence=accept_licence)
    session.give(report, render)
    if not report.complete:
        raise typer.Exit(1)


def render_list(packs: Sequence[PackSummary]) -> Sequence[RenderableType]:
    """The catalogue as a table.

    Args:
        packs: Its packs.
    """
    from tui.layouts.format import Column, table

    columns = [
        Column("pack"), Column("default", keep=5), Column("here", keep=6), Column("in store"),
        Column("MB", right=True, keep=4), Column("what", running=True, keep=7), Column("terms", running=True, keep=3),
    ]  # fmt: skip
    rows = [(p.name, p.default, p.fetched, p.in_store, p.megabytes, p.title, p.licence) for p in packs]
    return [table(columns, rows, cut=False)]


def render(report: FetchReport) -> Sequence[RenderableType]:
    """What became of each pack.

    Args:
        report: The report.
    """
    from tui.layouts.format import Column, line, table

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
            parts.append(line(f"{pack.name}: {pack.problem} {pack.suggestion}"))
        elif pack.citation:
            parts.append(line(f"{pack.name}: cite {pack.citation}", "dim"))
        if pack.next_step:
            parts.append(line(f"{pack.name}: `{pack.next_step}` comes next: until it has run, nothing reads the pack."))
    return parts


def _rows(state: str, rows: int) -> str:
    return f"{rows:,} rows" if state == "loaded" else "there already"


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    command(
        app,
        "fetch",
        fetch,
        serves=["fetch", "list_packs"],
        examples=["hitscout fetch", "hitscout fetch --list", "hitscout fetch essentials string --mirror /media/data"],
    )
