"""PerturbQA is played by its protocol: test labels are only counted, and one cell line never trains itself."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError, NotFoundError
from tests.response_world import planted, write_line
from tests.synthetic_store import SYMBOLS, shared_world
from tools.gene_annotation import read_annotation
from tools.perturbqa import benchmark_perturbqa
from tools.perturbqa_run import LineJob, answer, cell_line, read_line, run_line, teachers
from tools.workspace import Paths, Workspace

KEYS = {
    "line", "task", "auroc", "auroc_weighted", "low", "high", "level", "genes_scored", "ece", "controls", "seconds",
}  # fmt: skip


@pytest.fixture
def space(tmp_path_factory, tmp_path):
    store, _ = shared_world(tmp_path_factory)
    return Workspace(store, np.random.default_rng(0), paths=Paths(tmp_path / "data", tmp_path / "cache"))


def timeless(report):
    values = report.to_json()
    for one in values["lines"]:
        one.pop("seconds")
    return json.dumps(values)


def test_the_report_has_the_agreed_keys_and_the_controls_tell_chance_and_the_trap(space, tmp_path):
    folder = write_line(tmp_path / "lines", "x", planted(0))
    values = benchmark_perturbqa(space, folder, workers=1).to_json()
    assert values["setting"] == "within"
    assert [(one["line"], one["task"]) for one in values["lines"]] == [("x", "de"), ("x", "dir")]
    for one in values["lines"]:
        assert set(one) == KEYS
        assert set(one["controls"]) == {"gene_frequency_pooled", "shuffled_genes"}
        assert one["low"] < one["auroc"] < one["high"]
        assert one["level"] == 0.9
        assert one["auroc"] > 0.8
        assert 0.35 < one["controls"]["shuffled_genes"] < 0.65
    assert values["missing"] == ["gobp", "pathways", "coessentiality", "gene-summaries"]


def test_workers_and_seeds_give_the_same_figures_again_and_progress_is_reported(space, tmp_path):
    folder = write_line(tmp_path / "lines", "x", planted(0, range(100)))
    write_line(folder, "y", planted(1, range(40, 140)))
    steps = []
    told = Workspace(space.store, space.rng, paths=space.paths, report=steps.append)
    here = benchmark_perturbqa(space, folder, controls=False, workers=1)
    assert timeless(benchmark_perturbqa(told, folder, controls=False, workers=2)) == timeless(here)
    assert [one for one in steps if one.task == "perturbqa"][-1].done == 2


def test_a_lines_figures_do_not_depend_on_which_others_are_asked_for(space, tmp_path):
    folder = write_line(tmp_path / "lines", "x", planted(0, range(60)))
    write_line(folder, "y", planted(1, range(300, 360)))
    both = benchmark_perturbqa(space, folder, workers=1)
    alone = benchmark_perturbqa(space, folder, ["y"], workers=1)
    assert json.loads(timeless(both))["lines"][2:] == json.loads(timeless(alone))["lines"]


def test_an_interrupt_ends_the_workers(space, tmp_path):
    import multiprocessing

    folder = write_line(tmp_path / "lines", "x", planted(0, range(100)))
    write_line(folder, "y", planted(1, range(40, 140)))

    def stop(progress):
        if progress.task == "perturbqa":
            raise KeyboardInterrupt

    told = Workspace(space.store, space.rng, paths=space.paths, report=stop)
    with pytest.raises(KeyboardInterrupt):
        benchmark_perturbqa(told, folder, controls=False, workers=2)
    assert multiprocessing.active_children() == []


def test_test_labels_change_the_count_and_nothing_in_the_answers(space, tmp_path):
    table = planted(0, range(100))
    mixed = table.copy()
    test = np.flatnonzero(mixed["split"] == "test")
    order = np.random.default_rng(3).permutation(test)
    for column in ("de", "up"):
        mixed[column] = mixed[column].mask(mixed["split"] == "test", pd.Series(table[column].to_numpy()[order], test))
    lines = [
        read_line(write_line(tmp_path / name, "x", rows), "x") for name, rows in (("true", table), ("mixed", mixed))
    ]
    annotation = read_annotation(space, SYMBOLS)
    jobs = [LineJob(line, (), shuffled=False, seed=0) for line in lines]
    pd.testing.assert_frame_equal(*(answer(job, annotation) for job in jobs), check_exact=True)
    true, chance = (run_line(job, annotation).tasks["de"].auroc for job in jobs)
    assert true > 0.75
    assert abs(chance - 0.5) < 0.1


def test_other_lines_teach_by_their_train_rows_only(space, tmp_path):
    """Labels of another line's test rows are turned over: not an answer changes."""
    folder = write_line(tmp_path / "lines", "x", planted(0, range(60)))
    other = planted(1, range(100))
    turned = other.copy()
    turned.loc[turned["split"] == "test", "up"] = ~turned.loc[turned["split"] == "test", "up"]
    one, two = write_line(tmp_path / "one", "y", other), write_line(tmp_path / "two", "y", turned)
    line, annotation = read_line(folder, "x"), read_annotation(space, SYMBOLS)
    found = [
        answer(LineJob(line, (read_line(where, "y"),), shuffled=False, seed=0), annotation) for where in (one, two)
    ]
    pd.testing.assert_frame_equal(*found, check_exact=True)


