"""What providers do to us: each fault ends in one line, within its deadline, and the conversation can be carried on."""

from __future__ import annotations

import asyncio
import re
import time

import pytest
from pydantic_ai import Agent

from agent.events import Failed, Finished, Notice, TextDelta
from agent.privacy.keys import MASK
from agent.providers.errors import explain
from agent.providers.language_models import resolve
from agent.settings import LanguageModelSettings
from agent.transcripts.log import history_of
from db.transcripts import lines_of
from tests.agent.conftest import NAMES, QUICK, events_of, holds_key
from tests.agent.fake_providers import KEY, Reply

TEXT = "some words that the provider says"
FAULTS = {
    "stall": "sent nothing in time",
    "stall-mid": "sent nothing in time",
    "early-end": "ended before it was finished",
    "reset": "cannot be reached at 127.0.0.1",
    "length": "cut off at its token limit",
    "choices-empty": r"was empty|before it was finished",
    "garbage": "was empty",
    "filter": "filter stopped the answer",
    "401": "The key for .* was refused",
    "402": "no credit left|402",
    "404": "knows no",
    "400": "rejected the request",
    "429": "takes no more requests for now. It asks to wait 120 s",
    "500": "failed at the provider",
    "529": "is overloaded",
}
EVERYWHERE = ("stall", "stall-mid", "early-end", "length", "choices-empty", "garbage", "401", "429")
"""Faults that each protocol shows in its own way."""
SLOWEST = QUICK["deadline"] + 1


def script_of(fault: str) -> Reply:
    return Reply(TEXT, fault=fault, retry_after=120 if fault == "429" else None)


@pytest.mark.parametrize(
    ("protocol", "fault"),
    [(protocol, fault) for protocol in NAMES for fault in FAULTS if protocol == "openai-chat" or fault in EVERYWHERE],
)
def test_a_fault_ends_in_one_line_and_the_conversation_goes_on(
    protocol, fault, provider, converse, workspace, tmp_path, capfd
):
    provider.script = [script_of(fault)]
    conversation = converse(NAMES[protocol], **QUICK)
    began = time.monotonic()
    events = asyncio.run(events_of(conversation, "Which screens are there?"))
    took = time.monotonic() - began
    provider.script = [Reply("All is well.")]
    after = asyncio.run(events_of(converse(NAMES[protocol], resume=conversation.transcript), "And now?"))
    end = events[-1]
    assert isinstance(end, Failed)
    assert "\n" not in end.message
    assert re.search(FAULTS[fault], end.message), end.message
    assert took < SLOWEST
    assert sum(isinstance(event, (Failed, Finished)) for event in events) == 1
    assert isinstance(after[-1], Finished), after[-1]
    assert after[-1].answer.strip() == "All is well."
    kinds = [line["kind"] for line in lines_of(conversation.log.file.path)]
    assert kinds.count("asked") == 2
    assert kinds.count("failed") == 1
    assert kinds[-1] == "answer"
    questions = [
        p.content for m in history_of(conversation.log.file.path) for p in m.parts if p.part_kind == "user-prompt"
    ]
    assert questions == ["Which screens are there?", "And now?"]
    said = "".join(capfd.readouterr()) + repr(events) + repr(after)
    assert KEY not in said
    assert holds_key(tmp_path) == []


@pytest.mark.parametrize("protocol", NAMES)
@pytest.mark.parametrize("fault", ["stall", "length", "choices-empty", "garbage", "401"])
def test_a_request_that_is_not_streamed_ends_in_one_line_too(protocol, fault, provider):
    provider.script = [script_of(fault)]
    settings = LanguageModelSettings(NAMES[protocol], read_timeout=0.8, request_deadline=3.0, retries=0)
    agent = Agent(resolve(settings=settings))
    began = time.monotonic()
    with pytest.raises(Exception) as raised:
        asyncio.run(agent.run("Hello?"))
    assert time.monotonic() - began < 5
    failed = explain(raised.value, agent.model)
    assert failed.kind == "provider", failed
    assert "\n" not in failed.message
    assert KEY not in failed.message + failed.suggestion


@pytest.mark.parametrize("protocol", NAMES)
def test_a_provider_that_says_the_key_again_has_it_masked(protocol, provider, converse):
    provider.script = [Reply(fault="500")]
    end = asyncio.run(events_of(converse(NAMES[protocol], retries=0), "Hello?"))[-1]
    assert MASK in end.message
    assert KEY not in end.message


