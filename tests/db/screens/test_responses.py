"""Responses, texts and embeddings in the store; and a store that an older hitscout made."""

from __future__ import annotations

import importlib.resources

import duckdb
import numpy as np
import pandas as pd
import pytest

from db.errors import ConflictError, InvalidValueError, NotFoundError
from db.genes.embeddings import write_gene_embedding
from db.genes.names import GeneNames
from db.genes.nomenclature import find_gene
from db.genes.texts import texts_of_gene, write_gene_texts
from db.records import Study
from db.screens.reading import list_screens
from db.screens.response_context import NewContext
from db.screens.responses import contexts, readout_genes, responses_of, write_responses
from db.store import Store
from db.view import View


@pytest.fixture
def store(named_workspace):
    return named_workspace.store


def gene(store, symbol: str) -> int:
    return GeneNames.load(store, "human").resolve([symbol])[0].gene.id


def write(store, name="mine", rows=None, **options) -> None:
    rows = rows if rows is not None else pd.DataFrame({
        "perturbation": ["VAV1", "KIAA0196", "NOPE", "VAV1"], "readout": ["IL2", "IL2", "IL2", "NOTAGENE"],
        "split": ["train", "test", "train", "train"], "de": [True, True, False, False], "up": [False, True, None, None],
    })  # fmt: skip
    with store.write("test") as connection:
        ids = pd.DataFrame({"name": ["VAV1", "WASHC5"], "gene_id": [gene(store, "VAV1"), gene(store, "WASHC5")]})
        from db.screens.writing import ensure_perturbations

        known = ensure_perturbations(connection, "human", ids.assign(second_gene_id=None))
        write_responses(
            connection, 1, NewContext(name, cell_type="K562", study=Study("Us 2026"), **options), rows,
            perturbations={"VAV1": int(known["VAV1"]), "KIAA0196": int(known["WASHC5"])},
            readouts={"IL2": [gene(store, "IL2")]},
        )  # fmt: skip


def test_responses_come_back_with_symbols_labels_and_split(store):
    write(store)
    found = responses_of(store, "mine")
    assert found[["perturbation", "readout", "split"]].to_numpy().tolist() == [
        ["NOPE", "IL2", "train"], ["VAV1", "IL2", "train"], ["VAV1", "NOTAGENE", "train"], ["WASHC5", "IL2", "test"],
    ]  # fmt: skip
    assert found["de"].tolist() == [False, True, False, True]
    assert found["up"].tolist() == [pd.NA, False, pd.NA, True]
    own = responses_of(store, "mine", names="file")
    assert own["perturbation"].tolist() == ["KIAA0196", "NOPE", "VAV1", "VAV1"]


def test_only_the_split_that_is_asked_for_is_given(store):
    write(store)
    assert set(responses_of(store, "mine", split="train")["split"]) == {"train"}
    assert responses_of(store, "mine", split="test")["perturbation"].tolist() == ["WASHC5"]
    assert responses_of(store, "mine", split="").empty
    with pytest.raises(InvalidValueError, match="no split 'valid'"):
        responses_of(store, "mine", split="valid")


def test_a_context_says_what_it_is_and_the_manifest_covers_it(store):
    write(store)
    (one,) = contexts(store)
    assert (one.name, one.study, one.cell_type, one.perturbations, one.readouts, one.rows) == (
        "mine", "Us 2026", "K562", 3, 2, 4,
    )  # fmt: skip
    assert readout_genes(store, "mine").to_numpy().tolist() == [["IL2", "IL2"]]
    assert store.verify() == []
    with pytest.raises(NotFoundError, match="Did you mean mine"):
        responses_of(store, "mines")


def test_measured_numbers_are_kept_beside_or_without_labels(store):
    rows = pd.DataFrame({"perturbation": ["VAV1"], "readout": ["IL2"], "estimate": [-1.5], "p": [1e-300]})
    write(store, rows=rows)
    found = responses_of(store, "mine", numbers=True).iloc[0]
    assert (found["estimate"], found["p"], found["split"]) == (-1.5, 1e-300, "")
    assert found["de"] is pd.NA
    assert np.isnan(found["fdr"])


def test_a_context_twice_and_a_pair_twice_are_refused(store):
    write(store)
    with pytest.raises(ConflictError, match="responses named mine already"):
        write(store)
    twice = pd.DataFrame({"perturbation": ["VAV1"] * 2, "readout": ["IL2"] * 2, "de": [True, True]})
    with pytest.raises(ConflictError, match="IL2 to VAV1 stands more than once"):
        write(store, name="other", rows=twice)
    assert [one.name for one in contexts(store)] == ["mine"]


def test_texts_are_had_by_source_and_organism(store):
    texts = pd.DataFrame({"gene_id": [gene(store, "IL2"), gene(store, "VAV1")], "text": ["two", "vav"]})
    with store.write("test") as connection:
        assert write_gene_texts(connection, 1, "refseq", "human", texts) == 2
    assert View(store).gene_texts("refseq").to_dict() == {"IL2": "two", "VAV1": "vav"}
    assert View(store).gene_texts("refseq", "mouse").empty
    assert View(store).gene_texts("other").empty
    assert texts_of_gene(store, find_gene(store, "IL2")) == {"refseq": "two"}
    with pytest.raises(ConflictError, match="refseq"), store.write("test") as connection:
        write_gene_texts(connection, 2, "refseq", "human", texts)


def test_an_embedding_is_a_frame_of_genes_and_dimensions(store):
    ids = np.array([gene(store, "VAV1"), gene(store, "IL2"), gene(store, "VAV1")])
    vectors = np.array([[1, 2], [5, 6], [3, 4]], dtype=np.float32)
    with store.write("test") as connection:
        assert write_gene_embedding(connection, 1, "tiny", ids, vectors) == 2
    frame = View(store).gene_embedding("tiny")
    assert (frame.index.tolist(), frame.to_numpy().tolist()) == (["IL2", "VAV1"], [[5.0, 6.0], [2.0, 3.0]])
    assert View(store).gene_embedding("none").empty
    assert store.verify() == []
    with pytest.raises(ConflictError, match="tiny"), store.write("test") as connection:
        write_gene_embedding(connection, 2, "tiny", ids, vectors)


@pytest.mark.parametrize("opening", ["read", "write"])
def test_a_store_of_an_older_hitscout_gets_what_it_lacks_when_it_is_opened(tmp_path, opening):
    path = tmp_path / "old.duckdb"
    sql = (importlib.resources.files("db") / "schema" / "0001_initial.sql").read_text()
    with duckdb.connect(str(path)) as connection:
        connection.execute(sql)
        connection.execute("INSERT INTO meta VALUES ('schema', '1')")
    store = Store(path)
    if opening == "write":
        with store.write("test") as connection:
            connection.execute("INSERT INTO study VALUES (1, 's', '', '')")
    assert contexts(store) == []
    assert list_screens(store) == []
    assert store.verify() == []
