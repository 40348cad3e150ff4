"""A store with the names of six hundred genes."""

from __future__ import annotations

import pytest

from db.store import Store
from tests.store_copy import copied
from tests.synthetic_store import add_knowledge, workspace_on
from tools.workspace import Workspace


@pytest.fixture(scope="session")
def _known(tmp_path_factory) -> Store:
    store = Store(tmp_path_factory.mktemp("known") / "known.duckdb").create()
    add_knowledge(store, sets=False, network=False, essentials=False)
    return store


@pytest.fixture
def known(_known, tmp_path) -> Workspace:
    """A workspace whose store knows the names of genes, and no screen."""
    return workspace_on(copied(_known, tmp_path / "own.duckdb"), tmp_path / "home")
