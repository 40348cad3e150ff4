"""What other screens say of a perturbation, in words, on a real store."""

from __future__ import annotations

import pytest

from db.records import Question
from db.view import View
from tests.campaign_world import add_measured, new_workspace
from tests.synthetic_store import SYMBOLS, module_effects
from tools.evidence import open_evidence
from tools.prediction.reasons.effects import add_effects
from tools.prediction.reasons.facts import Clauses, Fact

ASKED = Question("IL-2 production", cell_type="T cells", modality="knockout")
EFFECTS = module_effects([4, 7], 21)
STRENGTHS = EFFECTS.abs().sort_values(ascending=False)
HIT, MISS = STRENGTHS.index[2], STRENGTHS.index[400]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    workspace = new_workspace(tmp_path_factory.mktemp("effects"), bare=True)
    add_measured(workspace.store, "donor", EFFECTS, study="Donor 2020", phenotype="IL2 secretion")
    return workspace


def said(workspace, raised=None, names=(HIT, MISS)) -> dict[str, list[Fact]]:
    clauses = Clauses()
    with workspace.store.read():
        add_effects(
            clauses,
            View(workspace.store),
            View(workspace.store).effects(),
            ASKED,
            {name: [name] for name in names},
            raised or {},
        )
    return clauses.facts


def test_a_hit_of_the_same_phenotype_is_told_first_with_what_it_does_to_the_chance(world):
    first = said(world, {HIT: (0.051, 0.62)})[HIT][0]
    assert first.text == (
        "rank 3 of 600 in donor, which measured IL2 secretion in T cells: that raises its chance from 0.051 to 0.62"
    )
    assert not first.against
    assert open_evidence(world, first.evidence[0]).facts["screen"] == "donor"


def test_no_hit_of_the_same_phenotype_speaks_against_and_does_not_raise(world):
    first = said(world, {MISS: (0.03, 0.03)})[MISS][0]
    assert first.text == (
        "no hit in donor, which measured IL2 secretion in T cells (rank 401 of 600): that does not raise its chance"
    )
    assert first.against


def test_a_predictor_that_does_not_hear_it_so_claims_no_change(world):
    assert said(world)[HIT][0].text == "rank 3 of 600 in donor, which measured IL2 secretion in T cells"


def test_what_is_no_hit_but_strong_enough_to_raise_says_so_and_does_not_speak_against(world):
    near = STRENGTHS.index[40]
    (first, *_) = said(world, {near: (0.05, 0.09)}, [near])[near]
    assert first.text.startswith("no hit in donor")
    assert first.text.endswith("that raises its chance from 0.05 to 0.09")
    assert not first.against


def test_screens_of_other_phenotypes_are_strong_effects_and_nothing_more(world):
    strong = module_effects([4, 7, 12], 0).abs().idxmax()
    texts = [fact.text for fact in said(world, names=[strong])[strong]]
    assert any(text.startswith("alpha phenotype in T cells (Study alpha): effect ") for text in texts)
    assert not any("alpha" in text and "chance" in text for text in texts)


def test_several_screens_of_the_phenotype_are_one_clause_and_activation_is_named(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    add_measured(workspace.store, "donor", EFFECTS, study="Donor 2020", phenotype="IL2 secretion")
    add_measured(
        workspace.store,
        "raised",
        module_effects([9], 5),
        study="Act 2021",
        phenotype="IL-2 level",
        modality="activation",
    )
    first = said(workspace, {HIT: (0.1, 0.5)})[HIT][0]
    assert len(first.evidence) == 2
    assert "rank 3 of 600 in donor" in first.text
    assert ", and no hit in raised, which measured IL-2 level in T cells by activation (rank " in first.text


def test_effects_without_a_sign_have_strength_and_no_direction(tmp_path):
    workspace = new_workspace(tmp_path, bare=True)
    strengths = EFFECTS.abs()
    add_measured(
        workspace.store, "eaten", strengths, study="Eat 2018", phenotype="phagocytosis", positive_means="unsigned"
    )
    texts = [fact.text for fact in said(workspace, names=[HIT])[HIT]]
    assert (
        f"phagocytosis in T cells (Eat 2018): strength {strengths[HIT]:.2g} without direction, rank 3 of 600" in texts
    )


def test_a_pair_is_told_by_its_genes(world):
    pair = "+".join(sorted([HIT, SYMBOLS[5]]))
    clauses = Clauses()
    with world.store.read():
        add_effects(clauses, View(world.store), View(world.store).effects(), ASKED, {pair: pair.split("+")}, {})
    assert f"{HIT} is rank 3 of 600 in donor" in clauses.facts[pair][0].text
