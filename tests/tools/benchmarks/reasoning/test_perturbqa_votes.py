"""PerturbQA by votes: test labels are only counted, and what votes add to the predictor is told in pairs."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
from rich.console import Console

from db.errors import InvalidValueError
from tests.response_world import planted, write_line
from tests.synthetic_store import SYMBOLS
from tools.benchmarks.perturbqa_line import AskedRows, counted, read_line
from tools.benchmarks.reasoning.perturbqa_votes import benchmark_reasoning
from tools.responses.annotation import read_annotation
from tools.responses.pair_metrics import per_gene_auroc
from tools.responses.predictors.smoothing_stack import SmoothingStack
from tools.responses.reasoning.combination import Combination, fit_combination, log_odds
from tools.responses.reasoning.retrieval import Retrieval
from tui.layouts import perturbqa as layout

READ = range(100, 600, 24)


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    return write_line(tmp_path_factory.mktemp("lines") / "lines", "x", planted(0, range(80), READ))


@pytest.fixture(scope="module")
def combined(space, lines):
    return benchmark_reasoning(space, lines, reasoning="combined")


def test_votes_find_what_is_planted_and_shuffled_genes_do_not(combined):
    de, direction = combined.lines
    assert (de.task, direction.task) == ("de", "dir")
    assert de.votes.auroc > 0.75
    assert de.votes.low < de.votes.auroc < de.votes.high
    assert abs(de.shuffled_genes - 0.5) < 0.2
    assert de.rows > 100
    assert de.abstained < 0.1


def test_the_combination_stands_beside_the_predictor_on_the_same_rows(combined):
    de = combined.lines[0]
    assert de.combined_minus_predictor.gain == pytest.approx(de.combined.auroc - de.predictor.auroc)
    assert de.votes_minus_graph.gain == pytest.approx(de.votes.auroc - de.graph.auroc)
    assert 0 <= de.weight <= 1
    values = combined.to_json()
    assert values["reasoning"] == "combined"
    assert set(values["lines"][0]["combined"]) == {"auroc", "auroc_weighted", "low", "high"}


def test_votes_alone_leave_the_predictor_out_and_are_the_same_votes(space, lines, combined):
    alone = benchmark_reasoning(space, lines, controls=False)
    for one, other in zip(alone.lines, combined.lines, strict=True):
        assert one.predictor is None
        assert one.shuffled_genes is None
        assert one.votes == other.votes


def test_only_rows_of_counted_readouts_are_asked(lines):
    line = read_line(lines, "x")
    every, some = AskedRows.of(line, "de"), AskedRows.of(line, "de").among(counted(line, "de"))
    assert set(some.readouts) == set(counted(line, "de"))
    assert some.asked.sum() == len(some.labels) < len(every.labels)
    zeros = np.arange(len(every.labels), dtype=float)
    kept = zeros[some.asked[every.asked]]
    assert per_gene_auroc(some.readouts, some.labels, kept) == per_gene_auroc(every.readouts, every.labels, zeros)


def test_labels_of_test_rows_change_no_weight_and_no_vote(space, tmp_path):
    table = planted(0, range(40), READ[::2])
    turned = table.copy()
    test = turned["split"] == "test"
    turned.loc[test, "de"] = ~turned.loc[test, "de"]
    turned["up"] = turned["up"].mask(~turned["de"]).fillna(True).where(turned["de"])
    annotation, found = read_annotation(space, SYMBOLS), []
    for name, rows in (("a", table), ("b", turned)):
        line = read_line(write_line(tmp_path / name, "x", rows), "x")
        rng = np.random.default_rng(0)
        found.append(fit_combination(line.train, annotation, SmoothingStack(), Retrieval(), rng))
    assert found[0] == found[1]


def test_a_vote_without_knowledge_leaves_the_predictor_as_it_is():
    score = np.array([0.3, -1.2, 2.0])
    np.testing.assert_array_equal(Combination(0.7).scores(score, np.full(3, 0.5)), score)
    np.testing.assert_allclose(Combination(0.5).scores(score, np.array([0.8, 0.5, 0.2])), score + 0.5 * log_odds(
        np.array([0.8, 0.5, 0.2])))  # fmt: skip


def test_the_table_tells_every_figure(combined):
    console = Console(file=io.StringIO(), width=240)
    for part in layout.reasoned(dataclasses.replace(combined, missing=("gobp",))):
        console.print(part)
    text, one = console.file.getvalue(), combined.lines[0]
    for value in (one.votes.auroc, one.graph.auroc, one.predictor.auroc, one.combined.auroc):
        assert f"{value:.3f}" in text
    assert f"{one.combined_minus_predictor.gain:+.3f}" in text
    assert "hitscout fetch gobp" in text


def test_another_way_to_reason_is_refused(space, lines):
    with pytest.raises(InvalidValueError, match="sideways"):
        benchmark_reasoning(space, lines, reasoning="sideways")
