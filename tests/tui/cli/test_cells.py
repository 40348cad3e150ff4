"""``hitscout cells annotate`` and ``benchmark cells``: what a person reads, JSON, and refusals in words."""

from __future__ import annotations

import json

import pytest

from db.store import Store
from tests.labelled_world import TYPES, write_cells
from tests.synthetic_store import SYMBOLS, add_knowledge, add_mouse_genes
from tui.cli.main import main


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cells")
    store = Store(folder / "cells.duckdb").create()
    add_knowledge(store, vectors=True)
    add_mouse_genes(store, SYMBOLS[:590])
    write_cells(folder / "reference.h5ad", (20, 20, 20, 20))
    write_cells(folder / "mouse.h5ad", (15, 15, 15, 15), seed=2, mouse=True)
    return folder


