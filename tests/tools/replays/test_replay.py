"""A replay sees nothing that it must not see, and says what it was measured against."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError, NotFoundError
from tests.synthetic_store import (
    ESSENTIAL,
    GENES,
    SYMBOLS,
    add_knowledge,
    add_screen,
    copied_world,
    module_effects,
    shared_world,
    workspace_on,
)
from tools.prediction.computed_list import gather
from tools.prediction.predictors.mean_baseline import MeanBaseline
from tools.replays import controls
from tools.replays.one_seed import Job, bootstrapped, make_course, run_seed
from tools.replays.replay import replay
from tools.replays.target import make_table, target_of_screen
from tools.workspace import Paths, Workspace

QUICK = {"size": 16, "rounds": 2, "seeds": 1, "workers": 1, "controls": False}
WHOLE = {**QUICK, "controls": True}
BARE = {**QUICK, "predictor": "mean_baseline"}
"""For what is settled before anything is predicted."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A workspace on the small world, only read."""
    store, _ = shared_world(tmp_path_factory)
    return workspace_on(store, tmp_path_factory.mktemp("replay"))


@pytest.fixture
def own(tmp_path_factory, tmp_path):
    """A workspace on a copy of the small world that may be changed."""
    store, _ = copied_world(tmp_path_factory, tmp_path)
    return workspace_on(store, tmp_path)


@pytest.fixture(scope="module")
def job(shared) -> Job:
    target = target_of_screen(shared, "target", "json")
    basis = gather(
        shared, target.question, target.table.index, hidden=target.hidden, replay=True, known=target.table["effect"]
    )
    return Job(target, basis.features.frames, basis.choice.priors, 3, 16, False, "blend", "greedy", False)


def picks_of(report, number=0):
    return report.screens[number].picks


def test_a_replay_finds_more_than_random_and_reports_the_agreed_keys(shared):
    report = replay(shared, ["target"], **{**WHOLE, "seeds": 2}).to_json()
    screen = report["screens"][0]
    assert screen["hit_ratio"]["mean"] > 2 * screen["controls"]["random"]["hit_ratio"]
    assert screen["controls"]["random"]["hit_ratio"] == pytest.approx(32 / GENES, abs=1e-6)
    assert set(screen["controls"]) == set(controls.NAMES)
    assert report["setting"] == {
        "pool": "all", "siblings": False, "text": "json", "rounds": 2, "seeds": 2, "language_model": None,
    }  # fmt: skip
    assert [row["tested"] for row in screen["by_round"]] == [16, 32]
    assert screen["by_round"][-1]["hit_ratio"] == pytest.approx(screen["hit_ratio"]["mean"], abs=1e-5)
    for held in ("calibration", "calibration_learnt"):
        assert set(screen[held]) == {"slope", "observed_over_expected", "log_loss_skill", "coverage80"}
        assert report[held] == screen[held]
    assert report["reliability"] == screen["reliability"]
    assert set(report["mean"]) >= {"hit_ratio_nonessential", "log_enrichment"}
    assert {p["screen"] for p in screen["priors"]} == {"other-a", "other-b", "other-c"}
    assert all(p["relation"] == "other" and abs(p["spearman"]) < 0.3 for p in screen["priors"])
    json.dumps(report, allow_nan=False)


def test_the_same_seeds_give_the_same_json_whether_in_one_process_or_two(shared):
    def plain(workers):
        report = replay(shared, ["target"], **{**WHOLE, "rounds": 2, "seeds": 2, "workers": workers}).to_json()
        for screen in report["screens"]:
            screen.pop("seconds")
        return json.dumps(report)

    assert plain(1) == plain(2)


def test_permuting_unrevealed_effects_changes_nothing_in_the_next_round(job):
    first = run_seed(job, 0)
    seen = {name for step in first.picks[:2] for name in step}
    table = job.target.table.copy()
    unseen = ~table.index.isin(seen)
    shuffled = np.random.default_rng(1).permutation(np.flatnonzero(unseen))
    for column in ("effect", "hit"):
        values = table[column].to_numpy(copy=True)
        values[unseen] = table[column].to_numpy()[shuffled]
        table[column] = values
    changed = run_seed(replace(job, target=replace(job.target, table=table)), 0)
    assert changed.picks == first.picks
    assert changed.curve != first.curve


def test_effects_that_were_revealed_do_change_the_next_round(job):
    first = run_seed(job, 0)
    table = job.target.table.copy()
    chosen = list(first.picks[0])
    table.loc[chosen, "effect"] = table.loc[chosen[::-1], "effect"].to_numpy()
    changed = run_seed(replace(job, target=replace(job.target, table=table)), 0)
    assert changed.picks[0] == first.picks[0]
    assert changed.picks[1] != first.picks[1]


