"""A card tells an explained response: verdicts in sight, and texts, reasons and rows, each once."""

from __future__ import annotations

import json

import pytest

from agent.serialising import bounded, plain
from tools.responses.answers import ResponseAnswer
from tools.responses.reasoning.explained import NO, YES, Draw, ExplainedResponse, RetrievedRow, Verdict
from tools.responses.reasoning.summaries import GeneSummary
from tui.chat.run_view import notable
from tui.layouts.cards import parts_for

ROWS = tuple(RetrievedRow(f"response:x:P{n}:R", f"P{n}", "R", n % 2 == 0, 1 - n / 10) for n in range(4))
DRAWS = (
    Draw(ROWS[:3], 0.8, YES, "P0 is close.", ("response:x:P0:R",)),
    Draw(ROWS[1:], 0.6, NO, "So it is said.", (), ("response:x:NO:ROW",)),
)
FOUND = ExplainedResponse(
    "x", "K562", ResponseAnswer("A", "R", 0.25, 0.5, 1.0, "high", (), ()),
    (GeneSummary("A", "A is a kinase.", "Stress raises A.", ("text:A",)),),
    (Verdict("de", "Does R change?", YES, 0.8, DRAWS, "votes"), Verdict("dir", "Up?", NO, None, (), "votes")),
    ("A was perturbed.",),
)  # fmt: skip


@pytest.fixture(scope="module")
def value():
    return json.loads(json.dumps(plain(FOUND)))


def test_the_keys_of_an_explained_response_are_these(value):
    assert set(value) == {"context", "cell_type", "predicted", "summaries", "verdicts", "notes", "neighbours"}
    assert set(value["summaries"][0]) == {
        "gene", "downstream", "upstream", "evidence", "by", "written_at", "facts", "statements"
    }  # fmt: skip
    assert set(value["verdicts"][0]) == {"task", "question", "verdict", "share", "draws", "by"}
    assert set(value["verdicts"][0]["draws"][0]) == {"rows", "vote", "verdict", "reason", "cited", "invented"}


def test_verdicts_are_in_sight_with_the_predictor_apart(value):
    assert notable("explain_response", {}, value) == (
        "Does R change? yes (0.800), by votes",
        "Up? no, by votes",
        "The predictor, apart from this: responds 0.250, then up 0.500.",
    )


def test_the_card_opens_to_texts_reasons_and_every_row_once(value):
    by_title = {one.title: one for one in parts_for("explain_response", value)}
    assert list(by_title) == ["A, by template", "Does R change?", "rows", "notes"]
    assert by_title["A, by template"].lines == ("A is a kinase.", "Stress raises A.")
    assert by_title["Does R change?"].lines == (
        "Draw 1: yes. P0 is close.",
        "Draw 2: no. So it is said. It cites response:x:NO:ROW, which was not given, and does not count.",
    )
    rows = by_title["rows"].rows
    assert [row[2] for row in rows] == ["P0", "P1", "P2", "P3"]
    assert [row[4] for row in rows] == ["responds", "no response", "responds", "no response"]
    assert [row[5] for row in rows] == ["1", "1, 2", "1, 2", "2"]


@pytest.mark.parametrize("limit", [1_500, 900, 400])
def test_what_a_transcript_cut_is_told_as_far_as_it_goes(value, limit):
    cut = bounded(value, limit)
    notable("explain_response", {}, cut)
    parts_for("explain_response", cut)


def test_other_results_keep_the_tables_of_any():
    assert [one.title for one in parts_for("gene_summary", {"gene": "A", "statements": [{"text": "x"}]})] == [
        "",
        "statements",
    ]
    assert parts_for("explain_response", None) == []
