"""Clusters of genes get the name of their most enriched set, and its words are counted against people's label."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from db.errors import NotFoundError, RefusedFileError
from tests.synthetic_store import MODULE_OF, SYMBOLS, shared_world
from tools.benchmarks.cluster_names import benchmark_gene_sets, rouge1_recall
from tools.workspace import Paths, Workspace


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    store, _ = shared_world(tmp_path_factory)
    folder = tmp_path_factory.mktemp("gse")
    return Workspace(store, np.random.default_rng(0), paths=Paths(folder / "data", folder / "cache"))


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "clusters"
    made.mkdir()
    pd.DataFrame({"pert": SYMBOLS, "gene": SYMBOLS[::-1], "label": 0, "split": "train"}).to_csv(made / "x-de.csv")
    cluster = [[SYMBOLS[i] for i in np.flatnonzero(m == MODULE_OF)[:8]] for m in (4, 7)]
    held = [
        {"genes": cluster[0], "label": "helicase, big"},
        {"genes": cluster[1], "label": "receptor"},
        {"genes": SYMBOLS[::40], "label": "nothing"},
        {"genes": SYMBOLS[:3], "label": None},
    ]
    (made / "x_pert-gse.json").write_text(json.dumps(held))
    return made


@pytest.mark.parametrize(
    ("label", "name", "recall"),
    [
        ("cell cycle", "Mitotic CELL cycle", 1.0),
        ("40S subunit, cytoplasmic", "ribosomal subunit", 1 / 3),
        ("a a", "a", 0.5),
    ],
)
def test_rouge_counts_words_of_the_label_once_for_each_time_they_are_given(label, name, recall):
    assert rouge1_recall(label, name) == pytest.approx(recall)


def test_clusters_are_named_by_their_planted_set_and_the_control_gives_them_others_names(world, folder):
    (found,) = benchmark_gene_sets(world, folder).lists
    assert (found.clusters, found.labelled, found.named, found.tested) == ("x_pert", 3, 2, 600)
    by_label = {one.label: one for one in found.examples}
    assert by_label["helicase, big"].name == "MODULE 4 helicase"
    assert by_label["helicase, big"].evidence == "set:CP:MODULE_4_helicase"
    assert by_label["nothing"].name == ""
    assert by_label["nothing"].fdr is None
    assert found.rouge1_recall == pytest.approx((0.5 + 1 + 0) / 3)
    assert found.other_names == 0
    assert found.words == 3


def test_a_folder_without_clusters_and_a_file_that_is_no_list_are_refused(world, folder, tmp_path):
    with pytest.raises(NotFoundError) as refused:
        benchmark_gene_sets(world, tmp_path)
    assert "`fetch(['perturbqa-k562'])`" in refused.value.suggestion
    (folder / "x_pert-gse.json").write_text('{"genes": 1}')
    with pytest.raises(RefusedFileError, match="no list of clusters"):
        benchmark_gene_sets(world, folder)