def test_the_order_of_rows_in_the_file_changes_nothing(job):
    frame = job.target.table
    order = np.random.default_rng(2).permutation(len(frame))

    def table(rows):
        names = pd.Series(rows.index, index=rows.index)
        return make_table(names, names, rows["effect"], set(frame.index[frame["hit"]]), ESSENTIAL)

    sorted_by_rank = table(frame.sort_values("effect"))
    shuffled = table(frame.iloc[order])
    pd.testing.assert_frame_equal(sorted_by_rank, shuffled)
    one = run_seed(replace(job, target=replace(job.target, table=sorted_by_rank)), 3)
    two = run_seed(replace(job, target=replace(job.target, table=shuffled)), 3)
    assert one.picks == two.picks


def test_a_constant_predictor_scores_as_random_even_on_a_file_sorted_by_rank(job):
    constant = replace(job, predictor="mean_baseline", features={}, rounds=2, size=30)
    assert isinstance(MeanBaseline(), MeanBaseline)
    found = [run_seed(constant, seed).curve[-1][1] for seed in range(60)]
    hits = int(job.target.table["hit"].sum())
    expected = 60 * hits * 60 / GENES
    spread = np.sqrt(60 * hits * (60 / GENES) * (1 - 60 / GENES))
    assert abs(sum(found) - expected) < 3 * spread


def test_a_hidden_copy_in_the_store_changes_no_pick(shared, own):
    before = replay(shared, ["target"], **QUICK)
    copy = module_effects([4, 7, 11], 0) * 2 + 0.1
    add_screen(own.store, "donor-2", copy, study="target 2020", cell_type="T Cells")
    after = replay(own, ["target"], **QUICK)
    assert picks_of(after) == picks_of(before)
    why = {one.screen: one.why for one in after.screens[0].excluded}
    assert "copy" in why["donor-2"]


@pytest.mark.parametrize("disguise", ["renamed", "rescaled", "flipped", "unsigned", "undeclared"])
def test_a_planted_copy_of_the_target_is_refused_in_every_disguise(own, disguise):
    copy = module_effects([4, 7, 11], 0)
    changed = {
        "renamed": copy,
        "rescaled": np.sign(copy) * copy.abs() ** 0.5 * 100,
        "flipped": -copy + np.random.default_rng(0).normal(0, 0.5, GENES),
        "unsigned": copy.abs(),
        "undeclared": copy,
    }[disguise]
    study = "" if disguise == "undeclared" else "Somebody Else 1999"
    add_screen(own.store, "innocent", changed, study=study, phenotype="something else", cell_type="yeast-like")
    told = []
    report = replay(replace(own, report=lambda p: told.append(p.message)), ["target"], **BARE)
    why = {one.screen: one.why for one in report.screens[0].excluded}
    assert ("not declared" if disguise == "undeclared" else "Spearman") in why["innocent"]
    assert "innocent" not in {one.screen for one in report.screens[0].priors}
    assert any("innocent is no prior" in message for message in told)


def test_a_copy_that_leaves_its_cell_type_blank_does_not_pass_for_a_sibling(own):
    add_screen(own.store, "blank", module_effects([4, 7, 11], 9), study="Target 2020", cell_type="")
    report = replay(own, ["target"], **BARE, siblings=True)
    assert "copy" in {one.screen: one.why for one in report.screens[0].excluded}["blank"]


def test_siblings_are_let_in_only_when_asked_for_and_then_ranked_as_a_control(own):
    add_screen(own.store, "sibling", module_effects([4, 20], 8), study="Target 2020", phenotype="growth")
    without = replay(own, ["target"], **QUICK)
    assert "sibling" in {one.screen: one.why for one in without.screens[0].excluded}["sibling"]
    assert controls.WITH_SIBLINGS not in without.screens[0].controls
    asked = replay(own, ["target"], **WHOLE, siblings=True)
    assert {one.screen: one.relation for one in asked.screens[0].priors}["sibling"] == "sibling"
    assert asked.screens[0].controls[controls.WITH_SIBLINGS] is not None


def test_copies_among_the_priors_are_counted_once(own):
    again = module_effects([4, 7, 12], 1)[:500]
    add_screen(own.store, "other-a-donor-2", again, study="Alpha 2019", phenotype="migration")
    report = replay(own, ["target"], **BARE)
    assert "other-a" in {one.screen: one.why for one in report.screens[0].excluded}["other-a-donor-2"]
    assert "other-a" in {one.screen for one in report.screens[0].priors}


def test_a_screen_in_mouse_is_no_prior_for_a_human_question(own):
    with own.store.write("test") as connection:
        connection.execute("UPDATE screen SET organism = 'mouse' WHERE name = 'other-a'")
    report = replay(own, ["target"], **BARE)
    assert "mouse" in {one.screen: one.why for one in report.screens[0].excluded}["other-a"]