def test_k562_and_its_gene_sets_never_train_each_other(tmp_path):
    table = planted(0, range(40))
    for name in ("k562", "k562_set", "rpe1", "mine", "mine_set"):
        write_line(tmp_path / "lines", name, table)
    lines = {name: read_line(tmp_path / "lines", name) for name in ("k562", "k562_set", "rpe1", "mine", "mine_set")}
    everyone = list(lines.values())
    assert [one.name for one in teachers(lines["k562"], everyone)] == ["rpe1", "mine", "mine_set"]
    assert [one.name for one in teachers(lines["k562_set"], everyone)] == ["rpe1", "mine", "mine_set"]
    assert [one.name for one in teachers(lines["mine"], everyone)] == ["k562", "k562_set", "rpe1"]
    assert cell_line("k562_set") == cell_line("k562") == "k562"


def test_across_says_whom_it_learnt_from_and_within_learns_from_nobody(space, tmp_path):
    folder = write_line(tmp_path / "lines", "k562", planted(0, range(60)))
    write_line(folder, "rpe1", planted(0, range(60)).assign(split="train"))
    write_line(folder, "k562_set", planted(2, range(20, 100)))
    across = benchmark_perturbqa(space, folder, ["k562"], setting="across", controls=False, workers=1)
    within = benchmark_perturbqa(space, folder, ["k562"], controls=False, workers=1)
    assert across.lines[0].learnt_from == ("rpe1",)
    assert within.lines[0].learnt_from == ()
    assert across.lines[0].figures.auroc > within.lines[0].figures.auroc


def test_a_missing_folder_line_and_setting_are_refused_with_what_would_work(space, tmp_path):
    with pytest.raises(NotFoundError) as refused:
        benchmark_perturbqa(space)
    assert "hitscout fetch perturbqa-k562" in refused.value.suggestion
    folder = write_line(tmp_path / "lines", "x", planted(0, range(20)))
    with pytest.raises(NotFoundError, match="'z'") as refused:
        benchmark_perturbqa(space, folder, ["z"])
    assert "There are: x" in refused.value.suggestion
    with pytest.raises(InvalidValueError, match="both"):
        benchmark_perturbqa(space, folder, setting="both")


@pytest.mark.slow
def test_the_real_gene_sets_of_k562_are_predicted_above_the_bars(shared_data, workspace):
    from tools.catalogue import fetch

    fetch(workspace, ["hgnc", "gobp", "string", "coessentiality"], mirror=shared_data)
    folder = shared_data / "perturbqa"
    report = benchmark_perturbqa(workspace, folder, ["k562_set"], workers=1)
    de, direction = report.lines
    assert de.figures.auroc > 0.7
    assert direction.figures.auroc > 0.8
    assert all(0.45 < one.shuffled_genes < 0.55 for one in report.lines)
