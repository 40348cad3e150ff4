"""What a user is told of an error, whatever it was."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime

from agent.privacy.keys import redact
from db.acts import PATH, option
from db.disk_cache import keep
from db.errors import HitscoutError

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


def refusal_of(error: Exception, given: Sequence[str]) -> HitscoutError:
    """The error as a message for a user, whatever it was; an unforeseen one is written to a log.

    Args:
        error: What was raised.
        given: The command line, for the log of an unexpected error.
    """
    if isinstance(error, HitscoutError):
        return error
    if isinstance(error, OSError) and error.errno in _DISK_FULL:
        return _file_error(
            "The disk is full.", f"Free some space, or name a store on another disk: {option(store_path=PATH)}."
        )
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
    text = redact(f"{now.isoformat()}\nhitscout {' '.join(given)}\n{sys.version}\n\n{trace}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        keep(path, lambda stream: stream.write(text.encode("utf-8", "surrogateescape")), private=True)
    except OSError as failure:
        return f"Please report this line with the command that you gave; no log could be written ({failure.strerror})."
    return f"Please report it with the file {path}, which holds the command and the details."
