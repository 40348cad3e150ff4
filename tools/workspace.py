"""The workspace: what every tool is given first, in place of globals."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import platformdirs

from db.provenance import utc_now
from db.store import Store

STORE_FILE = "store.duckdb"


def _config_folder() -> Path:
    home = os.environ.get("HITSCOUT_HOME")
    return Path(home) / "config" if home else Path(platformdirs.user_config_dir("hitscout", appauthor=False))


@dataclass(frozen=True)
class Paths:
    """Where hitscout keeps its files on this machine.

    ``HITSCOUT_HOME`` puts all of them under one folder, for tests and for shared machines.
    """

    data: Path
    """Stores and transcripts: what cannot be made again."""
    cache: Path
    """Downloaded packs and computed features: what can."""
    config: Path = field(default_factory=_config_folder)
    """What the user has set."""

    @classmethod
    def of_user(cls) -> Paths:
        """The folders of the user who runs this process."""
        home = os.environ.get("HITSCOUT_HOME")
        if home:
            return cls(Path(home) / "data", Path(home) / "cache")
        return cls(
            Path(platformdirs.user_data_dir("hitscout", appauthor=False)),
            Path(platformdirs.user_cache_dir("hitscout", appauthor=False)),
        )

    @property
    def store(self) -> Path:
        """The store that is used where none is named."""
        return self.data / STORE_FILE

    @property
    def packs(self) -> Path:
        """Downloaded files, one folder for each pack."""
        return self.cache / "packs"

    @property
    def features(self) -> Path:
        """Feature frames, by the content that they were computed from."""
        return self.cache / "features"


@dataclass(frozen=True)
class Progress:
    """One step of a long piece of work, for whoever shows it.

    Attributes:
        task: What is being done, such as ``fetch hgnc``; one task has one bar.
        done: Units finished.
        total: Units in all, or None where that is not known.
        message: A few words on the present unit.
    """

    task: str
    done: float
    total: float | None = None
    message: str = ""


def _ignore(progress: Progress) -> None:
    """Deliberately shows nothing: scripts that do not listen get no output."""


@dataclass(frozen=True)
class Workspace:
    """The first parameter of every tool.

    Attributes:
        store: The store that the tool reads or writes.
        rng: Where every random choice comes from.
        clock: The time now, in UTC.
        paths: Folders of this user.
        report: Called with each `Progress`; may raise KeyboardInterrupt to cancel.
        by: Who gives what is recorded, such as a grade: ``person``, or the name of a language model.
        reads_files: Whether a name may mean a file too. Not for what reads at an assistant's wish: only a tool that a
            person approves reads files.
        says: How acts that a written text names (`db.acts`) are said where it is read: as scripts write them, if not
            otherwise.
        writes_within: The folder that files are written in; any folder where None, as a person may.
    """

    store: Store
    rng: np.random.Generator
    clock: Callable[[], datetime] = utc_now
    paths: Paths = field(default_factory=Paths.of_user)
    report: Callable[[Progress], None] = _ignore
    by: str = "person"
    reads_files: bool = True
    says: Callable[[str], str] = str
    writes_within: Path | None = None

    @classmethod
    def open(
        cls, store_path: Path | None = None, seed: int = 0, report: Callable[[Progress], None] = _ignore
    ) -> Workspace:
        """A workspace on a store that need not exist yet.

        Args:
            store_path: The store's file; else ``HITSCOUT_STORE``, else the user's own store.
            seed: Seed of `rng`.
            report: Called with each `Progress`.
        """
        paths = Paths.of_user()
        named = os.environ.get("HITSCOUT_STORE")
        path = store_path or (Path(named) if named else paths.store)
        return cls(Store(path), np.random.default_rng(seed), paths=paths, report=report)
