"""What is kept on disk between runs: how it is named, written whole, and read where it can be trusted.

A file of the cache can always be made again, so that whatever is wrong with one only costs time. What is computed is
named after everything that it rests on (`computed_key`); what others said, such as a service's answer, is named after
what they were asked (`asked_key`) and outlives a release.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from db.partial_files import lock, partial_of

if TYPE_CHECKING:
    import numpy as np

LIBRARIES = ("numpy", "scipy", "scikit-learn", "pandas")
"""Distributions whose releases may change a number."""
Kept = TypeVar("Kept")


def computed_key(*, store: Sequence[str], versions: Sequence[str], arguments: Mapping[str, Any]) -> str:
    """Names a thing that was computed; whatever it rests on changes the name, so that an old one is never found.

    hitscout's version and those of `LIBRARIES` are always part of it.

    Args:
        store: Content of the store that was read, such as `db.view.View.fingerprint`.
        versions: ``VERSION`` of the method, which holds those of the helpers that it rests on.
        arguments: What the method was asked, as values that JSON can hold; their order does not matter.

    Returns:
        32 hexadecimal digits.
    """
    releases = {name: _release(version, name) for name in ("hitscout", *LIBRARIES)}
    parts = {"store": list(store), "releases": releases, "versions": list(versions), "arguments": dict(arguments)}
    return asked_key(json.dumps(parts, sort_keys=True))


def asked_key(*parts: str) -> str:
    """Names a thing by the very words that it answers: 32 hexadecimal digits.

    Args:
        parts: The words.
    """
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def keep(path: Path, write: Callable[[BinaryIO], object], *, private: bool = False) -> None:
    """Makes a file that appears whole or not at all, also where several processes or threads make the same one.

    Args:
        path: The file; its folder is made where there is none.
        write: Writes the content.
        private: Whether nobody else on this machine may read it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with partial_of(path) as partial:
        opened = os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if private else 0o666)
        with os.fdopen(opened, "wb") as stream:
            lock(opened)
            write(stream)
        partial.replace(path)


def kept(path: Path, read: Callable[[BinaryIO], Kept], *, private: bool = False) -> Kept | None:
    """What a file holds, or None where it is missing, cut or foreign.

    Args:
        path: The file.
        read: Reads the content; whatever it raises means that the file is not what it should be.
        private: Whether a file that another user owns or may write is foreign: what is read from Python's own format
            runs code.
    """
    try:
        with path.open("rb") as stream:
            return None if private and not _own(stream) else read(stream)
    except Exception:  # noqa: BLE001 - bytes that were cut or are another's make a reader raise anything at all
        return None


def kept_array(path: Path) -> np.memmap[Any, Any] | None:
    """An array that `keep` wrote by `numpy.save`, mapped and not read, or None where it is missing, cut or foreign.

    Args:
        path: The file.
    """
    import numpy as np

    try:
        return np.lib.format.open_memmap(path, mode="r")
    except (OSError, ValueError, TypeError, SyntaxError):
        return None


def keep_json(path: Path, values: Mapping[str, Any], *, private: bool = False) -> None:
    """Keeps an object as JSON; see `keep`.

    Args:
        path: The file.
        values: What JSON can hold.
        private: Whether nobody else on this machine may read it.
    """
    text = json.dumps(values, ensure_ascii=False)
    keep(path, lambda stream: stream.write(text.encode()), private=private)


def kept_json(path: Path) -> dict[str, Any] | None:
    """The object in a file of JSON; see `kept`.

    Args:
        path: The file.
    """
    return kept(path, lambda stream: dict(json.load(stream)))


@cache
def _release(look_up: Callable[[str], str], distribution: str) -> str:
    """The installed version of a distribution; to look it up takes longer than anything else about a key."""
    try:
        return look_up(distribution)
    except PackageNotFoundError:
        # Run from its source without being installed.
        return "unknown"


def _own(stream: BinaryIO) -> bool:
    about = os.fstat(stream.fileno())
    foreign = hasattr(os, "getuid") and about.st_uid != os.getuid()
    return not foreign and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
