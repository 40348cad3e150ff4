"""Genes like a gene, in a world where it is known which genes belong together."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console, Group

from db.errors import InvalidValueError, NotFoundError
from tests.campaign_world import new_workspace
from tests.synthetic_store import SYMBOLS, add_mouse_genes, copied_world, workspace_on
from tools.evidence import open_evidence
from tools.prediction.similar_genes import similar_genes
from tui.layouts.similar_genes import similar

MODULE_5 = {f"GENE{i:04d}" for i in range(100, 120)}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return new_workspace(tmp_path_factory.mktemp("similar"))


def test_the_nearest_genes_are_those_of_the_same_module(world):
    found = similar_genes(world, "GENE0100", 10)
    near = [one.symbol for one in found.neighbours]
    assert len(near) == len(set(near)) == 10
    assert "GENE0100" not in near
    assert np.mean([symbol in MODULE_5 for symbol in near]) >= 0.8


def test_each_neighbour_names_its_sources_best_first_and_facts_that_open(world):
    found = similar_genes(world, "GENE0100", 5)
    assert {"gene_sets", "string_neighbours"} <= set(found.sources)
    evidence = set()
    for neighbour in found.neighbours:
        assert neighbour.sources
        assert [one.rank for one in neighbour.sources] == sorted(one.rank for one in neighbour.sources)
        assert all(0 < one.similarity <= 1 for one in neighbour.sources)
        evidence |= {one for said in neighbour.sources for one in said.evidence}
    assert {one.split(":")[0] for one in evidence} >= {"set", "edge"}
    for one in evidence:
        open_evidence(world, one)


def test_shared_sets_hold_both_genes(world):
    found = similar_genes(world, "GENE0100", 5)
    sets = [
        (n.symbol, one) for n in found.neighbours for s in n.sources for one in s.evidence if one.startswith("set:")
    ]
    assert sets
    for symbol, evidence in sets:
        assert {"GENE0100", symbol} <= set(open_evidence(world, evidence).facts["genes"])


def test_sources_that_do_not_know_the_gene_name_the_packs_that_would_help(world):
    found = similar_genes(world, "GENE0100", 1)
    assert found.silent["coessentiality"] == ("coessentiality",)
    assert found.silent["text_embedding"] == ("wordllama",)
    (command,) = found.remedies
    assert command.startswith("hitscout fetch ")
    assert {"coessentiality", "wordllama"} <= set(command.split())
    shown = io.StringIO()
    Console(file=shown, width=200).print(Group(*similar(found)))
    assert f"More sources: {command}" in shown.getvalue()


def test_the_same_question_has_the_same_answer(world):
    assert similar_genes(world, "GENE0100", 5) == similar_genes(world, "GENE0100", 5)


def test_a_gene_of_an_organism_without_orthologs_and_a_size_out_of_range_are_refused(named_workspace, world):
    with pytest.raises(NotFoundError, match="no one-to-one orthologs of mouse and human genes") as refused:
        similar_genes(named_workspace, "IL2", organism="mouse")
    assert "orthologs" in refused.value.suggestion
    with pytest.raises(InvalidValueError, match="0 neighbours"):
        similar_genes(world, "GENE0100", 0)


def test_a_mouse_gene_is_like_the_orthologs_of_the_genes_that_are_like_its_own(tmp_path_factory, tmp_path):
    store, _ = copied_world(tmp_path_factory, tmp_path)
    add_mouse_genes(store, [symbol for symbol in SYMBOLS if symbol != "GENE0101"])
    space = workspace_on(store, tmp_path)
    human, mouse = similar_genes(space, "GENE0100", 10), similar_genes(space, "Gene0100", 10, "mouse")
    shared = [one.symbol.title() for one in human.neighbours if one.symbol != "GENE0101"]
    assert [one.symbol for one in mouse.neighbours][: len(shared)] == shared
    with pytest.raises(NotFoundError, match="Gene0101: it has no one-to-one human ortholog"):
        similar_genes(space, "Gene0101", 10, "mouse")
