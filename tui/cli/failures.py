"""How a run ends badly: one message that says what was given and what would work, and never a traceback."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from tui.cli.frame import write
from tui.layouts.acts import in_commands
from tui.layouts.clean import clean
from tui.layouts.refusal import refusal_of

DONE, REFUSED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130
PATIENCE = 2.0
"""Seconds that a worker has to end before it is made to."""


def prepare_process() -> None:
    """Streams that never fail on a character, and a polite kill that ends like Ctrl-C, workers included."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    owner = os.getpid()

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 – the signature of a signal handler
        if os.getpid() != owner:
            # A forked worker inherits this handler, and has nobody to tell.
            os._exit(INTERRUPTED)
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


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
        sys.stderr.write(f"Error: {message}\n" + (f"{suggestion}\n" if suggestion else ""))
    return REFUSED


def end_workers() -> None:
    """Ends the worker processes of an interrupted run, so that none goes on computing unseen."""
    sys.stderr.write("Interrupted.\n")
    workers = sys.modules.get("multiprocessing")
    children = workers.active_children() if workers is not None else []
    for child in children:
        child.terminate()
    for child in children:
        # A worker that is only just being forked forgets a signal that comes too early.
        child.join(PATIENCE)
        if child.is_alive():
            child.kill()
