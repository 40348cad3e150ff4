"""What every method of a family owes to the others, checked before any method is tuned."""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest

from db.records import Question
from db.view import View
from tests.synthetic_store import (
    SYMBOLS,
    add_knowledge,
    add_screen,
    copied_world,
    module_effects,
    shared_world,
    workspace_on,
)
from tools import registry
from tools.genes.knowledge import knowledge_of
from tools.prediction.computed_list import gather
from tools.prediction.feature_frames import build, for_perturbations
from tools.prediction.records import Posterior, Priors, Rounds
from tools.replays.metrics.base import Outcome, RoundOutcome

QUESTION = Question(
    "cytokine", study="Target 2020", cell_type="T cells", modality="knockout", text="genes of the receptor and cytokin"
)
LIBRARY = pd.Index(SYMBOLS, dtype=object)
NOTHING = Rounds(pd.DataFrame({"perturbation": [], "round": [], "estimate": []}).astype({"perturbation": object}))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The store of the small world with screens whose words name something, only read, and its screens' ids."""
    return _asking(tmp_path_factory)


def _asking(factory, folder=None):
    """A copy of the small world with two more screens, which ask in words that sets and texts have."""
    store, ids = copied_world(factory, folder or factory.mktemp("asking"))
    for seed, (name, text) in enumerate({"asking": "the helicase", "asking-too": "a transporter"}.items()):
        ids[name] = add_screen(store, name, module_effects([4], 20 + seed), study=f"{name} 2024", text=text)
    return store, ids


def _source(name, store):
    method = registry.load("features", name)
    return method(knowledge_of(View(store))) if method.reads_knowledge else method()


@pytest.fixture(scope="module")
def basis(tmp_path_factory):
    """Features and priors of the question, made once."""
    store, _ = shared_world(tmp_path_factory)
    folder = tmp_path_factory.mktemp("basis")
    return gather(workspace_on(store, folder), QUESTION, LIBRARY)


def revealed(count: int, seed: int = 3) -> Rounds:
    """The target's own effects of some genes."""
    effects = module_effects([4, 7, 11], 0)
    names = np.random.default_rng(seed).choice(SYMBOLS, count, replace=False)
    return Rounds(pd.DataFrame({"perturbation": names, "round": 1, "estimate": effects[names].to_numpy()}))


@pytest.mark.parametrize("name", registry.names("features"))
def test_a_feature_source_gives_the_same_frame_whether_hidden_rows_are_in_the_store_or_not(
    name, tmp_path_factory, tmp_path
):
    store, ids = _asking(tmp_path_factory, tmp_path)
    source = _source(name, store)
    hidden = source.features(LIBRARY, QUESTION, View(store, [ids["target"]]))
    from db.screens.reading import remove_screen

    remove_screen(store, "target")
    without = source.features(LIBRARY, QUESTION, View(store))
    assert not without.empty
    pd.testing.assert_frame_equal(hidden, without)


@pytest.mark.parametrize("name", registry.names("features"))
def test_a_feature_source_is_unmoved_by_the_order_and_number_of_genes_asked_for(name, world):
    store, _ = world
    source = _source(name, store)
    whole = source.features(LIBRARY, QUESTION, View(store))
    some = LIBRARY[::-7]
    part = source.features(some, QUESTION, View(store))
    assert list(part.index) == [gene for gene in some if gene in whole.index]
    pd.testing.assert_frame_equal(part, whole.loc[part.index])
    assert part.index.is_unique


@pytest.mark.parametrize("name", registry.names("features"))
def test_a_feature_source_on_a_bare_store_is_empty_and_its_packs_are_named(name, store):
    built = build([name], LIBRARY, QUESTION, View(store), None)
    assert built.frames == {}
    assert built.missing[name]


@pytest.mark.parametrize("name", registry.names("features"))
def test_a_feature_source_says_truly_whether_it_reads_effects_and_the_question(name, world):
    store, ids = world
    source = _source(name, store)
    before = source.features(LIBRARY, QUESTION, View(store))
    fewer = source.features(LIBRARY, QUESTION, View(store, [ids["other-a"], ids["asking"]]))
    asked = Question("other words", text="helicase transporter channel")
    other = source.features(LIBRARY, asked, View(store))
    assert before.equals(fewer) is not source.reads_effects
    assert before.equals(other) is not source.reads_question


