"""``hitscout chat``: the terminal chat."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from db.errors import HitscoutError
from tui.cli.frame import Session, command, session_of
from tui.cli.interrupts import leave_to_others

if TYPE_CHECKING:
    from tools.workspace import Workspace

PATIENCE = 5.0
"""Seconds that are waited in the end for work that was told to stop."""


def chat(
    context: typer.Context,
    *,
    campaign: Annotated[str, typer.Option(metavar="NAME", help="The campaign in use; without it, the only one.")] = "",
    language_model: Annotated[
        str,
        typer.Option("--model", metavar="NAME", help="offline, or PROVIDER:NAME; else $HITSCOUT_MODEL, else offline."),
    ] = "",
    resume: Annotated[str, typer.Option(metavar="ID", help="Carry a conversation on: its id, or last.")] = "",
) -> None:
    """Opens the chat: conversation, campaign, shortlist and store, each on a page of its own.

    It needs a terminal. All that is said is kept in a transcript, so that a closed window loses nothing:
    `hitscout chat --resume last` shows the same conversation.
    """
    _require_terminal()
    session = session_of(context)
    leave_to_others()
    from tui.chat.app import HitscoutApp
    from tui.chat.theme_file import saved_theme

    app = HitscoutApp(
        _opener(session), campaign=campaign, language_model=language_model, resume=resume, theme=saved_theme()
    )
    app.run()
    app.end_jobs(PATIENCE)
    if app.transcript:
        session.say(f"Carry on with: hitscout chat --resume {app.transcript}")
    if app.return_code:
        raise SystemExit(app.return_code)


def _opener(session: Session) -> Callable[[], Workspace]:
    """Opens the workspace when it is called, because importing it takes as long as the first paint may."""

    def opened() -> Workspace:
        from dataclasses import replace

        from tools.workspace import Workspace
        from tui.layouts.acts import in_commands

        return replace(Workspace.open(session.store), says=in_commands)

    return opened


def _require_terminal() -> None:
    """Refuses where there is nothing to draw on.

    Raises:
        HitscoutError: stdin, stdout or stderr (which is drawn on) is no terminal, or a dumb one.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        raise HitscoutError(
            "The chat needs a terminal; stdin, stdout or stderr is none.",
            'Use `hitscout ask "…"` for one question, also in a pipe.',
        )
    if os.environ.get("TERM") in ("dumb", ""):
        raise HitscoutError("This terminal cannot draw the chat (TERM=dumb).", 'Use `hitscout ask "…"` there.')


def register(app: typer.Typer) -> None:
    """Registers the command.

    Args:
        app: The root.
    """
    examples = [
        "hitscout chat",
        "hitscout chat --campaign tcell --model anthropic:claude-sonnet-4-5",
        "hitscout chat --resume last",
    ]
    command(app, "chat", chat, serves=[], examples=examples)
