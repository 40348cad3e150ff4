"""Texts, embeddings, responses and values by condition: read, placed by name, written once."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError, RefusedFileError
from db.genes.nomenclature import find_gene
from db.genes.values import values_of_gene
from db.provenance import list_ingests, notes_of
from db.screens.responses import contexts, readout_genes, responses_of
from db.view import View
from tools import registry
from tools.packs.loaders.base import LoadStep, Source
from tools.packs.loaders.embedding import read_embedding
from tools.packs.loaders.gene_texts import read_summaries
from tools.packs.loaders.responses import read_perturbqa


def load(workspace, folder, loader: str, files: list[str], **options):
    step = LoadStep(loader, tuple(files), options)
    return registry.load("loaders", loader)().load(workspace, Source("test", folder, "Cited", "CC0", "Us 2026"), step)


# Texts -------------------------------------------------------------------------------------------


@pytest.fixture
def summaries(tmp_path):
    import rdata

    rows = [
        ("NM_1", "Homo sapiens", 9606, 3558, "x", "Short."),
        ("NM_2", "Homo sapiens", 9606, 3558, "x", "The common  one."),
        ("NM_3", "Homo sapiens", 9606, 3558, "x", "The common  one."), ("NM_4", "Mus musculus", 10090, 16183, "x", "m"),
        ("NM_5", "Homo sapiens", 9606, 99999999, "x", "Nobody."), ("NM_6", "Homo sapiens", 9606, 7409, "x", "Vav."),
    ]  # fmt: skip
    columns = ["RefSeq_accession", "Organism", "Taxon_ID", "Gene_ID", "Review_status", "Gene_summary"]
    rdata.write_rds(tmp_path / "texts.rds", pd.DataFrame(rows, columns=columns))
    return tmp_path / "texts.rds"


def test_the_commonest_summary_of_a_gene_is_taken(summaries):
    human = read_summaries(summaries, "human")
    assert dict(human.to_numpy()) == {"3558": "The common one.", "99999999": "Nobody.", "7409": "Vav."}
    assert read_summaries(summaries, "mouse").to_numpy().tolist() == [["16183", "m"]]


def test_summaries_are_placed_by_entrez_id(named_workspace, summaries):
    loaded = load(named_workspace, summaries.parent, "gene_texts", ["texts.rds"], source="refseq", organism="human")
    assert (loaded.kind, loaded.name, loaded.rows, loaded.kept_aside) == ("gene_texts", "refseq human", 2, 1)
    assert View(named_workspace.store).gene_texts("refseq")["IL2"] == "The common one."
    again = load(named_workspace, summaries.parent, "gene_texts", ["texts.rds"], source="refseq", organism="human")
    assert again.state == "already"


def test_a_table_without_summaries_is_refused(tmp_path):
    import rdata

    rdata.write_rds(tmp_path / "t.rds", pd.DataFrame({"a": ["1"]}))
    with pytest.raises(RefusedFileError, match="lacks the columns Taxon_ID, Gene_ID, Gene_summary"):
        read_summaries(tmp_path / "t.rds", "human")


# Embeddings --------------------------------------------------------------------------------------


def test_an_embedding_is_placed_by_name(named_workspace, tmp_path):
    np.save(tmp_path / "m.npy", np.arange(6, dtype=np.float32).reshape(3, 2))
    (tmp_path / "n.json").write_text(json.dumps(["VAV1", "NOPE", "KIAA0196"]))
    loaded = load(named_workspace, tmp_path, "embedding", ["m.npy", "n.json"], name="tiny")
    assert (loaded.rows, loaded.kept_aside, loaded.detail) == (2, 1, "2 dimensions of 2 genes")
    frame = View(named_workspace.store).gene_embedding("tiny")
    assert frame.loc["WASHC5"].tolist() == [4.0, 5.0]


@pytest.mark.parametrize(
    ("matrix", "names", "message"),
    [
        (np.zeros((2, 2)), ["A"], "2 rows"),
        (np.array([[np.nan]]), ["A"], "finite"),
        (np.zeros(2), ["A", "B"], "no matrix"),
        (np.zeros((1, 2)), {"A": 1}, "no list"),
        (np.array([[{}]], dtype=object), ["A"], "cannot be read"),
    ],
)
def test_a_matrix_that_does_not_fit_its_names_is_refused(tmp_path, matrix, names, message):
    np.save(tmp_path / "m.npy", matrix, allow_pickle=True)
    (tmp_path / "n.json").write_text(json.dumps(names))
    with pytest.raises(RefusedFileError, match=message):
        read_embedding(tmp_path / "m.npy", tmp_path / "n.json")


# Values by condition -----------------------------------------------------------------------------

BREADTH = "target,ens,condition,n\nold,ENSG00000109471,Rest,10\nold,ENSG00000109471,Stim,30\nVAV1,,Rest,3\n"


def test_a_property_is_the_transformed_mean_of_the_rows_that_agree(named_workspace, tmp_path):
    (tmp_path / "b.csv").write_text(BREADTH)
    columns = {"gene": "target", "ensembl": "ens", "value": "n", "transform": "log1p"}
    load(named_workspace, tmp_path, "gene_values", ["b.csv"], property="all", **columns)
    load(named_workspace, tmp_path, "gene_values", ["b.csv"], property="stim", where={"condition": "Stim"}, **columns)
    store = named_workspace.store
    assert values_of_gene(store, find_gene(store, "IL2")) == {
        "all": pytest.approx(math.log(21)), "stim": pytest.approx(math.log(31)),
    }  # fmt: skip
    assert values_of_gene(store, find_gene(store, "VAV1")) == {"all": pytest.approx(math.log(4))}


def test_an_unknown_transform_is_refused(named_workspace, tmp_path):
    (tmp_path / "b.csv").write_text(BREADTH)
    with pytest.raises(InvalidValueError, match="There is: log1p"):
        load(named_workspace, tmp_path, "gene_values", ["b.csv"], property="p", gene="target", value="n", transform="x")


# Responses ---------------------------------------------------------------------------------------

DE = "pert,gene,label,split\nVAV1,IL2,1,train\nVAV1,NOPE,0,train\nKIAA0196,IL2,1,test\nKIAA0196,NOPE,0,test\n"
DIR = "pert,gene,label,split\nVAV1,IL2,0,train\nKIAA0196,IL2,1,test\n"


def perturbqa(folder, de=DE, direction=DIR):
    (folder / "x-de.csv").write_text(de)
    (folder / "x-dir.csv").write_text(direction)
    return ["x-de.csv", "x-dir.csv"]


def test_both_tables_of_a_line_become_one_with_every_row_kept(named_workspace, tmp_path):
    about = {"layout": "perturbqa", "name": "mine", "cell_type": "K562", "modality": "interference"}
    loaded = load(named_workspace, tmp_path, "responses", perturbqa(tmp_path), **about)
    assert (loaded.kind, loaded.rows, loaded.kept_aside) == ("responses", 4, 0)
    assert loaded.detail == (
        "2 perturbations, 2 readouts; 2 differentially expressed, 1 up; 1 names are no known gene and stay as they are"
    )
    store = named_workspace.store
    rows = responses_of(store, "mine").set_index(["perturbation", "readout"])
    assert rows.loc[("WASHC5", "IL2"), ["de", "up", "split"]].tolist() == [True, True, "test"]
    assert rows.loc[("VAV1", "NOPE"), "up"] is pd.NA
    (context,) = contexts(store)
    assert (context.study, context.modality, context.readout_kind) == ("Us 2026", "interference", "gene")
    with store.read() as connection:
        ingest = next(one for one in list_ingests(connection) if one.kind == "responses")
        assert [(n.name, n.kept_aside) for n in notes_of(connection, ingest.id)] == [("NOPE", False)]


def test_readouts_that_are_gene_sets_keep_their_members(named_workspace, tmp_path):
    files = perturbqa(tmp_path)
    (tmp_path / "map.json").write_text(json.dumps({"IL2": ["IL2", "VAV1", "?"], "NOPE": ["LCP2"]}))
    load(named_workspace, tmp_path, "responses", [*files, "map.json"], layout="perturbqa", name="sets")
    assert readout_genes(named_workspace.store, "sets").to_numpy().tolist() == [
        ["IL2", "IL2"], ["IL2", "VAV1"], ["NOPE", "LCP2"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("de", "direction", "message"),
    [
        (DE.replace("label", "lable"), DIR, "lacks the columns label"),
        (DE.replace("VAV1,NOPE,0", "VAV1,NOPE,2"), DIR, "line 3: a label is 0 or 1"),
        (DE.replace("0,test", "0,valid"), DIR, "line 5: a label"),
        (DE + "VAV1,IL2,1,train\n", DIR, "line 6: the pair was there"),
        (DE, DIR.replace("0,train", "0,test"), "direction for VAV1 and IL2"),
        (DE, DIR + "VAV1,NOPE,1,train\n", "direction for VAV1 and NOPE"),
        (DE, DIR + "LCP2,IL2,1,train\n", "direction for LCP2 and IL2"),
    ],
)
def test_tables_that_contradict_each_other_are_refused(tmp_path, de, direction, message):
    names = perturbqa(tmp_path, de, direction)
    with pytest.raises(RefusedFileError, match=message):
        read_perturbqa(*(tmp_path / name for name in names))


def test_a_line_of_perturbqa_has_disjoint_splits_and_directions_of_all_that_change(shared_data):
    folder = shared_data / "perturbqa"
    rows = read_perturbqa(folder / "rpe1-de.csv", folder / "rpe1-dir.csv").rows
    assert (len(rows), int(rows["de"].sum()), int(rows["up"].sum())) == (187_089, 26_652, 10_502)
    assert rows.loc[rows["de"], "up"].notna().all()
    splits = rows.groupby("split")["perturbation"].agg(set)
    assert splits["train"].isdisjoint(splits["test"])
