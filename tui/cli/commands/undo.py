"""``undo``: the last write, taken back."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli.frame import command, session_of


def undo(
    context: typer.Context,
    *,
    look: Annotated[bool, typer.Option("--look", help="Only say what the last write was.")] = False,
) -> None:
    """Takes back the last write to the store, and says what it was: a screen added, merged or removed, or a campaign's.

    One write can be taken back, as long as nothing else was written since. Fetched packs, tables of responses and
    replicates cannot; files that were exported stay.
    """
    from tools.doctor.undoing import undo as take_back
    from tui.layouts import undo as layout

    session = session_of(context)
    with session.workspace() as workspace:
        done = take_back(workspace, look=look)
    session.give(done, layout.undone)


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    command(app, "undo", undo, serves=["undo"], examples=["hitscout undo --look", "hitscout undo"])
