"""The doctor: what works on this machine, and how to mend the rest."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from db.errors import HitscoutError
from db.view import View
from tools.packs.catalogue import NAMES_PACK, PackSummary, list_packs
from tools.packs.encoding import encoded_by
from tools.workspace import Workspace

State = Literal["ok", "note", "mend"]

PIP_NEEDED = (25, 1)
ENOUGH_DISK = 2_000_000_000
"""Bytes for the default packs, their store and the features that are computed from them."""
LIBRARIES = ("duckdb", "numpy", "pandas", "scikit-learn", "scipy", "rich", "typer")
SETTINGS = {
    "HITSCOUT_STORE": "the store that is used where none is named",
    "HITSCOUT_HOME": "the folder of stores and caches",
    "HITSCOUT_MIRROR": "a folder with the files of packs",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        about: What: store, packs, texts, pip, python, libraries, disk or environment.
        state: ``ok``; ``note`` for what is worth knowing; ``mend`` for what does not work.
        message: What was found.
        remedy: What would mend it, as a command where there is one; empty where nothing needs mending.
    """

    about: str
    state: State
    message: str
    remedy: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """What `diagnose` found, in the order in which it looked."""

    findings: tuple[Finding, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing needs mending."""
        return all(finding.state != "mend" for finding in self.findings)


def diagnose(workspace: Workspace) -> Diagnosis:
    """Looks at the store, the packs, pip, the versions, the disk and the environment, and changes nothing.

    Args:
        workspace: The workspace whose store and folders are looked at.
    """
    return Diagnosis(
        (
            *_store(workspace),
            *_packs(workspace),
            *_texts(workspace),
            _pip(),
            *_versions(),
            *_disk(workspace),
            *_environment(),
        )
    )


def mend(workspace: Workspace) -> Diagnosis:
    """Writes the store's manifest anew from what the file holds, and looks again.

    Rows that are lost stay lost: this accepts the store as it is now, after a look at what `diagnose` says.

    Args:
        workspace: The workspace whose store is mended.

    Raises:
        StoreError: There is no store, or it does not open.
    """
    with workspace.store.read():
        # Raises where there is no store, which mending would make.
        pass
    workspace.store.mend()
    return diagnose(workspace)


def _store(workspace: Workspace) -> Iterator[Finding]:
    store = workspace.store
    if not store.exists():
        yield Finding("store", "note", f"There is no store at {store.path} yet.", "hitscout fetch")
        return
    try:
        # Opened before it is verified: a store of an older hitscout lacks tables that the manifest counts.
        store.create()
        problems = store.verify()
    except HitscoutError as error:
        yield Finding("store", "mend", error.message, error.suggestion)
        return
    for problem in problems:
        yield Finding("store", "mend", problem.message, problem.suggestion)
    if not problems:
        size = store.path.stat().st_size / 1e6
        yield Finding("store", "ok", f"{store.path} opens and agrees with its manifest ({size:.0f} MB).")


def _packs(workspace: Workspace) -> Iterator[Finding]:
    try:
        packs = list_packs(workspace)
    except HitscoutError as error:
        yield Finding("packs", "mend", error.message, error.suggestion)
        return
    present = [pack.name for pack in packs if pack.in_store]
    if present:
        yield Finding("packs", "ok", f"In the store: {', '.join(present)}.")
    yield from (_missing(pack) for pack in packs if pack.default and not pack.in_store)
    others = [pack.name for pack in packs if not pack.default and not pack.in_store]
    if others:
        message = f"Not in the store, and not needed to begin with: {', '.join(others)}."
        yield Finding("packs", "note", message, "hitscout fetch --list")


def _missing(pack: PackSummary) -> Finding:
    """A default pack that the store lacks; only without gene names does nothing work."""
    state: State = "mend" if pack.name == NAMES_PACK else "note"
    where = "fetched, but not in the store" if pack.fetched else "not here"
    return Finding("packs", state, f"{pack.name} is {where}: {pack.title}.", f"hitscout fetch {pack.name}")


def _texts(workspace: Workspace) -> Iterator[Finding]:
    """Which encoder's vectors the store has, where it opens and names genes that could have some."""
    try:
        if not workspace.store.exists() or View(workspace.store).genes().empty:
            return
        made_by = encoded_by(workspace)
    except HitscoutError:
        # Told as a finding on the store.
        return
    if made_by:
        yield Finding("texts", "ok", f"Gene texts are encoded by {made_by}.")
    else:
        yield Finding(
            "texts", "note", "Gene texts are not encoded: only their words speak.", "hitscout fetch wordllama"
        )


def _pip() -> Finding:
    remedy = f"{sys.executable} -m pip install --upgrade pip"
    try:
        version = importlib.metadata.version("pip")
    except importlib.metadata.PackageNotFoundError:
        message = "There is no pip in this environment, and packs from the package index are fetched with it."
        return Finding("pip", "mend", message, f"{sys.executable} -m ensurepip --upgrade, then {remedy}")
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())
    if numbers < PIP_NEEDED:
        wanted = ".".join(str(number) for number in PIP_NEEDED)
        return Finding("pip", "mend", f"pip is {version}; fetching packs needs {wanted} or newer.", remedy)
    return Finding("pip", "ok", f"pip {version}")


def _versions() -> Iterator[Finding]:
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


def _disk(workspace: Workspace) -> Iterator[Finding]:
    for folder in dict.fromkeys((workspace.store.path.parent, workspace.paths.cache)):
        standing = _standing(folder)
        free = shutil.disk_usage(standing).free
        message = f"{free / 1e9:.1f} GB free for {folder}"
        if not os.access(standing, os.W_OK):
            yield Finding("disk", "mend", f"{folder} cannot be written.", "Set HITSCOUT_HOME to a folder of your own.")
        elif free < ENOUGH_DISK:
            yield Finding("disk", "note", f"{message}; fetching everything needs 2 GB.", "Free some disk space.")
        else:
            yield Finding("disk", "ok", message)


def _standing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there already."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def _environment() -> Iterator[Finding]:
    for name, meaning in SETTINGS.items():
        value = os.environ.get(name)
        if not value:
            continue
        if name == "HITSCOUT_MIRROR" and not Path(value).is_dir():
            yield Finding("environment", "mend", f"{name}={value} is no folder ({meaning}).", f"unset {name}")
        else:
            yield Finding("environment", "ok", f"{name}={value} ({meaning})")
