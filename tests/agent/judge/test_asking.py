"""A bound of cost is kept before a call is sent, and what is under way is heard."""

from __future__ import annotations

import threading
import time

import pytest

from agent.judge.neighbour_editor import _call
from agent.judge.opening import open_editor
from db.errors import InvalidValueError
from tests.agent.conftest import NAMES
from tests.agent.fake_providers import Reply
from tools.responses.reasoning.neighbours import Candidate, Listed

LISTS = [
    Listed(f"GENE{number:02}", "a gene", "K562", tuple(Candidate(f"P{one:02}", "") for one in range(20)))
    for number in range(12)
]
SENT, RECEIVED = _call(LISTS[0]).tokens()


@pytest.fixture
def editor(workspace, distant):
    """Somebody whose every call takes what it is estimated to take."""
    distant.script = lambda number, body: Reply(
        calls=[("give_edit", {"edits": [{"keep": ["P01"]}]})], usage=(SENT, RECEIVED)
    )
    opened = []

    def begin(**bounds):
        opened.append(open_editor(workspace, NAMES["openai"], agree=True, **bounds))
        return opened[-1]

    yield begin
    for one in opened:
        one.close()


@pytest.mark.parametrize("calls", [0, 1, 2, 5])
def test_a_call_that_may_pass_the_bound_is_not_sent(calls, editor, distant):
    price = editor().estimate(LISTS[:1]).cost
    assert price > 0
    made = editor(max_cost=(calls + 0.5) * price)
    with pytest.raises(InvalidValueError, match="above the bound"):
        made.edit(LISTS)
    assert len(distant.received) == calls
    assert made.spent.cost == pytest.approx(calls * price)
    # What was answered is kept: with a larger bound only the others are asked.
    again = editor(max_cost=20 * price)
    again.edit(LISTS)
    assert (len(distant.received), again.spent.requests) == (len(LISTS), len(LISTS) - calls)


def test_what_is_exactly_within_the_bound_is_sent_whole(editor, distant):
    price = editor().estimate(LISTS[:1]).cost
    editor(max_cost=len(LISTS) * price * 1.0001).edit(LISTS)
    assert len(distant.received) == len(LISTS)


def test_calls_under_way_count_toward_the_bound_and_their_answers_are_kept(editor, distant):
    """Four are asked at once: those that are under way when the bound is reached are paid for, and not lost."""
    price, at_once, most = editor().estimate(LISTS[:1]).cost, [], threading.Lock()
    quick = distant.script

    def slow(number, body):
        with most:
            at_once.append(number)
        time.sleep(0.1)
        return quick(number, body)

    distant.script = slow
    made = editor(max_cost=3.5 * price)
    with pytest.raises(InvalidValueError, match="above the bound"):
        made.edit(LISTS)
    assert len(at_once) == len(distant.received) == 3
    assert made.spent.requests == 3
    assert editor().estimate(LISTS).cached == 3
