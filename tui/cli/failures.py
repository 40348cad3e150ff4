"""How a run ends badly: one message that says what was given and what would work, and never a traceback."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence

from agent.privacy.keys import mask_known
from db.clean_text import clean
from tui.cli import interrupts
from tui.cli.frame import write
from tui.layouts.acts import in_commands
from tui.layouts.refusal import refusal_of

DONE, REFUSED, WRONG_USAGE = 0, 1, 2


def prepare_process() -> None:
    """Streams that never fail on a character, and Ctrl-C and a polite kill that are answered, workers included."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    interrupts.watch()


def wrong_usage(error: Exception) -> int:
    """Shows a usage error as typer words it, as text also with ``--json``.

    Args:
        error: Typer's error; it knows its command.
    """
    show = getattr(error, "show", None)
    if show is not None:
        show()
    return int(getattr(error, "exit_code", WRONG_USAGE))


def failed(error: Exception, given: Sequence[str], *, as_json: bool) -> int:
    """Says why a command failed: on stdout as JSON where that was asked for, else on stderr.

    Args:
        error: What was raised.
        given: The command line, for the log of an unexpected error.
        as_json: Whether ``--json`` was given.
    """
    refusal = refusal_of(error, given)
    message, suggestion = (clean(in_commands(text)) for text in (refusal.message, refusal.suggestion))
    if as_json:
        content = {"error": {"kind": refusal.kind, "message": message, "suggestion": suggestion}}
        write(json.dumps(content, indent=2) + "\n")
    else:
        sys.stderr.write(mask_known(f"Error: {message}\n" + (f"{suggestion}\n" if suggestion else "")))
    return REFUSED


def end_answering() -> None:
    """Of a run that has ended: Python's own end would answer Ctrl-C with a traceback."""
    interrupts.end()


def leave_interrupted() -> None:
    """Ends an interrupted run: with its worker processes, so that none goes on computing unseen."""
    interrupts.end()
    interrupts.say_so()
    interrupts.end_workers()
    interrupts.leave()
