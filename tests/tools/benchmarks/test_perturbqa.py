"""PerturbQA is played by its protocol: test labels are only counted, and one cell line never trains itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError, NotFoundError
from tests.response_world import planted, write_line
from tests.synthetic_store import SYMBOLS, shared_world, workspace_on
from tools.benchmarks.perturbqa import benchmark_perturbqa
from tools.benchmarks.perturbqa_line import AskedRows, LineJob, answer, cell_line, counted, read_line, teachers
from tools.responses.annotation import read_annotation
from tools.responses.pair_metrics import per_gene_auroc
from tools.workspace import Workspace

KEYS = {
    "line", "task", "setting", "auroc", "auroc_weighted", "low", "high", "level", "genes_scored", "ece", "ece_if_true",
    "ece_train", "controls", "seconds",
}  # fmt: skip
CONTROLS = {
    "gene_frequency_pooled", "shuffled_genes", "shuffled_genes_low", "shuffled_genes_high", "shuffled_genes_draws",
}  # fmt: skip
READ = range(100, 600, 24)
"""Fewer readouts than the other tests have: every line here is learnt from several times."""


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    store, _ = shared_world(tmp_path_factory)
    folder = tmp_path_factory.mktemp("perturbqa")
    return workspace_on(store, folder)


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """Two lines of different cells."""
    folder = write_line(tmp_path_factory.mktemp("lines") / "lines", "x", planted(0, range(80), READ))
    return write_line(folder, "y", planted(1, range(40, 120), READ))


@pytest.fixture(scope="module")
def within(space, lines):
    return benchmark_perturbqa(space, lines, shuffles=2, workers=1)


@pytest.fixture(scope="module")
def both(space, tmp_path_factory):
    """K562 with a teacher that knows the very pairs, and with gene sets of its own that must not teach it."""
    folder = write_line(tmp_path_factory.mktemp("both") / "lines", "k562", planted(0, range(60), READ))
    write_line(folder, "rpe1", planted(0, range(60), READ).assign(split="train"))
    write_line(folder, "k562_set", planted(2, range(20, 80), READ))
    return benchmark_perturbqa(space, folder, ["k562"], setting="both", controls=False, workers=1)


def timeless(report, *, controls=True):
    values = report.to_json()
    for one in values["lines"]:
        one.pop("seconds")
        if not controls:
            one.pop("controls")
    return values["lines"]


def test_the_report_has_the_agreed_keys_and_the_controls_tell_chance_and_the_trap(within):
    values = within.to_json()
    assert values["setting"] == "within"
    assert [(one["line"], one["task"]) for one in values["lines"]] == [
        ("x", "de"), ("x", "dir"), ("y", "de"), ("y", "dir"),
    ]  # fmt: skip
    for one in values["lines"]:
        assert set(one) == KEYS
        assert set(one["controls"]) == CONTROLS
        assert one["low"] < one["auroc"] < one["high"]
        assert one["level"] == 0.9
        control = one["controls"]
        assert control["shuffled_genes_low"] < control["shuffled_genes"] < control["shuffled_genes_high"]
        if one["task"] == "de":
            assert 0.3 < control["shuffled_genes"] < 0.7
        assert control["shuffled_genes_draws"] == 2
        assert 0 < one["ece_if_true"] < 0.1
        assert 0 <= one["ece_train"] < 0.1
    # Direction has five readouts here; that it is found is shown on the whole world, in the predictor's own tests.
    assert all(one["auroc"] > 0.75 for one in values["lines"] if one["task"] == "de")
    assert {"gobp", "pathways"} <= set(values["missing"])
    assert "string" not in values["missing"]
    assert "comparisons" not in values


def test_workers_give_the_same_figures_and_progress_is_reported(space, lines, within):
    steps = []
    told = Workspace(space.store, space.rng, paths=space.paths, report=steps.append)
    again = benchmark_perturbqa(told, lines, controls=False, workers=2)
    assert timeless(again, controls=False) == timeless(within, controls=False)
    assert [one for one in steps if one.task == "perturbqa"][-1].done == 2


def test_a_lines_figures_do_not_depend_on_which_others_are_asked_for(space, lines, within):
    alone = benchmark_perturbqa(space, lines, ["y"], shuffles=2, workers=1)
    assert timeless(alone) == timeless(within)[2:]


def test_an_interrupt_ends_the_workers(space, lines):
    import multiprocessing

    def stop(progress):
        if progress.task == "perturbqa":
            raise KeyboardInterrupt

    told = Workspace(space.store, space.rng, paths=space.paths, report=stop)
    with pytest.raises(KeyboardInterrupt):
        benchmark_perturbqa(told, lines, controls=False, workers=2)
    assert multiprocessing.active_children() == []


def auroc(line, answers):
    rows = AskedRows.of(line, "de")
    return per_gene_auroc(rows.readouts, rows.labels, rows.scores(answers)).mean


def test_test_labels_change_the_count_and_nothing_in_the_answers(space, tmp_path):
    table = planted(0, range(100), READ)
    mixed = table.copy()
    test = np.flatnonzero(mixed["split"] == "test")
    order = np.random.default_rng(3).permutation(test)
    for column in ("de", "up"):
        mixed[column] = mixed[column].mask(mixed["split"] == "test", pd.Series(table[column].to_numpy()[order], test))
    lines = [
        read_line(write_line(tmp_path / name, "x", rows), "x") for name, rows in (("true", table), ("mixed", mixed))
    ]
    annotation = read_annotation(space, SYMBOLS)
    answers = [answer(LineJob(line, (), 0), annotation) for line in lines]
    pd.testing.assert_frame_equal(*answers, check_exact=True)
    true, chance = (auroc(line, one) for line, one in zip(lines, answers, strict=True))
    assert true > 0.75
    assert abs(chance - 0.5) < 0.1


def test_other_lines_teach_by_their_train_rows_only(space, tmp_path):
    """Labels of another line's test rows are turned over: not an answer changes."""
    folder = write_line(tmp_path / "lines", "x", planted(0, range(60), READ))
    other = planted(1, range(60), READ)
    turned = other.copy()
    turned.loc[turned["split"] == "test", "up"] = ~turned.loc[turned["split"] == "test", "up"]
    one, two = write_line(tmp_path / "one", "y", other), write_line(tmp_path / "two", "y", turned)
    line, annotation = read_line(folder, "x"), read_annotation(space, SYMBOLS)
    found = [answer(LineJob(line, (read_line(where, "y"),), 0), annotation) for where in (one, two)]
    pd.testing.assert_frame_equal(*found, check_exact=True)


