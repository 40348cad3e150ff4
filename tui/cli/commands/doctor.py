"""``doctor``: what works, and how to mend the rest."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli import options
from tui.cli.frame import command, session_of


def doctor(
    context: typer.Context,
    *,
    mend: Annotated[
        bool, typer.Option("--mend", help="Write the store's manifest anew: accept the store as it is now.")
    ] = False,
    language_model: Annotated[
        str, typer.Option("--model", metavar="NAME", help="Ask this language model what it can do, PROVIDER:NAME.")
    ] = "",
    agree: options.Agree = False,
) -> None:
    """Looks at store, packs, pip, versions, disk and environment; exit code 1 when something needs mending.

    With --model a language model is asked for a tool call and for an answer to a JSON schema; what it showed is kept,
    and from then on it is asked in a way that it can answer. Nothing of the store is sent.
    """
    from tools import doctor as tool
    from tui.layouts import diagnosis as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = tool.mend(workspace) if mend else tool.diagnose(workspace)
        if language_model:
            from agent.providers.probing import diagnose_language_model

            found = diagnose_language_model(workspace, found, language_model, agree=agree)
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
        examples=[
            "hitscout doctor",
            "hitscout doctor --mend",
            "hitscout doctor --model openai-chat:NAME",
            "hitscout doctor --json",
        ],
    )
