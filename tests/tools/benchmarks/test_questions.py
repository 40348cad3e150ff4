"""First lists of fresh questions are counted against what a textbook names, by closed forms."""

from __future__ import annotations

import json
from dataclasses import replace
from statistics import median

import pandas as pd
import pytest

from db.errors import HitscoutError, InvalidValueError, NotFoundError, RefusedFileError
from db.records import Question
from tests.synthetic_store import ESSENTIAL, FITNESS, MODULE, SYMBOLS, shared_world, workspace_on
from tools.benchmarks.question_table import question_table
from tools.benchmarks.questions import NOTHING_YET, benchmark_questions, median_overlap
from tools.prediction.computed_list import predict
from tui.layouts.format import page
from tui.layouts.questions import figures

HEADER = "phenotype\tcell_type\tregulators\n"
ACTIVE = SYMBOLS[7 * MODULE : 7 * MODULE + 6]
QUIET = SYMBOLS[28 * MODULE : 28 * MODULE + 4]


@pytest.fixture(scope="module")
def space(tmp_path_factory):
    store, _ = shared_world(tmp_path_factory)
    return workspace_on(store, tmp_path_factory.mktemp("questions"))


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Two questions: the second has two fitness genes and a name that is no gene's."""
    path = tmp_path_factory.mktemp("table") / "mine.tsv"
    quiet = " ".join([*QUIET, *FITNESS[-2:], "NOSUCHGENE"])
    path.write_text(f"{HEADER}migration\tT cells\t{' '.join(ACTIVE)}\nuptake\t\t{quiet}\n")
    return path


@pytest.fixture(scope="module")
def report(space, table):
    return benchmark_questions(space, table, size=40, seed=3)


def test_found_genes_and_ranks_are_those_of_the_ranking_that_a_campaign_would_see(space, report):
    candidates = pd.Index([name for name in SYMBOLS if name not in set(FITNESS)], dtype=object)
    order = list(
        predict(space, Question("migration", cell_type="T cells"), candidates, NOTHING_YET, seed=3).ranking.order
    )
    first = report.questions[0]
    assert first.textbook == len(ACTIVE)
    assert first.genes_found == tuple(name for name in order[:40] if name in ACTIVE)
    assert first.found == len(first.genes_found)
    assert first.median_rank == median(order.index(name) + 1 for name in ACTIVE)
    assert report.candidates == len(SYMBOLS) - len(FITNESS)


def test_genes_that_are_no_candidates_are_named_and_not_counted(report):
    second = report.questions[1]
    assert second.textbook == len(QUIET)
    assert second.not_counted == (*FITNESS[-2:], "NOSUCHGENE")
    shares = [one.found / one.textbook for one in report.questions]
    assert report.mean_recall == pytest.approx(sum(shares) / 2)


def test_the_json_has_exactly_the_promised_keys(report):
    told = json.loads(json.dumps(report.to_json()))
    assert list(told) == ["questions", "mean_recall", "median_overlap"]
    assert list(told["questions"][0]) == ["phenotype", "cell_type", "textbook", "found", "median_rank"]


def test_the_overlap_is_the_median_over_all_pairs():
    assert median_overlap([["A", "B", "C"], ["A", "B", "D"], ["A", "E", "F"]]) == 1
    assert median_overlap([["A", "B"], ["B", "A"]]) == 2
    assert median_overlap([["A"]]) is None


def test_a_list_as_long_as_the_pool_finds_everything_and_each_pool_has_its_own_candidates(space, tmp_path):
    path = tmp_path / "pools.tsv"
    path.write_text(f"{HEADER}uptake\t\t{QUIET[0]} {ESSENTIAL[0]} {FITNESS[-1]}\n")
    for pool, out, counted in (("specific", FITNESS, 1), ("nonessential", ESSENTIAL, 2), ("all", [], 3)):
        size = len(SYMBOLS) - len(out)
        found = benchmark_questions(space, path, pool=pool, size=size)
        assert (found.candidates, found.questions[0].textbook, found.mean_recall) == (size, counted, 1.0)
        assert found.median_overlap is None


def test_the_table_for_people_says_all_figures_the_share_by_chance_and_what_is_not_counted(report):
    text = " ".join(page(figures(report)).split())
    one = report.questions[0]
    for part in (
        "migration",
        "T cells",
        f"{one.found / one.textbook:.3f}",
        "NOSUCHGENE",
        "mine.tsv",
        "by chance 0.073",
    ):
        assert part in text
    assert f"textbook genes in the list: {report.mean_recall:.3f}" in text
    assert f"two lists share: {report.median_overlap:.0f} of 40" in text


def test_progress_is_told_question_by_question(space, table):
    told = []
    benchmark_questions(replace(space, report=told.append), table, size=40)
    mine = [(one.done, one.total) for one in told if one.task == "questions"]
    assert mine == [(0, 2), (1, 2), (2, 2)]


def test_the_shipped_table_has_rows_of_distinct_symbols_and_a_source():
    shipped = question_table(None)
    assert len(shipped.rows) == 8
    assert shipped.source
    for row in shipped.rows:
        assert row.phenotype
        assert len(set(row.regulators)) == len(row.regulators) > 5


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("phenotype\tregulators\nx\tIL2\n", "no column cell_type"),
        ("phenotype,cell_type,regulators\nx,y,IL2\n", "no column phenotype"),
        (HEADER, "no question"),
        ("", "no column"),
        (f"{HEADER}x\ty\t\n", "Line 2 of mine.tsv has nothing under regulators"),
        (f"{HEADER}x\ty\n", "Line 2 of mine.tsv has nothing under regulators"),
        (f"{HEADER}\ty\tIL2\n", "nothing under phenotype"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_its_shape(tmp_path, content, said):
    path = tmp_path / "mine.tsv"
    path.write_text(content)
    with pytest.raises(RefusedFileError, match=said) as refused:
        question_table(path)
    assert "phenotype, cell_type, regulators" in refused.value.suggestion


def test_a_missing_file_a_folder_and_binary_are_refused_with_what_would_work(tmp_path):
    with pytest.raises(NotFoundError) as refused:
        question_table(tmp_path / "none.tsv")
    assert "shipped table" in refused.value.suggestion
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path, tmp_path / "binary"):
        with pytest.raises(RefusedFileError):
            question_table(path)


@pytest.mark.parametrize(
    ("options", "said"),
    [({"size": 0}, "holds none"), ({"seed": -1}, "negative"), ({"pool": "some"}, "no pool"), ({"size": 601}, "left")],
)
def test_numbers_that_make_no_sense_are_refused(space, table, options, said):
    with pytest.raises(InvalidValueError, match=said):
        benchmark_questions(space, table, **options)


def test_a_question_without_a_counted_gene_is_refused_with_the_pool_that_counts_it(space, tmp_path):
    path = tmp_path / "mine.tsv"
    path.write_text(f"{HEADER}growth\t\t{FITNESS[0]}\n")
    with pytest.raises(InvalidValueError, match="growth") as refused:
        benchmark_questions(space, path)
    assert "`pool='all'`" in refused.value.suggestion


def test_without_gene_lists_the_packs_are_named(workspace, table):
    with pytest.raises(HitscoutError) as refused:
        benchmark_questions(workspace, table)
    assert "fetch(" in refused.value.suggestion
