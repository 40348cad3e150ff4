"""Clusters named without a reference: by what the store writes of their genes, and by nothing where it writes none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from db.errors import HitscoutError, NotFoundError, RefusedFileError
from db.evidence_ids import set_id, text_id
from db.store import Store
from tests.kinds_world import LABELS, kinds_store
from tests.labelled_world import GENES, own_genes, write_cells
from tests.synthetic_store import add_knowledge, workspace_on
from tools.cells.by_markers.evidence import kind_of_genes
from tools.cells.by_markers.kinds import KINDS, Kind, kinds_of
from tools.cells.by_markers.naming import BY_SETS, ByMarkers, agreed, annotate_by_markers, asked_clusters
from tools.cells.by_markers.result import UNKNOWN, ClusterDraw


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kinds")
    return workspace_on(kinds_store(folder), folder)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_cells(tmp_path_factory.mktemp("file") / "new.h5ad", (50, 40, 30, 20), labels=LABELS)


def test_clusters_of_a_column_are_named_by_sets_and_texts_with_their_evidence(space, file):
    found = annotate_by_markers(space, file, clusters="cell_type", own_label="cell_type")
    named = {one.cluster: one for one in found.clusters}
    assert {name: one.label for name, one in named.items()} == {
        "T cell": "T cell", "Mast_Cell": "mast cell", "macrophage": "macrophage", "ductal": UNKNOWN,
    }  # fmt: skip
    assert named["T cell"].evidence == (set_id("MADE", "GOBP_T_CELL_ACTIVATION"),)
    assert set(named["macrophage"].evidence) <= {text_id(one) for one in own_genes(2)}
    assert set(named["T cell"].genes) <= set(own_genes(0))
    assert found.by == BY_SETS
    # Labels that differ in case and underscores are the same; what has no name counts as wrong.
    assert found.accuracy == pytest.approx(120 / 140)
    assert found.named == 120


def test_a_cluster_is_described_by_its_genes_and_the_set_that_they_gather_in(space, file):
    found = annotate_by_markers(space, file, clusters="cell_type")
    named = {one.cluster: one for one in found.clusters}
    assert named["ductal"].sets[0].name == "protein folding"
    assert "protein folding (FDR" in named["ductal"].description
    assert named["macrophage"].description.endswith("no gene set is enriched")
    assert found.accuracy is None
    assert found.confusion == ()


def test_clusters_are_found_where_no_column_is_named_and_no_label_is_used(space, file, tmp_path):
    found = annotate_by_markers(space, file, own_label="cell_type", out=tmp_path / "named.csv")
    assert found.accuracy > 0.75
    table = pd.read_csv(tmp_path / "named.csv")
    assert list(table) == ["cell", "cluster", "label"]
    assert (table["label"] != UNKNOWN).sum() == found.named
    without = annotate_by_markers(space, file)
    assert without.clusters == found.clusters
    assert sum(one.cells for one in without.clusters) == without.cells == 140


def test_mouse_cells_are_named_through_orthologs(space, tmp_path):
    mouse = write_cells(tmp_path / "mouse.h5ad", (30, 30, 30, 30), seed=2, mouse=True, labels=LABELS)
    found = annotate_by_markers(space, mouse, clusters="cell_type", own_label="cell_type")
    assert found.organism == "mouse"
    assert found.accuracy == pytest.approx(0.75)
    assert all(gene.startswith("Gene") for one in found.clusters for gene in one.genes)


def test_cells_in_no_cluster_get_no_name(space, tmp_path):
    columns = {"cluster": np.array([""] * 5 + ["a", "b"] * 10, dtype=object)}
    some = write_cells(tmp_path / "some.h5ad", (10, 15, 0, 0), obs=columns)
    found = annotate_by_markers(space, some, clusters="cluster", out=tmp_path / "some.csv")
    table = pd.read_csv(tmp_path / "some.csv", keep_default_na=False)
    assert list(table["label"][:5]) == [UNKNOWN] * 5
    assert sum(one.cells for one in found.clusters) == 20


def test_the_label_has_the_least_p_over_all_kinds_and_two_alike_give_none():
    measured = [f"G{number}" for number in range(100)]
    spoken = Kind({gene: (text_id(gene),) for gene in measured[:10]})
    other = Kind({gene: (text_id(gene),) for gene in measured[50:60]})
    label, reason, evidence = kind_of_genes({"mast cell": spoken, "B cell": other}, measured[:8], measured)
    assert label == "mast cell"
    # One of two kinds: the FDR is twice the p of 8 of 8 genes among 10 of 100.
    assert f"FDR {2 * hypergeom.sf(7, 100, 10, 8):.1g}" in reason
    assert evidence == tuple(map(text_id, measured[:8]))
    for alike in ({"mast cell": spoken, "B cell": spoken}, {"mast cell": spoken, "B cell": Kind({})}):
        assert kind_of_genes(alike, measured[:8], measured)[0] == UNKNOWN
    label, reason, _ = kind_of_genes({"mast cell": spoken, "B cell": other}, measured[8:20], measured)
    assert label == UNKNOWN
    assert "No kind of cell stands out" in reason


def test_kinds_hold_no_gene_of_sets_that_name_many_things(space):
    kinds = kinds_of(space.store, GENES)
    assert set(kinds) == set(KINDS)
    assert set(kinds["T cell"].genes) == set(own_genes(0))
    assert set(kinds["macrophage"].genes) == set(own_genes(2))
    assert not kinds["neuron"].genes


def test_what_a_reader_is_asked_holds_texts_and_no_label_of_the_file(space, file):
    asked = asked_clusters(space, file, ByMarkers(clusters="cell_type", own_label="cell_type"))
    assert len(asked) == 4
    for one in asked:
        assert one.genes
        assert all(read.text for read in one.genes)
        assert not any(label in repr((one.genes, one.sets, one.organism)) for label in ("Mast_Cell", "ductal"))


@pytest.mark.parametrize(
    ("said", "label"),
    [
        (["T cell", "t_cell", "B cell"], "T cell"),
        (["T cell", UNKNOWN, "B cell"], UNKNOWN),
        (["T cell", UNKNOWN, UNKNOWN], UNKNOWN),
        ([UNKNOWN] * 3, UNKNOWN),
        ([], UNKNOWN),
    ],
)
def test_draws_agree_where_more_than_half_say_the_same(said, label):
    assert agreed([ClusterDraw(one, "By CD3E.", ("CD3E",)) for one in said])[0] == label


def test_draws_that_cite_nothing_or_what_was_not_given_do_not_count():
    good = ClusterDraw("T cell", "By CD3E.", ("CD3E",))
    assert agreed([good, good, ClusterDraw("T cell", "", ("CD3E",), ("MADEUP",))])[2] == (text_id("CD3E"),)
    label, reason, _ = agreed([good, ClusterDraw("T cell", "", ()), ClusterDraw("T cell", "", ("CD3E",), ("X",))])
    assert label == UNKNOWN
    assert "1 cited genes that were not given" in reason


def test_what_cannot_be_named_is_refused_in_a_sentence(space, file, tmp_path):
    for column, error in (("donor2", HitscoutError), ("barcode", RefusedFileError)):
        many = write_cells(
            tmp_path / "many.h5ad", (100, 100, 100, 100), obs={"barcode": [f"c{one}" for one in range(400)]}
        )
        with pytest.raises(error, match=column):
            annotate_by_markers(space, many, clusters=column)
    one = write_cells(tmp_path / "one.h5ad", (3, 0, 0, 0))
    with pytest.raises(RefusedFileError, match="too few to find clusters"):
        annotate_by_markers(space, one)
    bare = Store(tmp_path / "bare.duckdb").create()
    add_knowledge(bare, sets=False, network=False, essentials=False)
    with pytest.raises(NotFoundError, match="neither texts on genes nor gene sets") as refused:
        annotate_by_markers(workspace_on(bare, tmp_path), file)
    assert "gene-summaries" in refused.value.suggestion