def test_the_cache_gives_back_what_was_computed_and_notices_a_hidden_screen(world, tmp_path):
    store, ids = world
    sources = registry.names("features")
    fresh = build(sources, LIBRARY, QUESTION, View(store), None)
    build(sources, LIBRARY, QUESTION, View(store), tmp_path)
    cached = build(sources, LIBRARY, QUESTION, View(store), tmp_path)
    for name in sources:
        pd.testing.assert_frame_equal(cached.frames[name], fresh.frames[name], check_index_type=False)
    hidden = build(sources, LIBRARY, QUESTION, View(store, [ids["asking"]]), tmp_path)
    assert not hidden.frames["questions_of_priors"].equals(cached.frames["questions_of_priors"])


def test_a_late_source_knows_beforehand_what_its_frame_will_know(world, tmp_path):
    store, _ = world
    late = [name for name in registry.names("features") if hasattr(registry.load("features", name), "known")]
    assert late
    for folder in (None, tmp_path, tmp_path):
        built = build(late, LIBRARY[::3], QUESTION, View(store), folder, late=late)
        known = {name: list(built.frames.known(name)) for name in built.frames}
        assert known == {name: list(built.frames[name].index) for name in built.frames}
        assert known


def test_a_half_written_cache_file_is_computed_again(world, tmp_path):
    store, _ = world
    build(["gene_sets"], LIBRARY, QUESTION, View(store), tmp_path)
    path = next(tmp_path.glob("gene_sets-*.npy"))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    again = build(["gene_sets"], LIBRARY, QUESTION, View(store), tmp_path)
    assert len(again.frames["gene_sets"]) > 400
    assert path.read_bytes() == whole


def test_a_pair_has_the_mean_of_its_genes_features_and_half_a_pair_has_none():
    frame = pd.DataFrame({"x": [1.0, 3.0], "y": [0.0, 4.0]}, index=["A", "B"])
    rows = for_perturbations(frame, pd.Index(["A+B", "B", "A+C"], dtype=object))
    assert list(rows.index) == ["A+B", "B"]
    assert rows.loc["A+B"].tolist() == [2.0, 2.0]


@pytest.mark.parametrize("name", registry.names("predictors"))
def test_a_predictor_meets_its_protocol(name, basis):
    unknown = pd.Index(["NOSUCHGENE", *SYMBOLS[:300]], dtype=object)
    for rounds in (NOTHING, revealed(120)):
        candidates = unknown[~unknown.isin(rounds.effects["perturbation"])]
        predictor = registry.load("predictors", name)()
        fitted = predictor.fit(basis.features.frames, rounds, basis.choice.priors, QUESTION, np.random.default_rng(0))
        frame = fitted.predict(candidates).frame
        assert list(frame.index) == list(candidates)
        assert {"mean", "sd", "hit_probability", "low", "high", "support"} <= set(frame.columns)
        assert np.isfinite(frame.to_numpy(float)).all()
        assert (frame["sd"] >= 0).all()
        assert frame["hit_probability"].between(0, 1).all()
        assert (frame["low"] <= frame["hit_probability"]).all()
        assert (frame["hit_probability"] <= frame["high"]).all()
        assert frame["support"].between(0, 1).all()
        assert frame.at["NOSUCHGENE", "support"] == 0


