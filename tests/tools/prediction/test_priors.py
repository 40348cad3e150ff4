"""Which screens may be priors, case by case."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from db.records import Question, Screen
from db.view import View
from tests.campaign_world import add_measured, new_workspace
from tests.synthetic_store import SYMBOLS, module_effects
from tools.prediction.priors import choose_priors, relation_to_question, spearman, strength_ranks
from tools.prediction.records import Priors
from tools.screens.strength import strength


def screen(**changes) -> Screen:
    values = {
        "id": 1, "name": "s", "study": "Schmidt 2022", "organism": "human", "cell_type": "T cells",
        "phenotype": "IL-2 production", "condition": "", "library": "", "modality": "interference", "method": "",
        "readout": "", "readout_gene": "", "text": "", "hit_rule": "top 5%", "side": "both", "ingest_id": 1,
    }  # fmt: skip
    return Screen(**{**values, **changes})


QUESTION = Question("IL-2 production", study="Schmidt 2022", cell_type="T cells", modality="interference")


@pytest.mark.parametrize(
    ("changes", "relation"),
    [
        ({}, "copy"),
        ({"study": "SCHMIDT 2022", "phenotype": "il-2 Production"}, "copy"),
        ({"library": "another", "condition": "donor 2"}, "copy"),
        ({"modality": ""}, "copy"),
        ({"cell_type": ""}, "copy"),
        ({"phenotype": "IFN-gamma production"}, "sibling"),
        ({"cell_type": "CD8 T cells"}, "sibling"),
        ({"modality": "activation"}, "sibling"),
        ({"study": "Freimer 2022"}, "other"),
        ({"study": ""}, "undeclared"),
    ],
)
def test_a_screen_stands_to_a_question_as_declared(changes, relation):
    assert relation_to_question(QUESTION, screen(**changes)) == relation


def test_the_rank_correlation_is_spearman_s_over_shared_names_and_none_for_few():
    rng = np.random.default_rng(0)
    a = pd.Series(rng.normal(size=400).round(1), index=[f"G{i}" for i in range(400)])
    b = (a * 0.5 + rng.normal(size=400)).round(1)[::-1]
    assert spearman(a, b) == pytest.approx(spearmanr(a, b[a.index]).statistic)
    assert spearman(a, b[:299]) is None
    assert spearman(a, pd.Series(1.0, index=a.index)) is None


def test_strength_points_to_the_side_of_the_hits():
    effects = pd.Series([-2.0, 1.0])
    assert strength(effects, "both").tolist() == [2.0, 1.0]
    assert strength(effects, "low").tolist() == [2.0, -1.0]
    assert strength(effects, "high").tolist() == [-2.0, 1.0]


def test_ranks_are_within_a_contrast_on_its_screens_side_and_pairs_are_left_out():
    effects = pd.DataFrame(
        {
            "screen_id": [1, 1, 1, 2, 2, 1],
            "contrast_id": [10, 10, 10, 20, 20, 10],
            "perturbation": ["A", "B", "C", "A", "B", "A+B"],
            "estimate": [-3.0, 2.0, 1.0, -3.0, 2.0, 9.0],
        }
    )
    ranks = strength_ranks(Priors((screen(), screen(id=2, name="t", side="high")), effects))
    np.testing.assert_allclose(ranks[10].to_numpy(), [2.5 / 3, 1.5 / 3, 0.5 / 3])
    np.testing.assert_allclose(ranks[20].to_numpy(), [0.25, 0.75, np.nan])


# Of a store -------------------------------------------------------------------------------------

OWN = Question("IL-2 production", study="Own 2026", cell_type="T cells", modality="knockout")


@pytest.fixture
def store(tmp_path):
    """A store with two screens of others, a donor of the question's own screen, and a sibling of it."""
    found = new_workspace(tmp_path, bare=True).store
    add_measured(found, "donor 1", module_effects([4, 7], 21), study="Own 2026", phenotype="IL-2 production")
    add_measured(found, "sibling", module_effects([4, 9], 22), study="own 2026", phenotype="IFN-gamma production")
    return found


def used(choice) -> dict[str, str]:
    return {one.screen: one.relation for one in choice.used}


def refused(choice) -> dict[str, str]:
    return {one.screen: one.why for one in choice.excluded}


def test_in_a_campaign_of_one_s_own_copies_and_siblings_are_earlier_measurements(store):
    choice = choose_priors(View(store), OWN)
    assert used(choice) == {"alpha": "other", "beta": "other", "donor 1": "copy", "sibling": "sibling"}
    assert refused(choice) == {}
    assert {screen.name for screen in choice.view.screens()} == set(used(choice))


def test_in_a_replay_copies_stay_hidden_and_siblings_unless_they_are_asked_for(store):
    plain, wider = (choose_priors(View(store), OWN, replay=True, siblings=siblings) for siblings in (False, True))
    assert set(used(plain)) == {"alpha", "beta"}
    assert set(used(wider)) == {"alpha", "beta", "sibling"}
    for choice in (plain, wider):
        assert refused(choice)["donor 1"].startswith("a copy")
        assert "donor 1" not in {screen.name for screen in choice.view.screens()}
        assert set(choice.priors.effects["screen_id"]) == {screen.id for screen in choice.view.screens()}


def test_of_donors_that_measured_the_same_genes_the_largest_stands_for_all(store):
    add_measured(store, "donor 2", module_effects([4, 7], 23)[:590], study="Own 2026", phenotype="IL-2 production")
    choice = choose_priors(View(store), OWN)
    assert "donor 1" in used(choice)
    assert refused(choice) == {"donor 2": "the same experiment as donor 1, which is used"}


def test_a_copy_that_the_question_gives_no_weight_stands_for_no_other(store):
    add_measured(store, "donor 2", module_effects([4, 7], 23)[:590], study="Own 2026", phenotype="IL-2 production")
    weighed = Question(**{**vars(OWN), "screen_weights": {"Donor 1": 0.0}})
    assert refused(choose_priors(View(store), weighed)) == {"donor 1": "the same experiment as donor 2, which is used"}


def test_copies_with_libraries_of_their_own_stand_beside_each_other(tmp_path):
    store = new_workspace(tmp_path, bare=True).store
    effects = module_effects([4, 7], 21)
    for name, genes in {"first half": SYMBOLS[:320], "second half": SYMBOLS[280:]}.items():
        add_measured(store, name, effects[genes], study="Own 2026", phenotype="IL-2 production")
    assert {"first half", "second half"} <= set(used(choose_priors(View(store), OWN)))


def test_the_very_measurements_of_the_results_so_far_are_no_earlier_ones_but_another_donor_is(store):
    results = module_effects([4, 7], 21)[:60]
    again = choose_priors(View(store), OWN, known=results)
    assert refused(again) == {"donor 1": "it holds the same measurements as the results so far"}
    assert "donor 1" in used(choose_priors(View(store), OWN, known=module_effects([4, 7], 99)[:60]))
