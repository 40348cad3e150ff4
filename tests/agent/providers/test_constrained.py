"""A language model without tools uses them all the same: each turn is one object, a call or an answer."""

from __future__ import annotations

import asyncio
import json

import pytest

from agent.events import ApprovalAsked, Failed, Finished, ToolFinished
from agent.judge.calls import Call, agent_for, ask
from agent.providers.abilities import Abilities, keep_abilities
from agent.providers.language_models import resolve
from tests.agent.conftest import NAMES, events_of
from tests.agent.fake_providers import Reply


@pytest.fixture(params=[True, False], ids=["to a schema", "read leniently"])
def to_schema(request):
    return request.param


@pytest.fixture(params=list(NAMES))
def name(request, provider, to_schema):
    """A language model that was found to call no tools."""
    keep_abilities(resolve(NAMES[request.param]), Abilities(tools=False, json_schema=to_schema))
    return NAMES[request.param]


def turn(**content) -> Reply:
    return Reply(json.dumps(content))


def run(conversation, question="Which screens are there?"):
    return asyncio.run(events_of(conversation, question))


def test_a_call_is_made_and_its_result_goes_back_as_text(converse, provider, name, to_schema):
    provider.script = [turn(tool="screen_list", arguments={}), turn(answer="There are none.")]
    events = run(converse(name))
    (done,) = [event for event in events if isinstance(event, ToolFinished)]
    assert (done.tool, done.outcome) == ("screen_list", "done")
    assert isinstance(events[-1], Finished)
    assert events[-1].answer == "There are none."
    assert events[-1].marks == ()
    first, second = provider.received
    assert not first.body.get("tools")
    assert "screen_list" in first.conversation
    assert "Result of screen_list" in second.conversation
    # The schemas that Anthropic takes have no open objects, so that it is never held to one.
    assert ('"maxLength":600' in first.raw.replace(" ", "")) is (to_schema and "anthropic" not in name)


def test_words_around_an_object_do_not_hide_it(converse, provider, name):
    provider.script = [Reply('Sure! {"tool": "screen_list", "arguments": {}} Done.'), turn(answer="None.")]
    assert any(isinstance(event, ToolFinished) for event in run(converse(name)))


def test_plain_words_are_an_answer_and_marked_as_resting_on_nothing(converse, provider, name):
    provider.script = [Reply("There are three screens.")]
    ended = run(converse(name))[-1]
    assert ended.answer == "There are three screens."
    assert any("No tool was called" in mark for mark in ended.marks)


def test_a_writing_tool_waits_for_approval(converse, provider, name):
    call = turn(tool="screen_remove", arguments={"name": "x"})
    provider.script = [call, turn(answer="It was not allowed.")]
    events = run(converse(name))
    assert any(isinstance(event, ApprovalAsked) for event in events)
    (done,) = [event for event in events if isinstance(event, ToolFinished)]
    assert done.outcome == "denied"


def test_one_that_makes_the_same_call_again_and_again_is_left_no_choice_but_to_answer(converse, provider, name):
    call = turn(tool="gene_card", arguments={"symbol": "NOSUCH"})
    provider.script = lambda number, body: call if number < 2 else turn(answer="It is not known.")
    events = run(converse(name))
    assert events[-1].answer == "It is not known."
    assert ["similar_genes(" in one.conversation for one in provider.received] == [True, True, False]


def test_what_a_tool_refuses_is_said_and_may_be_mended(converse, provider, name):
    provider.script = [
        turn(tool="gene_card", arguments={"nonsense": 1}), turn(tool="screen_list", arguments={}), turn(answer="None."),
    ]  # fmt: skip
    events = run(converse(name))
    assert not any(isinstance(event, Failed) for event in events)
    assert [event.outcome for event in events if isinstance(event, ToolFinished)] == ["refused", "done"]


def test_a_blind_judge_gets_its_form_filled(provider, name):
    rows = [{"gene": "VAV1", "grade": 3, "reason": "signals", "evidence": []}]
    provider.script = [turn(tool="give_grades", arguments={"grades": rows})]
    answer = asyncio.run(ask(agent_for(resolve(name)), Call("round", "Grade VAV1.", 0, 1)))
    assert [(row.gene, row.grade) for row in answer.rows] == [("VAV1", 3.0)]
    assert not provider.received[0].body.get("tools")