def test_k562_and_its_gene_sets_never_train_each_other(tmp_path):
    table = planted(0, range(20), READ)
    for name in ("k562", "k562_set", "rpe1", "mine", "mine_set"):
        write_line(tmp_path / "lines", name, table)
    lines = {name: read_line(tmp_path / "lines", name) for name in ("k562", "k562_set", "rpe1", "mine", "mine_set")}
    everyone = list(lines.values())
    assert [one.name for one in teachers(lines["k562"], everyone)] == ["rpe1", "mine", "mine_set"]
    assert [one.name for one in teachers(lines["k562_set"], everyone)] == ["rpe1", "mine", "mine_set"]
    assert [one.name for one in teachers(lines["mine"], everyone)] == ["k562", "k562_set", "rpe1"]
    assert cell_line("k562_set") == cell_line("k562") == "k562"


def test_across_says_whom_it_learnt_from_and_within_learns_from_nobody(both):
    alone, taught = both.lines[0], both.lines[2]
    assert (alone.setting, taught.setting) == ("within", "across")
    assert alone.learnt_from == ()
    assert taught.learnt_from == ("rpe1",)
    assert taught.figures.auroc > alone.figures.auroc


def test_across_is_compared_with_within_in_pairs(both):
    de, direction = both.comparisons
    assert (de.task, direction.task) == ("de", "dir")
    assert de.gain.gain == pytest.approx(both.lines[2].figures.auroc - both.lines[0].figures.auroc)
    assert 0 < de.gain.low < de.gain.gain < de.gain.high
    assert set(de.to_json()) == {"line", "task", "across_minus_within", "low", "high", "level"}


def test_a_shuffle_is_played_on_the_readouts_that_are_counted_and_differs_from_the_next(space, lines):
    line, annotation = read_line(lines, "x"), read_annotation(space, SYMBOLS)
    first, second = (annotation.shuffled(np.random.default_rng([0, 1, number]), SYMBOLS[:80]) for number in (0, 1))
    assert (first.sources["string"] != second.sources["string"]).nnz > 0
    kept = first.genes.get_indexer(SYMBOLS[80:])
    assert (first.sources["string"][kept] != annotation.sources["string"][kept]).nnz == 0
    test = line.test
    by_readout = test.groupby("readout")["de"].nunique()
    assert counted(line, "de") == sorted(by_readout.index[by_readout == 2])


def test_a_missing_folder_line_and_setting_are_refused_with_what_would_work(space, tmp_path):
    with pytest.raises(NotFoundError) as refused:
        benchmark_perturbqa(space)
    assert "`fetch(['perturbqa-k562'])`" in refused.value.suggestion
    folder = write_line(tmp_path / "lines", "x", planted(0, range(20), READ))
    with pytest.raises(NotFoundError, match="'z'") as refused:
        benchmark_perturbqa(space, folder, ["z"])
    assert "There are: x" in refused.value.suggestion
    with pytest.raises(InvalidValueError, match="sideways"):
        benchmark_perturbqa(space, folder, setting="sideways")
    with pytest.raises(InvalidValueError, match="0 shuffles"):
        benchmark_perturbqa(space, folder, shuffles=0)


@pytest.mark.slow
def test_the_real_gene_sets_of_k562_are_predicted_above_the_bars(shared_data, workspace):
    from tools.packs.catalogue import fetch

    fetch(workspace, ["hgnc", "gobp", "string", "coessentiality"], mirror=shared_data)
    folder = shared_data / "perturbqa"
    report = benchmark_perturbqa(workspace, folder, ["k562_set"], workers=1)
    de, direction = report.lines
    assert de.figures.auroc > 0.7
    assert direction.figures.auroc > 0.8
    assert all(0.45 < one.shuffled_genes.mean < 0.55 for one in report.lines)
