"""Gene sets, networks and properties of genes in the store."""

from __future__ import annotations

import pandas as pd
import pytest

from db.errors import ConflictError, NotFoundError
from db.genes.names import GeneNames
from db.genes.networks import edge_weight, neighbours, write_network
from db.genes.nomenclature import find_gene
from db.genes.sets import get_gene_set, list_collections, sets_of_gene, write_gene_sets
from db.genes.values import values_of_gene, write_gene_values
from db.view import View


@pytest.fixture
def store(named_workspace):
    return named_workspace.store


def ids(store, *symbols: str) -> list[int]:
    return [one.gene.id for one in GeneNames.load(store, "human").resolve(list(symbols))]


def members(store, **sets: str) -> pd.DataFrame:
    rows = [(name, "words", gene_id) for name, genes in sets.items() for gene_id in ids(store, *genes.split())]
    return pd.DataFrame(rows, columns=["gene_set", "description", "gene_id"])


def test_a_collection_is_written_and_read_back(store):
    frame = members(store, big="VAV1 LCP2 IL2", small="VAV1 LCP2 VAV1")
    with store.write("test") as connection:
        assert write_gene_sets(connection, 1, "mine", frame) == (2, 5)
    assert list_collections(store) == {"mine": 2}
    assert get_gene_set(store, "mine", "small").genes == ("LCP2", "VAV1")
    assert get_gene_set(store, "mine", "small").description == "words"
    assert sets_of_gene(store, find_gene(store, "VAV1")) == [("mine", "small", 2), ("mine", "big", 3)]
    assert View(store).gene_sets(["mine"])["gene"].tolist() == ["IL2", "LCP2", "VAV1", "LCP2", "VAV1"]


def test_a_set_that_is_not_there_names_the_collections(store):
    with store.write("test") as connection:
        write_gene_sets(connection, 1, "mine", members(store, one="VAV1"))
    with pytest.raises(NotFoundError, match="Collections: mine"):
        get_gene_set(store, "mine", "none")


def test_two_collections_keep_their_sets_apart(store):
    with store.write("test") as connection:
        write_gene_sets(connection, 1, "first", members(store, one="VAV1"))
        write_gene_sets(connection, 2, "second", members(store, one="IL2"))
    assert get_gene_set(store, "first", "one").genes == ("VAV1",)
    assert get_gene_set(store, "second", "one").genes == ("IL2",)


def test_a_collection_of_the_same_name_is_refused_and_the_first_one_stays(store):
    with store.write("test") as connection:
        write_gene_sets(connection, 1, "mine", members(store, one="VAV1"))
    with pytest.raises(ConflictError, match="mine"), store.write("test") as connection:
        write_gene_sets(connection, 2, "mine", members(store, two="IL2"))
    assert list_collections(store) == {"mine": 1}


def test_edges_have_no_direction_and_are_stored_once(store):
    vav1, lcp2, il2 = ids(store, "VAV1", "LCP2", "IL2")
    edges = pd.DataFrame(
        [(vav1, lcp2, 0.5), (lcp2, vav1, 0.9), (vav1, vav1, 1.0), (il2, vav1, 0.7)],
        columns=["gene_a", "gene_b", "weight"],
    )
    with store.write("test") as connection:
        assert write_network(connection, 1, "net", edges) == 2
    assert edge_weight(store, "net", "VAV1", "LCP2") == edge_weight(store, "net", "LCP2", "VAV1") == 0.9
    assert edge_weight(store, "net", "LCP2", "IL2") is None
    assert neighbours(store, find_gene(store, "VAV1")) == [("net", "LCP2", 0.9), ("net", "IL2", 0.7)]
    assert neighbours(store, find_gene(store, "VAV1"), limit=1) == [("net", "LCP2", 0.9)]
    assert len(View(store).edges("net")) == 2


def test_a_network_of_the_same_name_is_refused(store):
    edges = pd.DataFrame([(*ids(store, "VAV1", "LCP2"), 0.5)], columns=["gene_a", "gene_b", "weight"])
    with store.write("test") as connection:
        write_network(connection, 1, "net", edges)
    with pytest.raises(ConflictError, match="net"), store.write("test") as connection:
        write_network(connection, 2, "net", edges)


def test_a_property_is_the_mean_of_what_was_given_for_a_gene(store):
    vav1, lcp2 = ids(store, "VAV1", "LCP2")
    values = pd.DataFrame({"gene_id": [vav1, vav1, lcp2], "value": [1.0, 2.0, -1.0]})
    with store.write("test") as connection:
        assert write_gene_values(connection, 1, "effect", values) == 2
    assert values_of_gene(store, find_gene(store, "VAV1")) == {"effect": 1.5}
    assert View(store).gene_values("effect").to_dict() == {"LCP2": -1.0, "VAV1": 1.5}
    with pytest.raises(ConflictError, match="effect"), store.write("test") as connection:
        write_gene_values(connection, 2, "effect", values)


def test_knowledge_is_in_the_manifest_and_a_later_write_keeps_it_so(store):
    with store.write("test") as connection:
        write_gene_sets(connection, 1, "mine", members(store, one="VAV1 LCP2"))
    with store.write("again") as connection:
        connection.execute("INSERT INTO study VALUES (nextval('study_id'), 's', '', '')")
    assert store.verify() == []
    with store.write("damage") as connection:
        connection.execute("UPDATE gene_set_member SET gene_id = gene_id + 1")
    # The write above did not grow the table, so the manifest still holds what was committed before.
    assert any("gene_set_member" in problem.message for problem in store.verify())