@pytest.mark.parametrize("name", registry.names("predictors"))
def test_a_predictor_is_unmoved_by_the_order_of_candidates_rounds_and_priors(name, basis):
    rounds, shuffle = revealed(120), np.random.default_rng(5)
    candidates = LIBRARY[~LIBRARY.isin(rounds.effects["perturbation"])]
    turned = candidates[shuffle.permutation(len(candidates))]
    effects = basis.choice.priors.effects
    priors = Priors(basis.choice.priors.screens, effects.iloc[shuffle.permutation(len(effects))])
    mixed = Rounds(rounds.effects.iloc[shuffle.permutation(120)])
    make = registry.load("predictors", name)
    first = make().fit(basis.features.frames, rounds, basis.choice.priors, QUESTION, np.random.default_rng(0))
    second = make().fit(basis.features.frames, mixed, priors, QUESTION, np.random.default_rng(0))
    expected = first.predict(candidates).frame
    pd.testing.assert_frame_equal(second.predict(turned).frame.loc[candidates], expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", registry.names("predictors"))
def test_a_predictor_without_features_gives_everyone_the_base_rate(name):
    empty = Priors((), pd.DataFrame({"screen_id": [], "contrast_id": [], "perturbation": [], "estimate": []}))
    empty = Priors((), empty.effects.astype({"perturbation": object}))
    fitted = registry.load("predictors", name)().fit({}, NOTHING, empty, QUESTION, np.random.default_rng(0))
    frame = fitted.predict(LIBRARY).frame
    assert frame["hit_probability"].round(9).eq(0.05).all()
    assert frame["support"].eq(0).all()


def test_the_hit_probabilities_of_the_first_round_sum_to_the_base_rate(basis):
    fitted = registry.load("predictors", "blend")().fit(
        basis.features.frames, NOTHING, basis.choice.priors, QUESTION, np.random.default_rng(0)
    )
    assert fitted.predict(LIBRARY).frame["hit_probability"].mean() == pytest.approx(0.05, rel=0.02)


@pytest.mark.parametrize("name", registry.names("acquisitions"))
def test_an_acquisition_gives_each_candidate_a_utility_that_row_order_does_not_move(name):
    draws = np.random.default_rng(2)
    frame = pd.DataFrame(
        {"mean": draws.normal(size=50)}
        | {column: draws.random(50) for column in ("sd", "hit_probability", "low", "high", "support")},
        index=pd.Index(SYMBOLS[:50], dtype=object),
    )
    turned = frame.iloc[draws.permutation(50)]
    acquisition = registry.load("acquisitions", name)()
    utility = acquisition.utility(Posterior(frame), np.random.default_rng(7))
    assert list(utility.index) == list(frame.index)
    assert np.isfinite(utility.to_numpy()).all()
    assert utility.nunique() == 50
    again = acquisition.utility(Posterior(turned), np.random.default_rng(7))
    pd.testing.assert_series_equal(again.loc[frame.index], utility)


@pytest.mark.parametrize("name", registry.names("metrics"))
def test_a_metric_has_a_title_and_says_nan_where_there_is_nothing(name):
    metric = registry.load("metrics", name)()
    assert metric.title
    assert np.isnan(metric.value(Outcome([], 0, 0)))
    one = RoundOutcome(np.array([0.2, 0.4, 0.1, 0.3]), np.array([False, True, True, False]), 0, 2, 0.1, 0.2)
    outcome = Outcome([one], 10, 100, {"low": (1, 2), "high": (0, 2)})
    assert np.isfinite(metric.value(outcome))


@pytest.mark.parametrize("family", ["features", "predictors", "acquisitions", "metrics"])
def test_every_method_file_is_documented(family):
    for name in registry.names(family):
        method = registry.load(family, name)
        assert inspect.getdoc(method), name
        assert inspect.getdoc(inspect.getmodule(method)), name


def test_an_unknown_method_is_refused_with_a_near_name():
    from db.errors import NotFoundError

    with pytest.raises(NotFoundError) as caught:
        registry.load("predictors", "blendd")
    assert "blend" in caught.value.suggestion


def test_a_store_with_knowledge_but_no_screens_still_ranks(store, workspace):
    add_knowledge(store)
    basis = gather(workspace, QUESTION, LIBRARY)
    assert basis.choice.priors.screens == ()
    fitted = registry.load("predictors", "blend")().fit(
        basis.features.frames, revealed(150), basis.choice.priors, QUESTION, np.random.default_rng(0)
    )
    frame = fitted.predict(LIBRARY).frame
    assert frame["mean"].std() > 0
