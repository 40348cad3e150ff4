"""``doctor``: what works, and how to mend the rest."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli.frame import command, session_of


def doctor(
    context: typer.Context,
    *,
    mend: Annotated[
        bool, typer.Option("--mend", help="Write the store's manifest anew: accept the store as it is now.")
    ] = False,
) -> None:
    """Looks at store, packs, pip, versions, disk and environment; exit code 1 when something needs mending."""
    from tools import doctor as tool
    from tui.layouts import diagnosis as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = tool.mend(workspace) if mend else tool.diagnose(workspace)
    session.give(found, layout.diagnosed)
    if not found.healthy:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    command(
        app,
        "doctor",
        doctor,
        serves=["diagnose", "mend"],
        examples=["hitscout doctor", "hitscout doctor --mend", "hitscout doctor --json"],
    )
