"""``fetch``: public data sets into the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tui.cli.frame import command, session_of


def fetch(
    context: typer.Context,
    packs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PACK]...", help="Packs or groups; the default ones if none is named."),
    ] = None,
    *,
    list_: Annotated[bool, typer.Option("--list", help="List all packs with their terms, and fetch nothing.")] = False,
    all_screens: Annotated[
        bool,
        typer.Option("--all-screens", help="Every published screen whose terms need no acceptance, beside the packs."),
    ] = False,
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
    from tui.layouts import packs as layout

    session = session_of(context)
    with session.workspace() as workspace:
        if list_:
            catalogue = list_packs(workspace)
            session.give(catalogue, layout.listing)
            return
        report = fetch_packs(
            workspace, packs or (), all_screens=all_screens, mirror=mirror, accept_licence=accept_licence
        )
    session.give(report, layout.fetched)
    if not report.complete:
        raise typer.Exit(1)


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
        examples=[
            "hitscout fetch",
            "hitscout fetch --list",
            "hitscout fetch --all-screens",
            "hitscout fetch essentials string --mirror /media/data",
        ],
    )
