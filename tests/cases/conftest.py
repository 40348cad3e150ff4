"""Runs the reported cases: small files of the kinds that tools really write, each by the command that was typed."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from db.errors import DownloadError
from db.store import Store
from tests.conftest import SHARED_DATA
from tests.store_copy import copied
from tests.tui.conftest import Cli, _environment
from tests.tui.warm_start import WarmStart
from tools.packs.catalogue import fetch
from tools.workspace import Paths, Workspace

CASES = SHARED_DATA.parent / "cases"


@dataclass(frozen=True)
class Outcome:
    """What a command answered, and what the store holds afterwards."""

    process: subprocess.CompletedProcess[str]
    cli: Cli
    before: bytes

    @property
    def said(self) -> str:
        """All that was written, on one line, so that a test does not depend on where lines break."""
        return " ".join((self.process.stdout + self.process.stderr).split())

    @property
    def screens(self) -> list[dict[str, Any]]:
        """The screens of the store."""
        return [dict(one) for one in self.cli.json("screen", "list")]

    @property
    def effects(self) -> pd.DataFrame:
        """Every effect of the store (at most 1,000), by perturbation; columns as `hitscout sql` has them."""
        rows = self.cli.json("sql", "SELECT * FROM effects ORDER BY perturbation")
        return pd.DataFrame(rows["rows"], columns=rows["columns"]).set_index("perturbation")

    def refused(self, *words: str) -> None:
        """Expects a refusal that says all the words, and a store that is as it was."""
        assert self.process.returncode == 1, self.said
        assert self.said.startswith("Error: "), self.said
        assert "should have foreseen" not in self.said, self.said
        assert "Traceback" not in self.said
        for word in words:
            assert word.casefold() in self.said.casefold(), f"{word!r} is not in: {self.said}"
        assert self.cli.store.read_bytes() == self.before

    def taken(self, perturbations: int | None = None) -> pd.DataFrame:
        """Expects that the file was added; gives its effects."""
        assert self.process.returncode == 0, self.said
        effects = self.effects
        if perturbations is not None:
            assert len(effects) == perturbations, self.said
        return effects


class Case:
    """Runs a case's own command, or another on its files, on a store of its own with all gene names."""

    def __init__(self, named: Store, folder: Path, warm: WarmStart) -> None:
        self._named, self._own, self._warm = named, folder, warm
        self._runs = 0

    def run(self, folder: Path, *arguments: str) -> Outcome:
        """Runs the command line in a folder.

        Args:
            folder: Where the files lie.
            *arguments: What is typed after ``hitscout``.
        """
        self._runs += 1
        place = self._own / f"{self._runs}"
        place.mkdir()
        store = copied(self._named, place / "cases.duckdb")
        cli = Cli(store.path, folder, self._warm)
        before = store.path.read_bytes()
        return Outcome(cli(*arguments), cli, before)

    def __call__(self, name: str, *more: str) -> Outcome:
        """Runs a reported case as it was typed.

        Args:
            name: Its folder.
            *more: Further arguments.
        """
        folder = CASES / "reports" / name
        typed = (folder / "command.txt").read_text(encoding="utf-8").split(" (also")[0]
        return self.run(folder, *shlex.split(typed)[1:], *more)

    def output(self, file: str, *more: str, positive_means: str = "raises") -> Outcome:
        """Adds a file that a tool really wrote.

        Args:
            file: Its name in `tools-output`.
            *more: Further arguments.
            positive_means: What a positive value means.
        """
        arguments = ("--phenotype", "growth", "--positive-means", positive_means)
        return self.run(CASES / "tools-output", "screen", "add", file, *arguments, *more)


@pytest.fixture(scope="session")
def cases() -> Path:
    """The folder of the reported cases."""
    if not CASES.is_dir():
        pytest.skip(f"the reported cases are not at {CASES}")
    return CASES


@pytest.fixture(scope="session")
def _all_names(cases, pytestconfig, tmp_path_factory) -> Store:
    """A store with every human and mouse gene name, made once; the package that has them is fetched once a checkout.

    A store with the names of a few genes would not do: what matters is that `NA`, `ctrl` or a yeast gene are aliases of
    some human gene.
    """
    folder = tmp_path_factory.mktemp("all_names")
    kept = pytestconfig.cache.mkdir("hitscout")
    store = Store(folder / "names.duckdb").create()
    try:
        fetch(Workspace(store, np.random.default_rng(0), paths=Paths(folder, kept)), ["hgnc"])
    except DownloadError as error:
        pytest.skip(f"the gene names cannot be fetched: {error.message}")
    return store


@pytest.fixture(scope="session")
def _warm_cases(cases) -> Iterator[WarmStart]:
    warm = WarmStart(_environment())
    yield warm
    warm.close()


@pytest.fixture
def case(_all_names, _warm_cases, tmp_path) -> Case:
    """Runs cases, each on a store of its own."""
    return Case(_all_names, tmp_path, _warm_cases)
