"""Doors to the engine: every connection is opened here, so that each is as closed as it can be.

The one exception is the worker that answers SQL (`db.sql.sandbox_worker`), which imports nothing of ours and is closed
further.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from db.acts import PATH, act, option
from db.errors import StoreError, StoreHeldError

STORAGE_VERSION = "v1.5.0"
"""Storage that DuckDB 1.5 and 2.0 both open."""
OFFLINE = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
}
"""The engine never fetches or loads a part of itself: a format that it does not know is refused instead."""

_INTERRUPTED = "Query interrupted"
_HELD_MARKERS = ("Could not set lock", "Conflicting lock", "being used by another process")
_FULL_MARKERS = (
    "No space left", "could not allocate", "could not write", "file too large", "disk quota exceeded",
    "could not truncate", "out of disk",
)  # fmt: skip
_CUT_MARKERS = ("could not read enough bytes", "could not read from file", "read past end")
_CHANGED_MARKERS = ("checksum", "corrupt", "serialization error", "internal error", "failed to deserialize")
_umask_guard = threading.Lock()


def connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Opens a database file.

    Args:
        path: The file.
        read_only: Whether it is only looked at; else it is made where it is missing.

    Raises:
        duckdb.Error: It cannot be opened; `as_store_error` says why.
    """
    config: dict[str, str | bool | int | float | list[str]] = {"threads": "2", **OFFLINE}
    if not read_only:
        config["storage_compatibility_version"] = STORAGE_VERSION
    return duckdb.connect(str(path), read_only=read_only, config=config)


@contextmanager
def in_memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of its own in memory, for files that are read or written beside the store."""
    with still_interrupts(), duckdb.connect(":memory:", config={"threads": "2", **OFFLINE}) as connection:
        yield connection


@contextmanager
def still_interrupts() -> Iterator[None]:
    """A block of queries, in which Ctrl-C is an interrupt, as everywhere.

    The engine answers it with an error of its own, which whoever goes on after errors would take for one.

    Raises:
        KeyboardInterrupt: A query was interrupted.
    """
    try:
        yield
    except RuntimeError as error:
        if str(error) != _INTERRUPTED:
            raise
        raise KeyboardInterrupt from error


def is_held(error: duckdb.Error) -> bool:
    """Whether a file could not be opened because another process has it.

    Args:
        error: What opening it raised.
    """
    return any(marker in str(error) for marker in _HELD_MARKERS)


@contextmanager
def group_only() -> Iterator[None]:
    """What is made inside is for its owner and group at most (0640): a store and its log hold unpublished results.

    The mask belongs to the whole process, so that a file which another thread makes just then is as strict.
    """
    with _umask_guard:
        before = os.umask(0o027)
        os.umask(before | 0o027)
        try:
            yield
        finally:
            os.umask(before)


def as_store_error(error: duckdb.Error, path: Path) -> StoreError:
    """What the engine said of a store, in words of ours.

    Args:
        error: The engine's error.
        path: The store.
    """
    text = str(error)
    low = text.lower()
    if is_held(error):
        process = re.search(r"PID (\d+)", text)
        who = f"process {process[1]}" if process else "another process"
        return StoreHeldError(
            f"The store {path} is held by {who}.",
            f"Wait until it is done, end it, or name another store: {option(store_path=PATH)}.",
        )
    if any(marker.lower() in low for marker in _FULL_MARKERS):
        return StoreError(
            f"There is no space left to write the store {path}.",
            "Free some disk space; what was committed before is unharmed, and nothing of this write was kept.",
        )
    if "permission denied" in low or "read-only file system" in low:
        return StoreError(
            f"No permission to open {path}.", f"Name a store that you may read and write: {option(store_path=PATH)}."
        )
    return _damage(text, path)


def _damage(text: str, path: Path) -> StoreError:
    low, first_line = text.lower(), text.splitlines()[0] if text else "no reason was given"
    restore = f"Put a copy of it back, or name another store ({option(store_path=PATH)}) and add the files again."
    if "version number" in low and "read" in low:
        return StoreError(
            f"{path} was written by a newer DuckDB than the one that is installed here: {first_line}",
            "Upgrade hitscout and its DuckDB, or open the store where it was written.",
        )
    if "replaying wal" in low or "wal file" in low:
        return StoreError(
            f"The log of the last writes, {path.name}.wal, does not belong to {path} or is damaged, so that the store"
            f" does not open: {first_line}",
            f"Put both back from one copy, or move the log away; then {act('diagnose')} says what is missing.",
        )
    if "not a valid duckdb database file" in low:
        return StoreError(
            f"{path} is no DuckDB file, and so no store.", f"Name another path: {option(store_path=PATH)}."
        )
    if any(marker in low for marker in _CUT_MARKERS):
        return StoreError(f"The store {path} is cut: it is shorter than it was written ({first_line}).", restore)
    if any(marker in low for marker in _CHANGED_MARKERS):
        return StoreError(f"The store {path} is damaged: bytes in it have changed ({first_line}).", restore)
    return StoreError(
        f"The store {path} cannot be used: {first_line}",
        f"{act('diagnose')} looks closer; a copy or another {option(store_path=PATH)} works.",
    )
