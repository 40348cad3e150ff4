"""Unfinished files: made under another name beside their place, moved there whole, and swept where a process died.

An unfinished file's name holds the id of the process that makes it, and that process holds a lock on it. One whose
process has gone and whose lock is free belongs to nobody, and goes with the next sweep of its folder.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME = re.compile(r"^\.(?:part-|.*\.)(\d+)-[0-9a-f]{8}(?:\.part)?$", re.DOTALL)


def partial_name(path: Path) -> Path:
    """A name for an unfinished file beside its place: one of its own for each writer, two would share a file else.

    Args:
        path: The place.
    """
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")


@contextmanager
def partial_of(path: Path) -> Iterator[Path]:
    """A name beside a place, for as long as a file is made under it; what is left there afterwards goes.

    Args:
        path: The place.

    Yields:
        The name; nothing is there yet.
    """
    partial = partial_name(path)
    sweep(path.parent)
    try:
        yield partial
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def partial_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder inside another, so that a move out of it is one step; gone afterwards, whatever happens.

    Args:
        folder: The other folder, which is there.

    Yields:
        The temporary folder.
    """
    room = folder / f".part-{os.getpid()}-{secrets.token_hex(4)}"
    room.mkdir()
    descriptor = os.open(room, os.O_RDONLY)
    try:
        lock(descriptor)
        yield room
    finally:
        os.close(descriptor)
        shutil.rmtree(room, ignore_errors=True)


def lock(descriptor: int) -> bool:
    """Takes the lock of an open file or folder, which ends with the process; False where another one has it.

    Args:
        descriptor: The open file or folder.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # A file system without locks.
        return True
    return True


def abandoned(folder: Path) -> list[Path]:
    """Unfinished files and folders whose process has gone.

    Args:
        folder: Where they would lie; it need not be there.
    """
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.startswith(".")]
    except OSError:
        return []
    found = [(folder / name, match) for name in sorted(names) if (match := _NAME.match(name))]
    return [path for path, match in found if not _alive(int(match[1])) and _free(path)]


def sweep(folder: Path) -> list[Path]:
    """Removes unfinished files and folders whose process has gone.

    Args:
        folder: Where they would lie; it need not be there.

    Returns:
        What was removed.
    """
    found = abandoned(folder)
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return found


def _alive(process: int) -> bool:
    if process == os.getpid():
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        # Another user's.
        return True
    return True


def _free(path: Path) -> bool:
    """Whether nobody holds its lock: a process of another machine may have the same folder."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return lock(descriptor)
    finally:
        os.close(descriptor)
