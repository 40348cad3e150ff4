"""``doctor``: what works, and how to mend the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli.frame import command, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tools.doctor import Diagnosis


def doctor(
    context: typer.Context,
    *,
    mend: Annotated[
        bool, typer.Option("--mend", help="Write the store's manifest anew: accept the store as it is now.")
    ] = False,
) -> None:
    """Looks at store, packs, pip, versions, disk and environment; exit code 1 when something needs mending."""
    from tools import doctor as tool

    session = session_of(context)
    with session.workspace() as workspace:
        found = tool.mend(workspace) if mend else tool.diagnose(workspace)
    session.give(found, render)
    if not found.healthy:
        raise typer.Exit(1)


def render(found: Diagnosis) -> Sequence[RenderableType]:
    """The findings as a table.

    Args:
        found: What was found.
    """
    from tui.layouts.format import Column, line, table

    columns = [
        Column("about"),
        Column("state"),
        Column("found", running=True),
        Column("what to do", running=True, keep=8),
    ]
    rows = [(one.about, one.state, one.message, one.remedy or " ") for one in found.findings]
    verdict = "All is well." if found.healthy else "Something needs mending: see the lines marked mend."
    return [table(columns, rows, cut=False), line(""), line(verdict, "bold")]


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
