"""Ordinary files opened for reading, and whatever a library makes of a damaged one turned into a refusal."""

from __future__ import annotations

import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from db.errors import HitscoutError, RefusedFileError

LONGEST_REASON = 160
"""Characters of a library's own words that are passed on."""


def open_ordinary(path: Path) -> BufferedReader:
    """Opens an ordinary file; a pipe or a device is refused at once, without waiting for what it may give.

    Args:
        path: What the user named.

    Raises:
        RefusedFileError: It is missing, a folder, a pipe, a device or a socket, or may not be read.
    """
    refuse_extraordinary(path)
    with _reasons(path):
        return path.open("rb")


def refuse_extraordinary(path: Path) -> None:
    """Refuses what is no ordinary file.

    Args:
        path: What the user named.

    Raises:
        RefusedFileError: It is missing, a folder, a pipe, a device or a socket, or may not be looked at.
    """
    with _reasons(path):
        mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise RefusedFileError(f"{path} is a folder, not a file.", "Name one file; several files are added one by one.")
    if stat.S_ISFIFO(mode):
        raise RefusedFileError(
            f"{path} is a pipe, which can be read only once.", "Write what comes out of it to a file, and name that."
        )
    if not stat.S_ISREG(mode):
        raise RefusedFileError(f"{path} is a device or a socket, not a file.", "Name an ordinary file.")


@contextmanager
def _reasons(path: Path) -> Iterator[None]:
    """The system's errors in words."""
    try:
        yield
    except FileNotFoundError as error:
        raise RefusedFileError(f"There is no file {path}.", "Check the name and the folder.") from error
    except PermissionError as error:
        raise RefusedFileError(
            f"There is no permission to read {path}.", f"Allow it (`chmod u+r {path}`), or copy the file."
        ) from error
    except OSError as error:
        raise RefusedFileError(f"{path} cannot be read: {error.strerror}.", "Name an ordinary file.") from error
    except ValueError as error:
        # A name may hold a zero byte, which no file system takes.
        raise RefusedFileError(f"{str(path)!r} cannot be the name of a file.", "Check the name.") from error


@contextmanager
def damage_refused(path: Path, kind: str, suggestion: str) -> Iterator[None]:
    """Makes a refusal of whatever a library raises while it reads a file.

    Libraries that read binary formats promise nothing on damaged files: numpy raises SystemError and tokenize's errors,
    rdata AssertionError and KeyError, json RecursionError. A list of them would never be complete.

    Args:
        path: The file.
        kind: What it is read as, such as ``R data``.
        suggestion: What would work.

    Raises:
        RefusedFileError: Anything went wrong; a refusal of our own passes as it is.
    """
    try:
        yield
    except HitscoutError:
        raise
    except MemoryError as error:
        raise RefusedFileError(
            f"{path.name} asks for more memory than there is, read as {kind}.", suggestion
        ) from error
    except Exception as error:
        raise RefusedFileError(f"{path.name} cannot be read as {kind}: {reason_of(error)}.", suggestion) from error


def reason_of(error: BaseException) -> str:
    """A library's own words in one short line without control characters.

    Args:
        error: What it raised.
    """
    first = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
    plain = "".join(sign for sign in first if unicodedata.category(sign)[0] != "C").strip().rstrip(".")
    return plain if len(plain) <= LONGEST_REASON else f"{plain[:LONGEST_REASON]}…"
