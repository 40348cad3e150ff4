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
    FITNESS,
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
from tools.prediction.records import Priors
from tools.replays import controls
from tools.replays.one_seed import Job, bootstrapped, make_course, run_seed
from tools.replays.pools import has_hits, in_pool
from tools.replays.replay import replay
from tools.replays.report import ReplayReport
from tools.replays.target import make_table, target_of_screen
from tools.workspace import Paths, Workspace
from tui.layouts.format import page
from tui.layouts.replay import replayed

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
    chance = pytest.approx(32 / (GENES - len(FITNESS)), abs=1e-6)
    assert screen["controls"]["random"]["hit_ratio"] == screen["controls"]["random"]["hit_ratio_specific"] == chance
    assert set(screen["controls"]) == set(controls.NAMES)
    assert report["setting"] == {
        "pool": "specific", "siblings": False, "text": "json", "rounds": 2, "seeds": 2, "hits_revealed": False,
        "log_enrichment_of": "specific hits", "language_model": None,
    }  # fmt: skip
    assert [row["tested"] for row in screen["by_round"]] == [16, 32]
    assert screen["by_round"][-1]["hit_ratio"] == pytest.approx(screen["hit_ratio"]["mean"], abs=1e-5)
    for held in ("calibration", "calibration_learnt"):
        assert set(screen[held]) == {"slope", "observed_over_expected", "log_loss_skill", "coverage80"}
        assert report[held] == screen[held]
    assert report["reliability"] == screen["reliability"]
    assert set(report["mean"]) == {
        "hit_ratio_specific", "hit_ratio_nonessential", "log_enrichment", "log_enrichment_first",
    }  # fmt: skip
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
    with pytest.raises(InvalidValueError, match=r"fetch\(\['depmap', 'essentials'\]\)"):
        replay(alone, ["alone"], **WHOLE)
    screen = replay(alone, ["alone"], **WHOLE, pool="all").to_json()["screens"][0]
    assert screen["hits_specific"] is screen["hit_ratio_specific"]["mean"] is None
    assert screen["controls"]["random"]["hit_ratio_specific"] is None
    assert screen["missing"]["specific"] == ["depmap", "essentials"]
    for name, pack in {
        "essential_only": "essentials",
        "depmap_order": "depmap",
        "nearest_screen": "genedisco",
        "question_only": "string",
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


def test_the_specific_pool_is_the_default_and_takes_fitness_genes_out_beforehand(shared):
    report = replay(shared, ["target"], **WHOLE)
    screen = report.screens[0]
    assert (report.setting["pool"], screen.library_size) == ("specific", GENES - len(FITNESS))
    assert screen.hits == screen.hits_specific == screen.hits_nonessential
    assert screen.hit_ratio == screen.hit_ratio_specific
    assert screen.controls["essential_only"] is None
    assert not {name for step in screen.picks[0] for name in step} & set(FITNESS)


@pytest.fixture
def grows(own) -> pd.DataFrame:
    """Adds a screen whose hits are in part essential, in part other fitness genes; its table."""
    add_screen(own.store, "grows", module_effects([0, 2, 4], 21), study="Grow 2020", phenotype="growing")
    table = target_of_screen(own, "grows", "json").table
    kinds = [table["hit"], table["hit"] & ~table["essential"], table["hit"] & ~table["fitness"]]
    every, nonessential, specific = (int(kind.sum()) for kind in kinds)
    assert every > nonessential > specific > 0
    return table


@pytest.mark.parametrize("pool", ["specific", "nonessential", "all"])
def test_log_enrichment_is_of_the_hits_that_the_pool_counts_after_the_first_and_the_last_round(own, grows, pool):
    report = replay(own, ["grows"], **QUICK, pool=pool)
    screen = report.screens[0]
    left_out = {"specific": FITNESS, "nonessential": ESSENTIAL, "all": []}[pool]
    counted = grows["hit"] & ~grows.index.isin(FITNESS if pool == "specific" else ESSENTIAL)
    library = len(grows) - len(left_out)
    assert report.setting["log_enrichment_of"] == ("specific hits" if pool == "specific" else "nonessential hits")
    for told, steps in ((screen.log_enrichment_first, 1), (screen.log_enrichment, 2)):
        picks = [name for step in screen.picks[0][:steps] for name in step]
        expected = counted.sum() * len(picks) / library
        assert told == pytest.approx(np.log((counted[picks].sum() + 0.5) / (expected + 0.5)))


def test_specific_hits_are_told_in_every_pool_and_round(own, grows):
    screen = replay(own, ["grows"], **WHOLE, pool="all").screens[0]
    specific = grows["hit"] & ~grows.index.isin(FITNESS)
    picks = [name for step in screen.picks[0] for name in step]
    assert screen.hits_specific == specific.sum()
    assert screen.by_round[0].hit_ratio_specific == pytest.approx(specific[picks[:16]].sum() / specific.sum())
    assert screen.hit_ratio_specific.mean == pytest.approx(specific[picks].sum() / specific.sum())
    assert screen.controls["essential_only"].hit_ratio_specific == 0
    assert screen.controls["essential_only"].hit_ratio > 0


def test_a_screen_whose_hits_are_all_fitness_genes_is_refused_in_the_specific_pool(shared):
    target = target_of_screen(shared, "target", "json")
    dying = replace(target, table=target.table.assign(hit=target.table["fitness"]))
    assert not has_hits(dying, "specific")
    with pytest.raises(InvalidValueError, match="nothing to find"):
        in_pool(dying, "specific")
    assert in_pool(dying, "all") is dying


def test_geometric_means_of_enrichment_are_over_genome_wide_screens_alone(shared):
    one = replay(shared, ["target"], **BARE).screens[0]
    screens = [
        replace(one, library_size=size, log_enrichment=np.log(last), log_enrichment_first=np.log(first))
        for size, last, first in ((18_000, 2.0, 3.0), (5_001, 8.0, 12.0), (5_000, 100.0, 100.0))
    ]
    mean = ReplayReport({}, tuple(screens)).mean()
    assert mean["enrichment_genome_wide"] == pytest.approx(4.0)
    assert mean["enrichment_first_genome_wide"] == pytest.approx(6.0)
    assert mean["log_enrichment_genome_wide"] == pytest.approx(np.log(4.0))
    assert mean["log_enrichment"] == pytest.approx(np.log(1600.0) / 3)


def test_what_is_a_hit_is_revealed_only_where_that_was_asked_for(shared, monkeypatch):
    seen = []
    fit = MeanBaseline.fit
    monkeypatch.setattr(
        MeanBaseline,
        "fit",
        lambda self, features, rounds, *more: seen.append(rounds) or fit(self, features, rounds, *more),
    )
    for asked in (False, True):
        report = replay(shared, ["target"], **BARE, reveal_hits=asked)
        assert report.setting["hits_revealed"] is asked
        assert ("hit" in seen[-1].effects) is asked


def course_of(job, **changes):
    """A small campaign with what a control needs."""
    names = ["A", "B", "C", "D"]
    table = pd.DataFrame({"effect": 0.0, "hit": False, "essential": False, "fitness": False}, index=names)
    return replace(make_course(job, 0), library=table, rounds=1, size=4, **changes)


def test_depmap_order_takes_the_most_negative_effects_first_and_the_unknown_last(job):
    frame = pd.DataFrame({"depmap_effect": [0.1, -0.1, np.nan, -0.05]}, index=["A", "B", "C", "X"])
    assert controls.depmap_order(course_of(job, features={"essentiality": frame}))[:2] == ["B", "A"]
    frame = pd.DataFrame({"depmap_effect": [0.1, -0.1, 0.3, -0.19]}, index=["A", "B", "C", "D"])
    assert controls.depmap_order(course_of(job, features={"essentiality": frame})) == ["D", "B", "A", "C"]
    assert controls.depmap_order(course_of(job, features={})) is None


def test_the_question_alone_is_its_feature_sorted(job):
    frame = pd.DataFrame({"match": [0.1, 2.0, 0.3], "more": [9.0, 0.0, 0.0]}, index=["A", "B", "C"])
    assert controls.question_only(course_of(job, features={"question_match": frame})) == ["B", "C", "A", "D"]
    assert controls.question_only(course_of(job, features={})) is None


def test_the_nearest_screen_is_the_most_alike_one_the_first_by_name_and_ranks_by_size_of_effect(job):
    a, b, c = job.priors.screens
    question = replace(job.target.question, phenotype="uptake of beads", cell_type="macrophages")
    screens = (
        replace(a, name="zeta", phenotype="uptake", cell_type="macrophages"),
        replace(b, name="eta", phenotype="uptake", cell_type="macrophages"),
        replace(c, name="alpha", phenotype="killing", cell_type="T cells"),
    )
    rows = [(a.id, [4, 3, 2, 1]), (b.id, [1, -5, 2, 0.5]), (c.id, [9, 8, 7, 6])]
    effects = pd.concat(
        pd.DataFrame({"screen_id": i, "contrast_id": i, "perturbation": list("ABCD"), "estimate": values})
        for i, values in rows
    )
    course = course_of(job, question=question)
    assert controls.nearest_screen(course, Priors(screens, effects)) == ["B", "C", "A", "D"]
    assert controls.nearest_screen(course, Priors((), effects[:0])) is None


def test_fitness_genes_are_matched_on_the_symbol_and_on_the_files_own_name_and_in_pairs():
    names = pd.Series(["OLD", "KEPT", "A+B", "C+D", "CEG"])
    symbols = pd.Series(["NEW", "", "", "", "CEG"])
    table = make_table(names, symbols, pd.Series(np.arange(5.0)), {"OLD"}, {"CEG"}, {"NEW", "KEPT", "B"})
    assert table["fitness"].to_dict() == {"NEW": True, "KEPT": True, "A+B": True, "C+D": False, "CEG": True}


def test_the_figures_show_specific_hits_first_and_the_enrichment_of_genome_wide_screens(shared):
    report = replay(shared, ["target", "other-a"], **WHOLE)
    wide = ReplayReport(report.setting, tuple(replace(one, library_size=6_000) for one in report.screens))
    said = page(replayed(wide))
    assert "--pool all" in said
    assert "geometric mean of 2 genome-wide screens" in said
    row = next(line for line in said.splitlines() if "without essential" in line and "control" in line)
    assert row.index("specific") < row.index("without essential") < row.index("all hits")
    assert "geometric mean" not in page(replayed(report))


def test_essential_picks_cost_their_place_and_count_for_nothing(job):
    table = job.target.table.copy()
    table["essential"] = table["hit"]
    result = run_seed(replace(job, target=replace(job.target, table=table)), 0)
    found = result.curve[-1]
    assert (found.tested, found.nonessential) == (48, 0)
    assert found.hits > 0


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
