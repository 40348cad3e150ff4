"""``demo``: the main job, whole, on public data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tui.cli import options
from tui.cli.frame import command, session_of


def demo(
    context: typer.Context,
    *,
    mirror: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder with the packs' files and a manifest.tsv; else $HITSCOUT_MIRROR."),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Seeds of the replay.")] = 2,
    workers: options.Workers = None,
) -> None:
    """Does the main job on public data: fetches, replays a finished screen, proposes the next 128 genes, writes them.

    It needs no key, uses a store of its own, and writes hitscout-demo-shortlist.csv into the working folder.
    """
    from tools.demo import demo as run_demo
    from tui.layouts import demo as layout

    session = session_of(context)
    if session.store:
        session.say("The demo uses a store of its own; --store is not looked at.")
    session.say("Fetching public screens, then five rounds of 128 on a finished screen whose results are hidden.")
    with session.workspace() as workspace:
        done = run_demo(workspace, mirror=mirror, seeds=seeds, workers=workers)
    session.give(done, layout.played)


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    command(app, "demo", demo, serves=["demo"], examples=["hitscout demo", "hitscout demo --seeds 3 --json"])
