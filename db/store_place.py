"""The place of a store: what is wrong with a path before the engine opens it, and new files that appear whole."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from db.acts import PATH, option
from db.errors import StoreError

LONGEST_NAME = 230
"""Bytes of a store's name: file systems take 255, and the log and the manifest have longer names."""
HEADERS = 3 * 4096
"""Bytes of a database file's three headers; one that has no more than them holds nothing."""
_REFUSED_MARKS = {"?": "question mark", "\\": "backslash"}
"""Marks in a path after which the engine looks for the file or its log elsewhere."""
_ENGINE_MARK = b"DUCK"
_KNOWN_STARTS = {
    b"SQLite format 3": "an SQLite database", b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\x1f\x8b": "a gzip file", b"PAR1": "a Parquet file", b"\x89HDF": "an HDF5 file",
}  # fmt: skip


def absolute(path: Path) -> Path:
    """The path in full, links followed as far as they lead; never an error, which `refuse_unusable` gives.

    Args:
        path: What was named.
    """
    try:
        named = path.expanduser()
    except RuntimeError:
        # No user has this name, so that the tilde is a letter like others.
        named = path
    try:
        return Path(os.path.realpath(named))
    except (OSError, ValueError):
        return Path(os.path.abspath(named))  # noqa: PTH100 - resolving is what failed, on a zero byte


def refuse_unusable(path: Path) -> bool:
    """Refuses a path that cannot be a store's, before anything opens it.

    Args:
        path: The path in full.

    Returns:
        Whether there is a file.

    Raises:
        StoreError: It is a folder, a device, a circle of links, a name that is too long, or may not be looked at.
    """
    name = option(store_path=PATH)
    try:
        str(path).encode()
        mode = path.stat().st_mode
    except FileNotFoundError:
        mode = None
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{_shown(path)} cannot be a store: {_reason(error)}.", f"Name another path: {name}."
        ) from error
    if wrong := next((mark for mark in _REFUSED_MARKS if mark in str(path)), ""):
        raise StoreError(
            f"{_shown(path)} has a {_REFUSED_MARKS[wrong]} in its path, which DuckDB does not take as part of a name.",
            f"Name a store or a HITSCOUT_HOME without one: {name}.",
        )
    if len(os.fsencode(path.name)) > LONGEST_NAME:
        raise StoreError(
            f"{_shown(path)} has a name of {len(os.fsencode(path.name))} bytes, and a store's may have {LONGEST_NAME}.",
            f"Name a shorter one: {name}.",
        )
    if mode is None:
        return False
    if stat.S_ISDIR(mode):
        raise StoreError(f"{path} is a folder, not a store file.", f"Name a file, such as my.duckdb: {name}.")
    if not stat.S_ISREG(mode):
        raise StoreError(f"{path} is a pipe or a device, not a store file.", f"Name an ordinary file: {name}.")
    return True


def _shown(path: Path) -> str:
    text = str(path).encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 300 else f"{text[:150]}…{text[-100:]}"


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeEncodeError):
        return "its name is not UTF-8"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[0].lower() + error.strerror[1:]
    return str(error) or type(error).__name__


def refuse_foreign(path: Path) -> None:
    """Refuses a file that is no store by its first bytes and its length, in more words than the engine has.

    Args:
        path: A file that is there.

    Raises:
        StoreError: It is empty, was never finished, is of another kind, or may not be read.
    """
    other = f"Name another path: {option(store_path=PATH)}."
    try:
        with path.open("rb") as stream:
            start = stream.read(16)
        size = path.stat().st_size
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read: {_reason(error)}.",
            f"Allow it (`chmod u+r {path}`), or name a store that you may read: {option(store_path=PATH)}.",
        ) from error
    if not start.strip(b"\0"):
        what = "is empty" if not size else "begins with zeros"
        raise StoreError(f"{path} {what}: nothing was ever kept in it, or all of it was lost.", _away(path))
    if start[8:12] != _ENGINE_MARK and len(start) >= 12:
        kind = next((name for mark, name in _KNOWN_STARTS.items() if start.startswith(mark)), "no DuckDB file")
        raise StoreError(f"{path} is {kind}, and so no store.", other)
    if size < HEADERS:
        raise unfinished_file(path)


def unfinished_file(path: Path) -> StoreError:
    """What to say of a file that has its headers at most, and that the engine does not open.

    Args:
        path: The file.
    """
    return StoreError(
        f"{path} was never finished: the disk was full, or the process ended, while it was made. It holds nothing.",
        _away(path),
    )


def _away(path: Path) -> str:
    return f"Delete it (`rm {path}`), and it is made anew; or put a copy of the store back in its place."


def refuse_orphaned_log(path: Path) -> None:
    """Refuses to make a store where the log of another one lies: the two would not fit, and the log may be needed.

    Args:
        path: Where a store is to be made.

    Raises:
        StoreError: There is a log.
    """
    log = path.with_name(path.name + ".wal")
    if os.path.lexists(log):
        raise StoreError(
            f"There is no store at {path}, but the log of its last writes is there: {log}.",
            f"Put the store back beside it; or, if it is not needed, delete the log (`rm {log}`).",
        )
