"""Fixtures that every folder of tests shares."""

from __future__ import annotations

import os
import signal
from pathlib import Path

# Read when the libraries are loaded. Threads of several test processes that spin for the same cores cost tenfold.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pytest

from db.store import Store
from tests.store_copy import copied
from tools.workspace import Paths, Workspace

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    """No test touches the user's own stores, caches or keys."""
    monkeypatch.setenv("HITSCOUT_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HITSCOUT_STORE", raising=False)
    monkeypatch.delenv("HITSCOUT_MIRROR", raising=False)
    monkeypatch.delenv("HITSCOUT_PACKS", raising=False)
    # Under xdist COLUMNS is set, and tables would be laid out for it.
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture(autouse=True)
def _answered_signals():
    """Processes that a test starts are interrupted as in a terminal.

    What is ignored is inherited: from a shell that runs the tests in its background, or from a test before that ran a
    command in this process to its end, after which nothing is answered.
    """
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


@pytest.fixture(scope="session")
def _empty_store(tmp_path_factory) -> Store:
    """Made once; tests get copies, which cost a tenth of all migrations."""
    return Store(tmp_path_factory.mktemp("empty") / "empty.duckdb").create()


@pytest.fixture
def store(_empty_store, tmp_path) -> Store:
    """An empty store in a folder of its own."""
    return copied(_empty_store, tmp_path / "test.duckdb")


@pytest.fixture
def workspace(store) -> Workspace:
    """A workspace on the empty store."""
    return Workspace(store, np.random.default_rng(0), paths=Paths.of_user())


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data files."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real data files are not at {SHARED_DATA}")
    return SHARED_DATA


NAMES = Path(__file__).parent / "data" / "names"


@pytest.fixture(scope="session")
def _named_store(tmp_path_factory) -> Store:
    """Made once; tests get copies."""
    from tools.packs.loaders.base import LoadStep, Source
    from tools.packs.loaders.genes import Genes

    made = Workspace(Store(tmp_path_factory.mktemp("named") / "named.duckdb").create(), np.random.default_rng(0))
    for file, layout in (("hgnc_entries.tsv", "hgnc"), ("mgi_entries.tsv", "mgi")):
        Genes().load(made, Source("hgnc", NAMES), LoadStep("genes", (file,), {"layout": layout}))
    return made.store


@pytest.fixture
def named_workspace(_named_store, tmp_path) -> Workspace:
    """A workspace whose store holds the names of about 110 human and 30 mouse genes, among them all awkward ones."""
    store = copied(_named_store, tmp_path / "named.duckdb")
    return Workspace(store, np.random.default_rng(0), paths=Paths.of_user())