def test_a_server_that_is_not_there_is_named(converse):
    end = asyncio.run(events_of(converse(NAMES["openai-chat"]), "Hello?"))[-1]
    assert end.kind == "provider"
    assert "127.0.0.1:9" in end.message


def test_a_busy_provider_is_asked_again_and_that_is_told(provider, converse):
    provider.script = [Reply(fault="529", retry_after=0.1), Reply("Here I am.")]
    events = asyncio.run(events_of(converse(), "Hello?"))
    assert isinstance(events[-1], Finished)
    assert any(isinstance(event, Notice) and "asking again" in event.text for event in events)
    assert len(provider.received) == 2


def test_nothing_is_repeated_once_text_has_come(provider, converse):
    provider.script = [Reply(TEXT, fault="stall-mid"), Reply("Never said.")]
    events = asyncio.run(events_of(converse(**QUICK), "Hello?"))
    assert isinstance(events[-1], Failed)
    assert any(isinstance(event, TextDelta) for event in events)
    assert len(provider.received) == 1


def test_the_deadline_of_a_run_holds_where_each_request_is_in_time(provider, converse):
    provider.script = [Reply(calls=[("list_packs", {})])]
    conversation = converse(deadline=0.5, max_requests=500, max_tool_calls=500)
    began = time.monotonic()
    end = asyncio.run(events_of(conversation, "Hello?"))[-1]
    assert (end.kind, end.message) == ("deadline", "The run reached its deadline of 0.5 s.")
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("limit", "word"),
    [({"max_requests": 3}, "3 requests"), ({"max_tool_calls": 2}, "2 tool calls"), ({"max_tokens": 30}, "tokens")],
)
def test_endless_tool_calls_end_at_the_limit(limit, word, provider, converse):
    provider.script = [Reply(calls=[("list_packs", {})])]
    end = asyncio.run(events_of(converse(**limit), "Hello?"))[-1]
    assert end.kind == "limit"
    assert word in end.message


def test_the_second_language_model_answers_where_the_first_fails(provider, converse):
    provider.script = lambda number, body: (
        Reply(fault="500") if body["model"] == "tiny-1" else Reply("I am the second.")
    )
    events = asyncio.run(events_of(converse(fallback="openai-chat:tiny-2", retries=0), "Hello?"))
    assert events[-1].answer.strip() == "I am the second."
    assert [one.body["model"] for one in provider.received] == ["tiny-1", "tiny-2"]


def test_where_both_fail_both_reasons_are_told(provider, converse):
    provider.script = lambda number, body: Reply(fault="500" if body["model"] == "tiny-1" else "401")
    end = asyncio.run(events_of(converse(fallback="openai-chat:tiny-2", retries=0), "Hello?"))[-1]
    assert "tiny-1 failed" in end.message
    assert "tiny-2 was refused" in end.message


@pytest.mark.parametrize("protocol", NAMES)
def test_an_answer_without_end_is_stopped_with_a_message_and_the_conversation_goes_on(
    protocol, provider, converse, monkeypatch
):
    monkeypatch.setattr("agent.privacy.border.LONGEST_ANSWER", 1_000)
    provider.script = [Reply("wordy " * 1_000), Reply("Short.")]
    conversation = converse(NAMES[protocol])
    end = asyncio.run(events_of(conversation, "Which screens?"))[-1]
    assert isinstance(end, Failed)
    assert "went on past 1,000 characters; it was stopped" in end.message
    assert isinstance(asyncio.run(events_of(conversation, "And now?"))[-1], Finished)


def test_arguments_without_end_are_stopped_too(provider, converse, monkeypatch):
    monkeypatch.setattr("agent.privacy.border.LONGEST_ANSWER", 3_000)
    provider.script = [Reply(calls=[("sql_query", {"sql": "x" * 5_000})])]
    end = asyncio.run(events_of(converse(), "Which screens?"))[-1]
    assert "it was stopped" in end.message


def test_a_key_in_an_answer_is_shown_and_kept_nowhere(provider, converse, workspace):
    provider.script = [Reply(f"Your key is {KEY} I think.")]
    events = asyncio.run(events_of(converse(), "What is my key?"))
    shown = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert shown.split() == f"Your key is {MASK} I think.".split()
    assert events[-1].answer.split() == shown.split()
    assert holds_key(workspace.store.path.parent) == []
