"""Spending on a language model: who agrees, and what is said where nobody can."""

from __future__ import annotations

import io

import pytest

from db.errors import InvalidValueError
from tools.grades.judge import JudgeUsage
from tui.cli.spending import asks_first

DEAR = JudgeUsage(12, 0, 9_000, 900, 0.25)
UNPRICED = JudgeUsage(12, 0, 9_000, 900, None)


class Terminal(io.StringIO):
    """Keys of somebody at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("usage", [DEAR, UNPRICED])
def test_where_nobody_is_at_a_terminal_it_is_refused_with_what_it_would_take(usage, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(InvalidValueError, match="12 requests") as refusal:
        asks_first(agree=False)(usage)
    assert "--yes" in refusal.value.suggestion
    assert "--max-cost" in refusal.value.suggestion


def test_somebody_at_a_terminal_is_asked_and_may_say_no(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    with pytest.raises(InvalidValueError, match="Nothing was sent"):
        asks_first(agree=False)(DEAR)
    said = capsys.readouterr()
    assert "12 requests" in said.err
    assert said.out == ""
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    asks_first(agree=False)(DEAR)


def test_whoever_agreed_and_whoever_asks_this_machine_is_not_asked(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    asks_first(agree=True)(DEAR)
    asks_first(agree=False)(JudgeUsage(12, 0, 9_000, 900, 0.0))
    assert capsys.readouterr() == ("", "")
