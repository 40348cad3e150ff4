"""How a run ends badly: one message that says what was given and what would work, and never a traceback."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from types import FrameType

from db.errors import HitscoutError
from tui.cli.frame import write
from tui.layouts.clean import clean

DONE, REFUSED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130
PATIENCE = 2.0
"""Seconds that a worker has to end before it is made to."""
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


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
    message, suggestion = (clean(text) for text in (refusal.message, refusal.suggestion))
    if as_json:
        content = {"error": {"kind": refusal.kind, "message": message, "suggestion": suggestion}}
        write(json.dumps(content, indent=2) + "\n")
    else:
        sys.stderr.write(f"Error: {message}\n" + (f"{suggestion}\n" if suggestion else ""))
    return REFUSED


def refusal_of(error: Exception, given: Sequence[str]) -> HitscoutError:
    """The error as a message for a user, whatever it was; an unforeseen one is written to a log.

    Args:
        error: What was raised.
        given: The command line, for the log of an unexpected error.
    """
    if isinstance(error, HitscoutError):
        return error
    if isinstance(error, OSError) and error.errno in _DISK_FULL:
        return _file_error("The disk is full.", "Free some space, or name a store on another disk: --store PATH.")
    if isinstance(error, OSError) and error.filename:
        reason = error.strerror or type(error).__name__
        return _file_error(f"{error.filename}: {reason}.", "Check that the path exists and that you may use it.")
    if isinstance(error, MemoryError):
        return HitscoutError("There was not enough memory.", "Close other programs, or take fewer screens at a time.")
    return _unexpected(error, given)


def _file_error(message: str, suggestion: str) -> HitscoutError:
    refusal = HitscoutError(message, suggestion)
    refusal.kind = "file"
    return refusal


def _unexpected(error: Exception, given: Sequence[str]) -> HitscoutError:
    what = f"{type(error).__name__}: {error}".splitlines()[0][:300]
    refusal = HitscoutError(f"hitscout met an error that it should have foreseen ({what}).", _log(error, given))
    refusal.kind = "unexpected"
    return refusal


def _log(error: Exception, given: Sequence[str]) -> str:
    """Writes the traceback to a file in the user's data folder; says where, and what to report."""
    from tools.workspace import Paths

    now = datetime.now(UTC)
    path = Paths.of_user().data / "logs" / f"error-{now:%Y%m%d-%H%M%S}-{os.getpid()}.log"
    trace = "".join(traceback.format_exception(error))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{now.isoformat()}\nhitscout {' '.join(given)}\n{sys.version}\n\n{trace}", encoding="utf-8")
    except OSError as failure:
        return f"Please report this line with the command that you gave; no log could be written ({failure.strerror})."
    return f"Please report it with the file {path}, which holds the command and the details."


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
