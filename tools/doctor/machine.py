"""What the doctor finds of the machine: pip, versions, disk, environment."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.doctor.findings import Finding
from tools.workspace import Workspace

PIP_NEEDED = (25, 1)
ENOUGH_DISK = 2_000_000_000
"""Bytes for the default packs, their store and the features that are computed from them."""
LIBRARIES = ("duckdb", "numpy", "pandas", "scikit-learn", "scipy", "rich", "typer")
SETTINGS = {
    "HITSCOUT_STORE": "the store that is used where none is named",
    "HITSCOUT_HOME": "the folder of stores and caches",
    "HITSCOUT_MIRROR": "a folder with the files of packs",
}


def pip_findings() -> Iterator[Finding]:
    """Whether the pip of this environment can fetch packs."""
    remedy = f"{sys.executable} -m pip install --upgrade pip"
    try:
        version = importlib.metadata.version("pip")
    except importlib.metadata.PackageNotFoundError:
        message = "There is no pip in this environment, and packs from the package index are fetched with it."
        yield Finding("pip", "mend", message, f"{sys.executable} -m ensurepip --upgrade, then {remedy}")
        return
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
    if numbers < PIP_NEEDED:
        wanted = ".".join(str(number) for number in PIP_NEEDED)
        yield Finding("pip", "mend", f"pip is {version}; fetching packs needs {wanted} or newer.", remedy)
        return
    yield Finding("pip", "ok", f"pip {version}")


def version_findings() -> Iterator[Finding]:
    """Versions of Python and of what hitscout rests on."""
    yield Finding("python", "ok", f"Python {platform.python_version()} on {platform.platform(terse=True)}")
    found, missing = [], []
    for library in ("hitscout", *LIBRARIES):
        try:
            found.append(f"{library} {importlib.metadata.version(library)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(library)
    yield Finding("libraries", "ok", ", ".join(found))
    if missing:
        yield Finding("libraries", "mend", f"Not installed: {', '.join(missing)}.", "Install hitscout again.")


def disk_findings(workspace: Workspace) -> Iterator[Finding]:
    """Whether the folders of store and cache can be written, and how much they can take.

    Args:
        workspace: The workspace whose folders are looked at.
    """
    for folder in dict.fromkeys((workspace.store.path.parent, workspace.paths.cache, workspace.paths.packs)):
        standing = _standing(folder)
        if not standing.is_dir():
            what = f"{folder} cannot be a folder: {standing} is {_kind(standing)}."
            yield Finding("disk", "mend", what, f"Move it away (`mv {standing} {standing}.old`), or set HITSCOUT_HOME.")
        elif not os.access(standing, os.W_OK | os.X_OK):
            yield Finding("disk", "mend", f"{folder} cannot be written.", "Set HITSCOUT_HOME to a folder of your own.")
        elif folder != workspace.paths.packs:
            yield _room(folder, shutil.disk_usage(standing).free)


def _room(folder: Path, free: int) -> Finding:
    message = f"{free / 1e9:.1f} GB free for {folder}"
    if free < ENOUGH_DISK:
        return Finding("disk", "note", f"{message}; fetching everything needs 2 GB.", "Free some disk space.")
    return Finding("disk", "ok", message)


def _standing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there already, a link that leads nowhere among them."""
    return next((place for place in (folder, *folder.parents) if os.path.lexists(place)), Path(folder.anchor or "."))


def _kind(place: Path) -> str:
    return "a link that leads nowhere" if place.is_symlink() else "a file"


def environment_findings() -> Iterator[Finding]:
    """What the environment sets."""
    for name, meaning in SETTINGS.items():
        value = os.environ.get(name)
        if not value:
            continue
        if name == "HITSCOUT_MIRROR" and not Path(value).is_dir():
            yield Finding("environment", "mend", f"{name}={value} is no folder ({meaning}).", f"unset {name}")
        else:
            yield Finding("environment", "ok", f"{name}={value} ({meaning})")
