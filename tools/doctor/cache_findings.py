"""What the doctor finds in the cache: what killed processes left, and files that were cut or overwritten."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

from db.acts import act
from db.partial_files import abandoned, sweep
from tools.doctor.findings import Finding
from tools.workspace import Workspace

_DEEP = 4
"""Folders below the cache that are looked into; hitscout makes three."""


def cache_findings(workspace: Workspace) -> Iterator[Finding]:
    """Unfinished and unreadable files of the cache, all of which can be made again.

    Args:
        workspace: The workspace whose cache is looked at.
    """
    folders = list(_folders(workspace.paths.cache))
    left = [path for folder in (*folders, workspace.store.path.parent) for path in abandoned(folder)]
    if left:
        message = f"{len(left)} unfinished files of processes that ended lie there, such as {left[0]}."
        yield Finding("cache", "note", message, f"{act('mend')} removes them.")
    broken = list(_broken(workspace, folders))
    if broken:
        message = f"{len(broken)} kept files cannot be read, and are made again when needed, such as {broken[0]}."
        yield Finding("cache", "note", message, f"{act('mend')} removes them.")
    if folders and not left and not broken:
        yield Finding("cache", "ok", f"{workspace.paths.cache} holds nothing unfinished.")


def clear_cache(workspace: Workspace) -> None:
    """Removes what `cache_findings` tells of.

    Args:
        workspace: The workspace whose cache is cleared.

    Raises:
        OSError: A file cannot be removed.
    """
    folders = list(_folders(workspace.paths.cache))
    for folder in (*folders, workspace.store.path.parent):
        sweep(folder)
    for path in _broken(workspace, folders):
        path.unlink(missing_ok=True)


def _folders(top: Path) -> Iterator[Path]:
    for place, below, _ in os.walk(top):
        here = Path(place)
        if len(here.relative_to(top).parts) >= _DEEP:
            below.clear()
        yield here


def _broken(workspace: Workspace, folders: list[Path]) -> Iterator[Path]:
    """Kept files that were cut or overwritten; packs have hashes of their own, and the demo's store is a store."""
    own = workspace.paths.packs, workspace.paths.cache / "demo"
    for folder in folders:
        # hitscout keeps no file in the cache itself: one that lies there is not ours to remove.
        if folder == workspace.paths.cache or any(folder.is_relative_to(place) for place in own):
            continue
        for path in sorted(folder.iterdir()):
            if path.is_file() and not path.name.endswith(".part") and not _readable(path):
                yield path


def _readable(path: Path) -> bool:
    try:
        if path.suffix == ".npz":
            return zipfile.is_zipfile(path)
        if path.suffix == ".json":
            return isinstance(json.loads(path.read_text(encoding="utf-8")), dict)
        return path.stat().st_size > 0
    except (OSError, ValueError, RecursionError):
        return False
