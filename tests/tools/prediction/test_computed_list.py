"""Predictions rest on what may be seen, reasons lead to facts, and choices are what was asked for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError
from db.records import Question
from db.screens.reading import contrasts_of
from tests.synthetic_store import (
    ESSENTIAL,
    MODULE_OF,
    SYMBOLS,
    add_screen,
    copied_world,
    module_effects,
    shared_world,
    workspace_on,
)
from tools.prediction.computed_list import choose, expected_hits, explain, predict
from tools.prediction.expected_hits import expected_of
from tools.prediction.reasons.facts import signed
from tools.prediction.records import Rounds
from tools.workspace import Paths, Workspace

QUESTION = Question(
    "cytokine", study="Target 2020", cell_type="T cells", modality="knockout", text="genes of the receptor and cytokin"
)
LIBRARY = pd.Index(SYMBOLS, dtype=object)
EFFECTS = module_effects([4, 7, 11], 0)


def rounds_of(names, number=1) -> Rounds:
    frame = pd.DataFrame({"perturbation": list(names), "round": number, "estimate": EFFECTS[list(names)].to_numpy()})
    return Rounds(frame.astype({"perturbation": object}))


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    store, _ = shared_world(tmp_path_factory)
    folder = tmp_path_factory.mktemp("predictions")
    return workspace_on(store, folder)


@pytest.fixture(scope="module")
def tested() -> list[str]:
    """Twelve genes of an active module, some others, and none of what stands beside them."""
    active = [SYMBOLS[i] for i in np.flatnonzero(MODULE_OF == 7)[:8]]
    return active + [SYMBOLS[i] for i in range(200, 260)]


@pytest.fixture(scope="module")
def prediction(space, tested):
    candidates = LIBRARY[~LIBRARY.isin(tested)]
    return predict(space, QUESTION, candidates, rounds_of(tested), seed=1, hits=set(tested[:8]))


def test_a_prediction_covers_exactly_the_candidates_and_says_what_it_rests_on(prediction, tested):
    assert list(prediction.posterior.frame.index) == [gene for gene in SYMBOLS if gene not in tested]
    assert {one.screen for one in prediction.priors} == {"other-a", "other-b", "other-c"}
    assert [one.screen for one in prediction.excluded] == ["target"]
    assert {one.source for one in prediction.features} >= {"gene_sets", "question_match", "essentiality"}
    assert all(one.genes > 0 for one in prediction.features if not one.missing)
    assert prediction.predictor == "blend"
    assert set(prediction.hits_so_far) == set(tested[:8])


def test_genes_beside_the_hits_become_likelier(space, prediction, tested):
    before = predict(space, QUESTION, LIBRARY, rounds_of([]), seed=1).posterior.frame
    beside = [SYMBOLS[i] for i in np.flatnonzero(MODULE_OF == 7)[8:]]
    after = prediction.posterior.frame
    assert after.loc[beside, "mean"].rank(pct=True).notna().all()
    ranks_before = before["hit_probability"].rank(pct=True)[beside].mean()
    ranks_after = after["hit_probability"].rank(pct=True)[beside].mean()
    assert ranks_after > 0.9
    assert ranks_after >= ranks_before - 0.01
    assert after.loc[beside, "support"].mean() > after["support"].mean()


def test_hiding_a_screen_and_removing_it_give_the_same_prediction(tmp_path_factory, tmp_path, space):
    from db.screens.reading import get_screen, remove_screen

    hidden = get_screen(space.store, "other-a").id
    one = predict(space, QUESTION, LIBRARY, rounds_of([]), hidden=[hidden], seed=1)
    store, _ = copied_world(tmp_path_factory, tmp_path)
    remove_screen(store, "other-a")
    bare = Workspace(store, np.random.default_rng(0), paths=Paths(tmp_path, tmp_path))
    two = predict(bare, QUESTION, LIBRARY, rounds_of([]), seed=1)
    pd.testing.assert_frame_equal(one.posterior.frame, two.posterior.frame, check_index_type=False)


def test_reasons_are_facts_that_lead_to_rows_of_the_store(space, prediction, tested):
    beside = [SYMBOLS[i] for i in np.flatnonzero(MODULE_OF == 7)[8:]]
    reasons = explain(prediction, beside)
    assert list(reasons) == beside
    evidence = [one for reason in reasons.values() for one in reason.evidence]
    assert any(one.startswith("set:CP:MODULE_7_") for one in evidence)
    assert any(one.startswith("edge:STRING:") for one in evidence)
    assert any(one.startswith("effect:") for one in evidence)
    edges = prediction.view.edges("STRING")
    known = {f"edge:STRING:{row.a}:{row.b}" for row in edges.itertuples()}
    assert {one for one in evidence if one.startswith("edge:")} <= known


def test_an_effect_is_told_with_its_rank_among_all_of_its_screen(space, prediction):
    effects = module_effects([4, 7, 12], 1)
    best = effects.abs().idxmax()
    reason = explain(prediction, [best])[best]
    from db.screens.reading import get_screen

    contrast = contrasts_of(space.store, get_screen(space.store, "other-a").id)[0].id
    assert f"effect:{contrast}:{best}" in reason.evidence
    assert f"migration in T cells (Alpha 2019): effect {signed(effects[best])}, rank 1 of 600" in reason.text


def test_an_essential_gene_comes_with_a_caution_and_an_unknown_one_with_an_honest_word(space):
    candidates = LIBRARY.append(pd.Index(["NOSUCH"], dtype=object))
    prediction = predict(space, QUESTION, candidates, rounds_of([]), seed=1)
    reasons = explain(prediction, [ESSENTIAL[0], "NOSUCH"])
    assert "common essential" in reasons[ESSENTIAL[0]].text
    assert reasons["NOSUCH"].text == "no evidence: no source knows more of it than its name"
    assert reasons["NOSUCH"].evidence == ()


def test_every_candidate_gets_a_reason(space, prediction):
    names = list(prediction.posterior.frame.index)
    assert all(reason.text for reason in explain(prediction, names).values())


def test_results_that_are_in_the_store_as_a_screen_are_not_counted_twice(space):
    measured = module_effects([4, 7, 12], 1).iloc[:40]
    rounds = rounds_of(list(measured.index)).effects.assign(estimate=measured.to_numpy())
    rest = LIBRARY[~LIBRARY.isin(measured.index)]
    prediction = predict(space, QUESTION, rest, Rounds(rounds), seed=0)
    assert {one.screen: one.why for one in prediction.excluded}["other-a"].startswith("it holds the same measurements")
    few = predict(space, QUESTION, rest, Rounds(rounds.iloc[:10]), seed=0)
    assert "other-a" not in {one.screen for one in few.excluded}


def test_hidden_screens_give_no_reasons(space, prediction):
    best = EFFECTS.abs().idxmax()
    ids = {one.id for one in prediction.view.screens()}
    from db.screens.reading import get_screen

    target = get_screen(space.store, "target").id
    assert target not in ids
    contrast = contrasts_of(space.store, target)[0].id
    assert f"effect:{contrast}:{best}" not in explain(prediction, [best])[best].evidence


def test_a_choice_is_full_without_doubles_exclusions_or_unknown_genes(space, prediction):
    excluded = list(prediction.posterior.frame["hit_probability"].nlargest(5).index)
    choice = choose(prediction, 40, exclusions=[*excluded, "NOSUCH"])
    assert len(set(choice.perturbations)) == 40
    assert set(choice.perturbations) <= set(prediction.posterior.frame.index) - set(excluded)
    assert choice.utility[list(choice.perturbations)].is_monotonic_decreasing
    again = choose(prediction, 40, exclusions=excluded)
    assert again.perturbations == choice.perturbations


def test_more_places_than_candidates_are_refused_with_the_number_that_works(space, prediction):
    with pytest.raises(InvalidValueError, match=r"`size=532`"):
        choose(prediction, 533)


def test_a_candidate_that_is_named_twice_is_refused(space):
    with pytest.raises(InvalidValueError, match="GENE0003"):
        predict(space, QUESTION, pd.Index(["GENE0003", "GENE0003"], dtype=object), rounds_of([]))


def test_expected_hits_are_the_sum_of_probabilities_within_an_interval_wider_than_independence(space, prediction):
    names = list(prediction.posterior.frame.index[:100])
    expected = expected_hits(prediction, names)
    p = prediction.posterior.frame.loc[names, "hit_probability"].to_numpy(float)
    assert expected.mean == pytest.approx(p.sum())
    assert expected.low < expected.mean < expected.high
    independent = 1.2816 * np.sqrt((p * (1 - p)).sum())
    assert expected.high - expected.low > 2 * independent
    assert expected_of([1.0] * 4).high == 4


def test_pairs_of_genes_are_candidates_like_any_other(tmp_path_factory, tmp_path):
    store, _ = copied_world(tmp_path_factory, tmp_path)
    pair = pd.Series([2.0, 0.1], index=[f"{SYMBOLS[140]}+{SYMBOLS[141]}", f"{SYMBOLS[300]}+{SYMBOLS[301]}"])
    add_screen(store, "pairs", pair, study="Pairs 2023", phenotype="pairs")
    space = workspace_on(store, tmp_path)
    candidates = pd.Index([*pair.index, *SYMBOLS[:100]], dtype=object)
    prediction = predict(space, QUESTION, candidates, rounds_of([]), seed=0)
    frame = prediction.posterior.frame
    assert frame.loc[pair.index[0], "support"] > 0
    assert frame.loc[pair.index[0], "hit_probability"] > frame.loc[pair.index[1], "hit_probability"]
    assert SYMBOLS[140] in explain(prediction, [pair.index[0]])[pair.index[0]].text


@pytest.mark.parametrize(("value", "text"), [(-2.91, "−2.9"), (0.5, "0.5"), (12.0, "12"), (-0.001234, "−0.0012")])
def test_numbers_in_reasons_are_short_and_have_a_true_minus(value, text):
    assert signed(value) == text