def test_controls_that_need_a_missing_pack_are_null_and_the_pack_is_named(store, tmp_path):
    add_knowledge(store, sets=False, network=False, essentials=False)
    add_screen(store, "alone", module_effects([4], 1), study="Alone 2020")
    with store.write("test") as connection:
        connection.execute("UPDATE gene SET name = ''")
    # Its genes were changed behind the back of their ingest, so its features are for nobody else.
    alone = Workspace(store, np.random.default_rng(0), paths=Paths(tmp_path / "data", tmp_path / "cache"))
    screen = replay(alone, ["alone"], **WHOLE).to_json()["screens"][0]
    for name, pack in {
        "essential_only": "essentials",
        "recurrence": "genedisco",
        "random_embeddings": "string",
    }.items():
        assert screen["controls"][name] is None
        assert pack in screen["missing"][name]


def test_the_filtered_pool_takes_essential_genes_out_beforehand(shared):
    screen = replay(shared, ["target"], **WHOLE, pool="nonessential").screens[0]
    assert screen.library_size == GENES - len(ESSENTIAL)
    assert screen.hits == screen.hits_nonessential
    assert screen.controls["essential_only"] is None
    assert not {name for step in screen.picks[0] for name in step} & set(ESSENTIAL)


def test_essential_picks_cost_their_place_and_count_for_nothing(job):
    table = job.target.table.copy()
    table["essential"] = table["hit"]
    result = run_seed(replace(job, target=replace(job.target, table=table)), 0)
    tested, hits, others = result.curve[-1]
    assert tested == 48
    assert hits > 0
    assert others == 0


def test_a_seed_is_nine_tenths_of_the_library_and_bootstrapped_prior_rows(job):
    one, two = make_course(job, 0), make_course(job, 1)
    assert len(one.library) == int(0.9 * GENES)
    assert set(one.library.index) != set(two.library.index)
    sizes = job.priors.effects.groupby("contrast_id").size()
    drawn = bootstrapped(job.priors, np.random.default_rng(0), job.target.question).effects
    assert drawn.groupby("contrast_id").size().equals(sizes)
    distinct = drawn.drop_duplicates().groupby("contrast_id").size()
    assert ((distinct / sizes).between(0.55, 0.72)).all()


def test_a_sibling_is_seen_whole_in_every_seed(job):
    sibling, *others = job.priors.screens
    question = replace(job.target.question, study=sibling.study, phenotype="another phenotype")
    drawn = bootstrapped(job.priors, np.random.default_rng(0), question).effects
    for screen in job.priors.screens:
        before, after = (rows[rows["screen_id"] == screen.id] for rows in (job.priors.effects, drawn))
        assert (len(after.drop_duplicates()) == len(before)) is (screen is sibling)
    assert others


def test_fdr_recall_is_by_side_and_counts_only_firm_effects(own):
    add_screen(own.store, "firm", module_effects([4, 7, 11], 20), study="Firm 2020", phenotype="firmness", fdr=True)
    screen = replay(own, ["firm"], **QUICK).screens[0]
    effects = module_effects([4, 7, 11], 20)
    picked = {name for step in screen.picks[0] for name in step}
    strong = set(effects.index[effects > 3])
    assert screen.fdr_recall["high"] == pytest.approx(len(strong & picked) / len(strong))


def test_an_interrupt_ends_the_replay_and_leaves_no_process_behind(shared):
    def interrupt(progress):
        if progress.task == "replay":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replay(replace(shared, report=interrupt), ["target"], **{**QUICK, "seeds": 4, "workers": 2})
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"rounds": 0}, "`rounds="), ({"seeds": 0}, "`seeds="), ({"size": 601}, "`size="), ({"workers": 0}, "`workers=")],
)
def test_a_number_that_makes_no_sense_is_refused_with_its_option(shared, changes, said):
    with pytest.raises(InvalidValueError) as caught:
        replay(shared, ["target"], **{**QUICK, **changes})
    assert said in str(caught.value)


def test_an_unknown_screen_or_predictor_is_refused_with_a_near_name(shared):
    with pytest.raises(NotFoundError, match="target"):
        replay(shared, ["tarrget"], **QUICK)
    with pytest.raises(NotFoundError, match="blend"):
        replay(shared, ["target"], **QUICK, predictor="blendt")


def test_a_name_that_means_a_gene_already_there_keeps_its_own_name():
    names = pd.Series(["NEW", "OLD", "X1", "FREE"])
    symbols = pd.Series(["NEW", "NEW", "FREE", ""])
    table = make_table(names, symbols, pd.Series([1.0, 2.0, 3.0, 4.0]), {"OLD", "FREE"}, {"X1"})
    assert table["name"].to_dict() == {"NEW": "NEW", "OLD": "OLD", "FREE": "X1", "FREE (second row)": "FREE"}
    assert table.loc["OLD", "hit"]
    assert table.loc["FREE", "essential"]
    assert set(SYMBOLS).isdisjoint(table.index)
