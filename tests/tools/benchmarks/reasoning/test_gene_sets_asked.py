"""Clusters are named by somebody who sees genes, texts and sets, and no label; scores stand beside the sets' own."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from tests.synthetic_store import MODULE_OF, SYMBOLS, shared_world
from tools.benchmarks.reasoning.gene_sets_asked import asked_gene_sets, benchmark_gene_sets_asked
from tools.workspace import Paths, Workspace


class Namer:
    """Names every cluster alike."""

    name = "somebody"

    def __init__(self, said: str) -> None:
        self.said, self.asked = said, []

    def names(self, asked):
        self.asked += asked
        return [self.said for _ in asked]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    store, _ = shared_world(tmp_path_factory)
    folder = tmp_path_factory.mktemp("gse")
    return Workspace(store, np.random.default_rng(0), paths=Paths(folder / "data", folder / "cache"))


@pytest.fixture
def folder(tmp_path):
    pd.DataFrame({"pert": SYMBOLS, "gene": SYMBOLS[::-1], "label": 0, "split": "train"}).to_csv(tmp_path / "x-de.csv")
    cluster = [[SYMBOLS[i] for i in np.flatnonzero(m == MODULE_OF)[:8]] for m in (4, 7)]
    held = [
        {"genes": cluster[0], "label": "helicase, big"}, {"genes": cluster[1], "label": "receptor"},
        {"genes": SYMBOLS[:3], "label": None},
    ]  # fmt: skip
    (tmp_path / "x_pert-gse.json").write_text(json.dumps(held))
    return tmp_path


def test_names_are_scored_beside_those_of_sets_on_the_same_clusters(world, folder):
    sets, named = benchmark_gene_sets_asked(world, Namer("a big receptor"), folder).lists
    assert (sets.by, named.by) == ("enriched sets", "somebody")
    assert sets.labelled == named.labelled == 2
    # "helicase, big" has one word of two in it, "receptor" its only one; by another's name it is just the same.
    assert named.rouge1_recall == pytest.approx((0.5 + 1) / 2)
    assert named.other_names == pytest.approx((0.5 + 1) / 2)
    assert named.words == 3
    assert sets.rouge1_recall == pytest.approx((0.5 + 1) / 2)
    assert named.likeness is None, "no encoder was fetched"


def test_no_label_is_told(world, folder):
    namer = Namer("")
    benchmark_gene_sets_asked(world, namer, folder)
    assert [len(one.genes) for one in namer.asked] == [8, 8]
    assert all("helicase, big" not in repr(one) and "'receptor'" not in repr(one) for one in namer.asked)
    assert all(one.sets for one in namer.asked)
    assert asked_gene_sets(world, folder) == namer.asked


def test_a_cluster_without_a_name_counts_as_nothing(world, folder):
    _, named = benchmark_gene_sets_asked(world, Namer(""), folder).lists
    assert (named.named, named.rouge1_recall) == (0, 0)


def test_a_limit_takes_a_seeded_choice(world, folder):
    namer = Namer("")
    sets, named = benchmark_gene_sets_asked(world, namer, folder, limit=1, seed=3).lists
    assert sets.labelled == named.labelled == 1
    assert asked_gene_sets(world, folder, limit=1, seed=3) == namer.asked


class Encoder:
    """Letters as vectors."""

    def encode(self, texts):
        counts = np.array([[text.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts])
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)


def test_likeness_is_the_mean_cosine_and_others_names_are_its_control(world, folder, monkeypatch):
    monkeypatch.setattr("tools.benchmarks.cluster_names.encoder_of", lambda *_: Encoder())
    _, named = benchmark_gene_sets_asked(world, Namer("receptor"), folder).lists
    first, second = Encoder().encode(["helicase, big", "receptor"])
    assert named.likeness == pytest.approx((first @ second + 1) / 2)
    assert named.likeness_of_others == pytest.approx((first @ second + 1) / 2)
