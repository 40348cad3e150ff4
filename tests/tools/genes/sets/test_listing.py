"""Gene sets listed, searched and shown."""

from __future__ import annotations

import pytest

from db.errors import NotFoundError
from tests.campaign_world import new_workspace
from tools.evidence import open_evidence
from tools.genes.sets.listing import gene_set_list, gene_set_show


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return new_workspace(tmp_path_factory.mktemp("sets"))


def test_without_a_wish_the_collections_are_listed(world):
    found = gene_set_list(world)
    assert found.collections == {"CP": 30, "essentials": 1}
    assert (found.found, found.sets) == (0, ())


def test_the_sets_of_a_gene_come_smallest_first_and_open(world):
    found = gene_set_list(world, gene="GENE0001")
    assert found.gene == "GENE0001"
    assert found.found == len(found.sets)
    assert [one.size for one in found.sets] == sorted(one.size for one in found.sets)
    for one in found.sets:
        assert "GENE0001" in open_evidence(world, one.evidence).facts["genes"]


def test_sets_are_found_by_words_of_their_names_and_counted_beyond_the_limit(world):
    found = gene_set_list(world, words="module kin", most=2)
    assert found.found == 5
    assert len(found.sets) == 2
    assert all(one.name.endswith("kinase") for one in found.sets)
    # Whole words alone count where they are short, so that "1" does not find 10 to 19.
    assert [one.name for one in gene_set_list(world, words="1").sets] == ["MODULE_1_receptor"]
    assert gene_set_list(world, "essentials", words="module").found == 0


def test_a_set_is_shown_with_all_its_genes(world):
    shown = gene_set_show(world, "essentials", "CEGv2")
    assert shown.size == 40
    assert shown.genes == tuple(f"GENE{i:04d}" for i in range(40))
    assert open_evidence(world, shown.evidence).facts["size"] == 40


def test_an_unknown_collection_or_set_is_refused_with_near_names(world):
    with pytest.raises(NotFoundError, match="'essential'") as refused:
        gene_set_list(world, "essential")
    assert "essentials" in refused.value.suggestion
    with pytest.raises(NotFoundError, match="MODULE_1_recepto") as refused:
        gene_set_show(world, "CP", "MODULE_1_recepto")
    assert "CP MODULE_1_receptor" in refused.value.suggestion
