"""A benchmark's effects, hits and words in three files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from db.errors import RefusedFileError
from db.screens.reading import hit_list
from tools.screens.ingestion.adding import add_screen
from tools.screens.ingestion.files_read import read_files
from tools.screens.tables.reading import Reading
from tools.screens.tables.source_file import opened


def read_table(path, reading):
    with opened(path, reading) as source:
        return read_files(source, reading).table


@pytest.fixture
def pair(tmp_path):
    """Writes the files of a benchmark's screen."""

    def write(rows: str = "Gene,Score\nIL2,-1.5\nCD5,0.2\nLAT,2\n", hits=("IL2", "LAT"), text=True):
        np.save(tmp_path / "topmovers_X.npy", np.array(hits), allow_pickle=True)
        if text:
            words = {"Task": "identify genes that regulate X", "Measurement": "the log fold change"}
            (tmp_path / "X.json").write_text(json.dumps(words))
        path = tmp_path / "ground_truth_X.csv"
        path.write_text(rows)
        return path

    return write


def test_effects_hits_and_words_are_read(pair):
    table = read_table(pair(), Reading())
    assert table.rows["estimate"].tolist() == [-1.5, 0.2, 2]
    assert table.hits == ("IL2", "LAT")
    assert table.text == "identify genes that regulate X\nthe log fold change"
    assert [path.name for path in table.sources] == ["topmovers_X.npy", "X.json"]


def test_pairs_of_genes_written_as_tuples_become_pairs(pair):
    rows = "Gene_pairs,Score\n\"('JAK1', 'IL2')\",1\n\"('CD5', 'LAT')\",2\n"
    table = read_table(pair(rows, [("JAK1", "IL2")]), Reading())
    assert table.rows["name"].tolist() == ["JAK1+IL2", "CD5+LAT"]
    assert table.hits == ("JAK1+IL2",)


def test_without_words_the_text_is_empty(pair):
    assert read_table(pair(text=False), Reading()).text == ""


def test_pickled_hits_are_refused_because_they_could_run_code(pair):
    with pytest.raises(RefusedFileError, match="needs no pickle"):
        read_table(pair(hits=[{"not": "a name"}, None]), Reading())


def test_numbers_are_no_hits(pair):
    with pytest.raises(RefusedFileError, match="not names of genes"):
        read_table(pair(hits=[1, 2]), Reading())


def test_effects_without_hits_beside_them_are_refused_with_the_way_out(pair, tmp_path):
    path = pair()
    (tmp_path / "topmovers_X.npy").unlink()
    with pytest.raises(RefusedFileError, match=r"`columns=\{'gene': 'Gene', 'estimate': 'Score'\}`"):
        read_table(path, Reading())
    mapped = Reading(columns={"gene": "Gene", "estimate": "Score"})
    assert read_table(path, mapped).rows["estimate"].tolist() == [-1.5, 0.2, 2]


def test_the_list_of_hits_is_the_screens_rule_and_what_is_lost_is_said(named_workspace, pair):
    path = pair("Gene,Score\nIL2,-1.5\nCD25,0.2\nLAT,2\nQQQ1,3\n", ("IL2", "CD25", "QQQ1"))
    added = add_screen(named_workspace, path, phenotype="x", positive_means="raises")
    assert added.screen.hit_rule.startswith("list:")
    assert hit_list(named_workspace.store, added.screen.hit_rule.removeprefix("list:")) == {"IL2", "IL2RA"}
    assert added.hits == 2
    assert any("1 published hits" in warning and "QQQ1" in warning for warning in added.warnings)


def test_other_hits_beside_the_same_effects_are_another_content(named_workspace, pair):
    options = {"phenotype": "x", "positive_means": "raises"}
    add_screen(named_workspace, pair(), name="one", **options)
    assert not add_screen(named_workspace, pair(hits=("CD5",)), name="two", **options).already_present


def test_a_second_pair_of_files_is_a_replicate(named_workspace, pair, tmp_path):
    (tmp_path / "second").mkdir()
    second = [(tmp_path / "second" / path.name, path) for path in (pair(), tmp_path / "topmovers_X.npy")]
    for copy, path in second:
        copy.write_bytes(path.read_bytes())
    added = add_screen(
        named_workspace, pair("Gene,Score\nIL2,-2.5\nCD5,0.2\nLAT,2\n"), phenotype="x", positive_means="raises",
        replicate_files=[second[0][0]],
    )  # fmt: skip
    assert added.replicates == ("ground_truth_X #1", "ground_truth_X #2")
    assert added.rows_read == 6


@pytest.mark.parametrize(
    ("name", "genes", "hits"), [("IFNG", 18418, 920), ("IL2", 18939, 654), ("Sanchez21_down", 18469, 924)]
)
def test_the_public_files_have_the_published_totals(shared_data, name, genes, hits):
    path = shared_data / "screens" / "biodiscovery" / f"ground_truth_{name}.csv"
    table = read_table(path, Reading("benchmark_pair"))
    assert (len(table.rows), len(table.hits or ())) == (genes, hits)
