"""PerturbQA asked of a reasoner: which rows, what it is given, and what its answers count for."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from db.errors import InvalidValueError, NotFoundError
from tests.response_world import planted, write_line
from tools.benchmarks.perturbqa_line import AskedRows, counted, read_line
from tools.benchmarks.reasoning.perturbqa_asked import MAY_HAVE_READ, Asking, benchmark_asked, estimate_asked, sampled
from tools.grades.judge import JudgeUsage
from tools.responses.reasoning.explained import NO, UNKNOWN, YES
from tools.responses.reasoning.neighbours import Said
from tui.layouts import perturbqa as layout

READ = range(100, 600, 48)
LIMIT = 24


class Echo:
    """Answers with the votes of the rows, or what a rule says; remembers what it was asked."""

    name = "echo"

    def __init__(self, rule=lambda draw: draw):
        self.rule, self.asked, self.spent = rule, [], JudgeUsage()

    def estimate(self, asked):
        return JudgeUsage(requests=sum(len(one.draws) for one in asked))

    def judge(self, asked):
        self.asked = list(asked)
        self.spent = self.spent.plus(self.estimate(asked))
        return [tuple(self.rule(draw) for draw in one.draws) for one in asked]


class Editor:
    """Edits by a rule; remembers what it was given."""

    name = "editor"

    def __init__(self, rule):
        self.rule, self.given, self.spent = rule, [], JudgeUsage()

    def estimate(self, listed):
        return JudgeUsage(requests=len(listed))

    def edit(self, listed):
        self.given += listed
        self.spent = self.estimate(listed)
        return [self.rule(one) for one in listed]


def keeps_all(one):
    return Said(tuple(each.name for each in one.candidates))


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    return write_line(tmp_path_factory.mktemp("lines") / "lines", "x", planted(0, range(60), READ))


@pytest.fixture(scope="module")
def echoed(space, lines):
    echo = Echo()
    return echo, benchmark_asked(space, echo, Asking(lines, limit=LIMIT))


def test_rows_are_half_positive_within_each_readout_and_over_as_many_readouts_as_there_are(lines):
    line = read_line(lines, "x")
    rows = AskedRows.of(line, "de").among(counted(line, "de"))
    chosen = sampled(rows, LIMIT, 0)
    assert len(chosen.labels) == LIMIT
    for readout in set(chosen.readouts):
        own = chosen.labels[chosen.readouts == readout]
        assert own.sum() * 2 == len(own)
    assert len(set(chosen.readouts)) == min(len(set(rows.readouts)), LIMIT // 2)
    assert chosen.asked.sum() == LIMIT
    again, other = sampled(rows, LIMIT, 0), sampled(rows, LIMIT, 1)
    assert list(again.perturbations) == list(chosen.perturbations)
    assert list(other.perturbations) != list(chosen.perturbations)


def test_who_answers_as_the_rows_vote_reaches_what_the_votes_reach(echoed):
    _, report = echoed
    for one in report.lines:
        assert one.language_model == one.votes
        assert one.language_model_minus_votes.gain == 0.0
        assert one.abstained == 0.0
    assert report.lines[0].votes.auroc > 0.6
    assert report.lines[0].predictor.auroc > 0.6


def test_controls_ask_without_rows_without_texts_and_with_rows_of_shuffled_genes(echoed):
    echo, report = echoed
    assert len(echo.asked) == 4 * sum(one.rows for one in report.lines)
    plain, bare, untold, shuffled = (echo.asked[start : start + LIMIT] for start in range(0, 4 * LIMIT, LIMIT))
    assert all(draw.rows for one in plain for draw in one.draws)
    assert all(one.summaries for one in plain)
    assert all(one.without_rows and not draw.rows for one in bare for draw in one.draws)
    assert [one.summaries for one in bare] == [one.summaries for one in plain]
    assert not any(one.summaries for one in untold)
    assert [one.draws for one in untold] == [one.draws for one in plain]
    assert [one.question for one in shuffled] == [one.question for one in plain]
    assert [one.draws for one in shuffled] != [one.draws for one in plain]
    # Nobody answers without rows here, so that all abstain and nothing is ranked.
    assert report.lines[0].no_retrieval.auroc == 0.5


def test_no_row_is_of_the_perturbation_that_is_asked_about_nor_a_test_row(echoed, lines):
    echo, _ = echoed
    train = set(map(tuple, read_line(lines, "x").train.rows[["perturbation", "readout"]].to_numpy()))
    for one in echo.asked:
        perturbed = one.question.split(" when ")[1].split(" is perturbed")[0]
        for draw in one.draws:
            assert all(row.perturbation != perturbed for row in draw.rows)
            assert all((row.perturbation, row.readout) in train for row in draw.rows)


def test_what_abstains_scores_one_half_and_made_up_rows_do_not_count(space, lines):
    echo = Echo(lambda draw: replace(draw, vote=1.0, verdict=YES, invented=("response:x:NO:SUCH",)))
    made_up = benchmark_asked(space, echo, Asking(lines, limit=8, controls=())).lines[0]
    assert (made_up.abstained, made_up.invented, made_up.language_model.auroc) == (1.0, 1.0, 0.5)
    silent = Echo(lambda draw: replace(draw, vote=None, verdict=UNKNOWN))
    one = benchmark_asked(space, silent, Asking(lines, limit=8, controls=())).lines[0]
    assert (one.abstained, one.invented, one.language_model.auroc) == (1.0, 0.0, 0.5)
    assert one.no_retrieval is None


def test_answers_the_wrong_way_round_fall_below_one_half_as_far_as_right_ones_rise_above(space, lines, echoed):
    turned = Echo(
        lambda draw: draw if draw.vote is None else replace(draw, vote=1 - draw.vote, verdict=NO)
    )  # fmt: skip
    found = benchmark_asked(space, turned, Asking(lines, limit=LIMIT, controls=()))
    for one, other in zip(found.lines, echoed[1].lines, strict=True):
        assert one.language_model.auroc == pytest.approx(1 - other.votes.auroc)


def test_an_estimate_counts_all_calls_and_judges_nothing(space, lines):
    echo = Echo()
    assert estimate_asked(space, echo, Asking(lines, limit=8, controls=())).requests == 2 * 8 * 3
    assert not echo.asked


def test_json_and_the_table_say_who_answered_and_that_it_may_remember(echoed):
    _, report = echoed
    values = report.lines[0].to_json()
    assert set(values["language_model"]) == {"auroc", "auroc_weighted", "low", "high"}
    assert values["published"] is None
    console = Console(file=io.StringIO(), width=200)
    for part in layout.asked(report):
        console.print(part)
    said = " ".join(console.file.getvalue().split())
    assert "echo, on the rows that it was asked about" in said
    assert MAY_HAVE_READ[:60] in said
    assert "no retrieval" in said


def test_who_keeps_all_neighbours_reaches_exactly_what_the_votes_reach(space, lines):
    editor = Editor(keeps_all)
    found = benchmark_asked(space, Echo(), Asking(lines, limit=LIMIT, controls=()), editor)
    for one in found.lines:
        assert one.neighbours.edited == one.votes
        assert one.neighbours.edited_minus_votes.gain == 0.0
        assert (one.neighbours.kept, one.neighbours.added, one.neighbours.ignored) == (1.0, 0, 0)
    # One list for a perturbation, for both tasks and whatever is read out; what it took is told with the rest.
    names = [one.perturbation for one in editor.given]
    assert len(set(names)) == len(names)
    expected = len(names) + 3 * sum(one.rows for one in found.lines)
    assert found.usage.requests == expected
    assert estimate_asked(space, Echo(), Asking(lines, limit=LIMIT, controls=()), editor).requests == expected


def test_lists_are_of_train_perturbations_and_what_does_not_exist_is_counted_and_ignored(space, lines):
    train = set(read_line(lines, "x").train.rows["perturbation"])
    invents = Editor(lambda one: Said(keeps_all(one).keep, ("NOSUCH", one.perturbation)))
    found = benchmark_asked(space, Echo(), Asking(lines, limit=LIMIT, controls=()), invents)
    for one in invents.given:
        assert {each.name for each in one.candidates} <= train - {one.perturbation}
    for one in found.lines:
        assert (one.neighbours.added, one.neighbours.ignored) == (0, 2 * one.neighbours.perturbations)
        assert one.neighbours.edited == one.votes


def test_neighbours_that_are_all_dropped_change_the_votes_and_the_table_shows_them(space, lines):
    found = benchmark_asked(space, Echo(), Asking(lines, limit=8, controls=()), Editor(lambda one: Said(())))
    one = found.lines[0]
    assert one.neighbours.kept == 0.0
    assert one.neighbours.edited != one.votes
    assert set(one.to_json()["neighbours"]["edited_minus_votes"]) == {"gain", "low", "high"}
    console = Console(file=io.StringIO(), width=200)
    for part in layout.asked(found):
        console.print(part)
    assert "edits who is close" in console.file.getvalue()


def test_controls_are_asked_by_name(space, lines):
    echo = Echo()
    found = benchmark_asked(space, echo, Asking(lines, limit=8, controls=("no_summaries",)))
    assert len(echo.asked) == 2 * 2 * 8
    one = found.lines[0]
    assert (one.no_retrieval, one.shuffled_genes, one.no_summaries is None) == (None, None, False)
    with pytest.raises(InvalidValueError, match="no_texts"):
        benchmark_asked(space, Echo(), Asking(lines, limit=8, controls=("no_texts",)))


def test_a_limit_that_holds_no_pair_and_a_line_that_is_not_there_are_refused(space, lines):
    with pytest.raises(InvalidValueError, match="2 or more"):
        benchmark_asked(space, Echo(), Asking(lines, limit=1))
    with pytest.raises(NotFoundError, match="no line"):
        benchmark_asked(space, Echo(), Asking(lines, ["y"]))


def test_a_scored_row_is_asked_about_once(echoed):
    echo, _ = echoed
    questions = [one.question for one in echo.asked[:LIMIT]]
    assert len(set(questions)) == LIMIT
    assert np.isin([one.task for one in echo.asked[:LIMIT]], ["de"]).all()
