"""A store of 600 human genes, a mouse gene for each, and vectors of texts."""

from __future__ import annotations

import pytest

from db.store import Store
from tests.synthetic_store import SYMBOLS, add_knowledge, add_mouse_genes, workspace_on


@pytest.fixture(scope="session")
def cells_space(tmp_path_factory):
    """Its store is only read."""
    folder = tmp_path_factory.mktemp("cells")
    store = Store(folder / "cells.duckdb").create()
    add_knowledge(store, vectors=True)
    add_mouse_genes(store, SYMBOLS[:590])
    return workspace_on(store, folder)
