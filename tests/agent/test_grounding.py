"""An answer that rests on nothing, or on evidence that does not exist, is marked."""

from __future__ import annotations

import asyncio

from agent.events import Finished, Mark
from agent.grounding import NO_TOOL, cited_ids, marks_on
from tests.agent.conftest import events_of
from tests.agent.fake_providers import Reply


def test_ids_are_found_in_prose_lists_and_quotes():
    text = "See `text:VAV1`, (set:hallmarks:HALLMARK_HYPOXIA), edge:STRING:A:B. Note: text: nothing; effect:1 is none."
    assert cited_ids(text) == ["text:VAV1", "set:hallmarks:HALLMARK_HYPOXIA", "edge:STRING:A:B"]


def test_evidence_that_is_there_is_not_marked_and_what_is_not_there_is(named_workspace):
    assert marks_on(named_workspace, "TP53 is known: text:TP53.", 1) == ()
    (mark,) = marks_on(named_workspace, "See text:TP53 and set:hallmarks:MADE_UP.", 1)
    assert "set:hallmarks:MADE_UP" in mark
    assert "text:TP53" not in mark


def test_an_answer_without_a_tool_is_marked_in_the_stream_the_end_and_the_transcript(converse, provider):
    provider.script = [Reply("VAV1 is surely a hit, see effect:1:VAV1.")]
    conversation = converse()
    events = asyncio.run(events_of(conversation, "Is VAV1 a hit?"))
    told = [event.text for event in events if isinstance(event, Mark)]
    assert isinstance(events[-1], Finished)
    assert list(events[-1].marks) == told
    assert told[0] == NO_TOOL
    assert "effect:1:VAV1" in told[1]
    assert NO_TOOL in conversation.log.file.path.read_text()


def test_an_answer_that_a_tool_gave_is_not_marked(converse, provider):
    provider.script = [Reply(calls=[("screen_list", {})]), Reply("There are none.")]
    events = asyncio.run(events_of(converse(), "Which screens are there?"))
    assert events[-1].marks == ()


def test_the_offline_assistant_is_not_marked(converse):
    events = asyncio.run(events_of(converse("offline"), "Hello"))
    assert events[-1].marks == ()
