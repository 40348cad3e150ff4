"""The suite compares methods in pairs, counts each study once, and says what is not at hand."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from db.errors import NotFoundError
from db.records import Question
from tests.synthetic_store import add_screen as add
from tests.synthetic_store import copied_world, module_effects, workspace_on
from tools.benchmarks import suite
from tools.benchmarks.suite import benchmark_suite, compare
from tools.benchmarks.suite_screens import SCREENS, suite_targets, targets_of_sets
from tools.replays import controls
from tui.layouts.format import page
from tui.layouts.suite import figures


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    """A store with two screens of the suite, of two studies, beside the small world's own."""
    folder = tmp_path_factory.mktemp("suite")
    store, _ = copied_world(tmp_path_factory, folder)
    add(store, "freimer-il2", module_effects([4, 7, 15], 31), study="Freimer 2022", phenotype="IL-2")
    add(store, "umhoefer-foxp3-teff", module_effects([7, 11, 12], 32), study="Umhoefer 2025", phenotype="FOXP3")
    return workspace_on(store, folder)


@pytest.fixture(scope="module")
def played(space):
    """Two rounds of both screens, two seeds each."""
    return benchmark_suite(space, ("blend", "mean_baseline"), rounds=2, seeds=2, workers=1)


def test_a_gain_is_the_mean_over_studies_of_paired_differences():
    own = {"a": [1.0, 1.2], "b": [0.5, 0.7], "c": [2.0, 2.0]}
    theirs = {"a": [0.5, 0.7], "b": [0.9, 1.1], "c": [1.0, 1.0]}
    found = compare("x", own, "y", theirs, {"a": "S", "b": "S", "c": "T"})
    assert found.screens == pytest.approx({"a": 0.5, "b": -0.4, "c": 1.0})
    # Study S: (0.5 - 0.4) / 2; study T: 1.
    assert found.mean == pytest.approx((0.05 + 1.0) / 2)
    assert (found.low, found.high) == pytest.approx((0.05, 1.0))
    assert found.studies == 2
    assert found.losses == ("b",)


def test_the_bounds_are_those_of_the_bootstrap_over_studies():
    rng = np.random.default_rng(1)
    gains = rng.normal(0.3, 0.2, size=200)
    own = {f"s{i}": [gain] for i, gain in enumerate(gains)}
    theirs = {name: [0.0] for name in own}
    found = compare("x", own, "y", theirs, {name: name for name in own})
    error = gains.std() / np.sqrt(200)
    assert (found.low, found.high) == pytest.approx(
        (gains.mean() - 1.645 * error, gains.mean() + 1.645 * error), abs=4e-3
    )


def test_a_screen_that_a_control_could_not_be_played_on_is_left_out_of_its_comparison():
    found = compare("x", {"a": [1.0], "b": [1.0]}, "y", {"a": [0.0], "b": [float("nan")]}, {"a": "S", "b": "T"})
    assert (found.studies, found.mean) == (1, 1.0)
    assert np.isnan(compare("x", {"b": [1.0]}, "y", {"b": [float("nan")]}, {"b": "T"}).mean)


def test_the_suite_plays_what_is_at_hand_and_names_the_packs_of_the_rest(played):
    report = played.to_json()
    assert [one["name"] for one in report["screens"]] == ["freimer-il2", "umhoefer-foxp3-teff"]
    assert {gain["over"] for gain in report["gains"]} == {
        "depmap_order", "recurrence", "nearest_screen", "question_only", "prior_only", "permuted_feedback",
        "random_embeddings", "mean_baseline",
    }  # fmt: skip
    ahead = next(gain for gain in report["gains"] if gain["over"] == "mean_baseline")
    assert ahead["low"] > 0
    assert ahead["losses"] == []
    assert report["missing"]["IFNG"] == "biodiscovery-ifng"
    assert report["setting"]["hits_revealed"] is True
    assert report["setting"]["pool"] == "specific"
    assert report["left_out"] == []
    assert set(report["screens"][0]["controls"]) == set(controls.NAMES)
    bins = report["screens"][0]["reliability"]
    assert sum(one["nominations"] for one in bins) == 2 * 2 * 32
    assert all(one["low"] <= one["expected"] <= one["high"] for one in bins)
    json.dumps(report, allow_nan=False)


def test_the_suite_can_hide_which_genes_are_hits(space):
    report = benchmark_suite(
        space, ("mean_baseline",), screens=["freimer-il2"], rounds=1, seeds=1, reveal_hits=False, workers=1
    )
    assert report.setting["hits_revealed"] is False


def test_a_screen_without_a_hit_in_the_pool_is_left_out_and_named(space, monkeypatch):
    found = suite_targets(space, "json")
    dying, other = found.targets
    table = dying.table.assign(hit=dying.table["fitness"])
    changed = replace(found, targets=(replace(dying, table=table), other))
    monkeypatch.setattr(suite, "suite_targets", lambda *_: changed)
    report = benchmark_suite(space, ("mean_baseline",), rounds=1, seeds=1, workers=1)
    assert report.to_json()["left_out"] == [dying.name]
    assert [one.name for one in report.screens] == [other.name]
    assert f"Without any hit in this pool: {dying.name}" in page(figures(report))


def test_trust_is_also_told_over_the_nominations_of_all_screens(played):
    outcomes = [outcome for screen in played.screens for outcome in screen.outcomes]
    every = [one for outcome in outcomes for one in outcome.rounds]
    later = [one for outcome in outcomes for one in outcome.rounds[1:]]
    for rounds, after in ((every, 0), (later, 1)):
        found = sum(one.hit.sum() for one in rounds) / sum(one.probability.sum() for one in rounds)
        assert played.calibration(after)["observed_over_expected"] == pytest.approx(found)
    assert len(every) == 2 * len(later) == 2 * 2 * 2
    assert sum(one.nominations for one in played.reliability()) == sum(len(one.hit) for one in every)


def test_screens_that_nobody_may_tune_on_are_not_in_the_suite():
    named = " ".join(f"{one.name} {one.screen} {one.pack}" for one in SCREENS).casefold()
    assert not any(hidden in named for hidden in ("carnevale", "scharenberg", "steinhart", "hepg2", "jurkat"))


def test_an_unknown_screen_or_an_empty_store_is_refused_with_what_would_help(space, workspace):
    with pytest.raises(NotFoundError) as caught:
        benchmark_suite(space, screens=["nothing"], workers=1)
    assert "freimer-il2" in caught.value.suggestion
    with pytest.raises(NotFoundError) as caught:
        suite_targets(workspace, "json")
    assert "`fetch(['biodiscovery-ifng'" in caught.value.suggestion


def test_a_gene_set_is_a_phenotype_whose_hits_lie_on_the_rarer_side():
    names = [f"GENE{i:04d}" for i in range(200)]
    rows = pd.DataFrame(
        {
            "perturbation": names, "readout": "7-translation", "split": "train",
            "de": pd.array([True] * 150 + [False] * 50, dtype="boolean"),
            "up": pd.array([True] * 40 + [False] * 110 + [pd.NA] * 50, dtype="boolean"),
        }
    )  # fmt: skip
    target = targets_of_sets(rows, Question("", study="R", cell_type="K562"), frozenset(names[:5]))[0]
    assert target.name == "K562 7-translation"
    assert (target.question.side, target.question.hit_rule) == ("high", "estimate>0")
    assert "raises the expression of genes of translation" in target.question.text
    assert list(target.table.index[target.table["hit"]]) == names[:40]
    assert target.table["essential"].sum() == 5
    assert target.table["effect"].value_counts().to_dict() == {-1.0: 110, 0.0: 50, 1.0: 40}
