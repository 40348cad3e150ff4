"""What a store knows of genes, counted once, kept and read back."""

from __future__ import annotations

import numpy as np
import pytest

from db.view import View
from tests.synthetic_store import shared_world
from tools.genes import knowledge as module
from tools.genes.knowledge import knowledge_of


@pytest.fixture
def view(tmp_path_factory):
    return View(shared_world(tmp_path_factory)[0])


def test_members_titles_and_network_stand_by_the_same_genes(view):
    known = knowledge_of(view)
    members = view.gene_sets()
    members = members[members["gene_set"] == "MODULE_7_receptor"]["gene"]
    column = known.sets.get_loc(("CP", "MODULE_7_receptor"))
    assert set(known.genes[known.membership[:, [column]].toarray()[:, 0] == 1]) == set(members)
    assert known.sizes[column] == len(members)
    assert known.titles.count == len(known.sets)
    assert known.texts.count == len(known.genes)
    edges = view.edges("STRING")
    assert set(known.genes[known.linked]) == {*edges["a"], *edges["b"]}
    assert known.network.nnz == 2 * len(edges)


def test_what_was_kept_is_read_back_as_it_was_made(view, tmp_path, monkeypatch):
    module._known.cache_clear()
    made = knowledge_of(view, tmp_path)
    assert list(tmp_path.glob("knowledge-*.npz"))
    module._known.cache_clear()
    monkeypatch.setattr(module, "_make", lambda _: pytest.fail("it was made again"))
    read = knowledge_of(view, tmp_path)
    assert read is not made
    assert list(read.genes) == list(made.genes)
    assert list(read.sets) == list(made.sets)
    for name in ("membership", "network"):
        np.testing.assert_array_equal(getattr(read, name).toarray(), getattr(made, name).toarray())
    for name in ("titles", "texts"):
        words = dict.fromkeys(["receptor", "famili", "modul"], 1.0)
        np.testing.assert_array_equal(getattr(read, name).likeness(words), getattr(made, name).likeness(words))
