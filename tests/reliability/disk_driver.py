"""Run in a process of its own on a small disk: makes a store, adds a screen, and says as JSON what came of it.

Arguments: ``tmpfs`` or ``limit``, a folder, bytes that are left, a template of a store or ``-``, a file of a screen.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
from pathlib import Path

import numpy as np

from db.errors import HitscoutError
from db.store import Store
from tools.screens.ingestion.adding import add_screen
from tools.workspace import Workspace

BALLAST = "ballast"


def main(kind: str, folder: Path, left: int, template: str, file: Path) -> dict[str, object]:
    """Does what the arguments say."""
    store = Store(folder / "s.duckdb")
    said: dict[str, object] = {}
    if template == "-":
        _fill(kind, folder, left, 0)
        said["made"] = _told(store.create)
        said["left"] = sorted(path.name for path in folder.iterdir() if path.name != BALLAST)
        _free(folder)
        said["made again"] = _told(store.create)
        said["problems"] = [problem.message for problem in store.verify()]
        return said
    shutil.copyfile(template, store.path)
    shutil.copyfile(f"{template}.manifest.json", store.manifest_path)
    workspace = Workspace(store, np.random.default_rng(0))
    _fill(kind, folder, left, store.path.stat().st_size)
    add = lambda: add_screen(workspace, file, phenotype="x", positive_means="raises")  # noqa: E731
    said["added"] = _told(add)
    said["screens"] = _count(store)
    said["kinds"] = sorted({problem.kind for problem in store.verify()})
    _free(folder)
    said["added again"] = _told(add)
    said["screens again"] = _count(store)
    said["mended"] = _told(store.mend)
    said["problems"] = [problem.message for problem in store.verify()]
    return said


def _told(act) -> str:
    try:
        act()
    except HitscoutError as error:
        return str(error)
    return ""


def _count(store: Store) -> list[int]:
    with store.read() as connection:
        return [connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in ("screen", "effect")]


def _fill(kind: str, folder: Path, left: int, longest: int) -> None:
    """Leaves so many bytes: on the disk, or for the longest file beyond what it has."""
    if kind == "limit":
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (longest + left, most))
        return
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    (folder / BALLAST).write_bytes(bytes(max(0, free - left)))


def _free(folder: Path) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    (folder / BALLAST).unlink(missing_ok=True)


if __name__ == "__main__":
    answer = main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4], Path(sys.argv[5]))
    sys.stdout.write(json.dumps(answer))
