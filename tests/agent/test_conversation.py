"""Conversations: the order of events, approvals, interruptions, and what outlives a crash."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from agent.assistant import Assistant, RunFailedError
from agent.conversation import Decision, approve_all
from agent.events import (
    ApprovalAsked,
    Failed,
    Finished,
    TextDelta,
    ToolFinished,
    ToolStarted,
    Used,
)
from agent.transcripts.log import history_of
from db.errors import InvalidValueError, NotFoundError
from db.transcripts import find_transcript, lines_of, rounds_of_transcript
from tests.agent.conftest import NAMES, events_of
from tests.agent.fake_providers import Reply
from tests.campaign_world import FAST, manifest, new_workspace, started, transcripts_of_round
from tools.campaigns.listing import campaign_show

ROOT = Path(__file__).resolve().parents[2]
PROPOSE = Reply(calls=[("campaign_propose", {"name": "pilot", "predictor": FAST, "size": 5})])


@pytest.fixture
def world(tmp_path):
    folder = tmp_path / "laboratory"
    folder.mkdir()
    place = new_workspace(folder, bare=True)
    started(place)
    return place


def said(events) -> list[str]:
    return [type(event).__name__ for event in events]


@pytest.mark.parametrize("protocol", NAMES)
def test_events_tell_text_tools_usage_and_the_end_in_order(protocol, provider, converse, world):
    provider.script = [Reply("Let me look.", calls=[("screen_list", {})]), Reply("There are two screens.")]
    events = asyncio.run(events_of(converse(NAMES[protocol], on=world), "Which screens are there?"))
    kinds = [kind for kind in said(events) if kind != "TextDelta"]
    assert kinds == ["Used", "ToolStarted", "ToolFinished", "Used", "Finished"]
    texts = "".join(event.text for event in events if isinstance(event, TextDelta))
    assert texts.split() == ["Let", "me", "look.", "There", "are", "two", "screens."]
    done = next(event for event in events if isinstance(event, ToolFinished))
    assert (done.tool, done.outcome, done.summary) == ("screen_list", "done", "2 found")
    assert [one.screen.name for one in done.result] == ["alpha", "beta"]
    assert done.seconds > 0
    end = events[-1]
    assert end.answer.strip() == "There are two screens."
    assert (end.usage.requests, end.usage.tool_calls, end.usage.cost) == (2, 1, 0.0)
    assert (end.usage.input_tokens, end.usage.output_tokens) == (22, 14)
    assert end.shortlist is None


def test_calls_of_one_answer_run_side_by_side_and_all_are_told(provider, converse, world):
    calls = [
        ("screen_list", {}),
        ("campaign_list", {}),
        ("campaign_show", {"name": "pilot"}),
        ("screen_show", {"name": "beta"}),
    ]
    provider.script = [Reply(calls=calls * 3), Reply("Done.")]
    events = asyncio.run(events_of(converse(on=world), "All at once?"))
    done = [event for event in events if isinstance(event, ToolFinished)]
    assert sorted(event.tool for event in done) == sorted(name for name, _arguments in calls * 3)
    assert {event.outcome for event in done} == {"done"}


def test_a_refused_argument_goes_back_with_near_names_and_does_not_end_the_run(provider, converse, world):
    provider.script = [
        Reply(calls=[("screen_show", {"name": "alfa"})]), Reply(calls=[("screen_show", {})]),
        Reply(calls=[("screen_show", '{"name": ')]), Reply(calls=[("no_such_tool", {})]),
        Reply(calls=[("screen_show", {"name": "alpha"})]), Reply("There it is."),
    ]  # fmt: skip
    events = asyncio.run(events_of(converse(on=world), "Show alfa"))
    assert isinstance(events[-1], Finished), events[-1]
    outcomes = [event.outcome for event in events if isinstance(event, ToolFinished)]
    assert outcomes == ["refused", "refused", "refused", "refused", "done"]
    assert "alpha" in provider.received[1].conversation.rsplit("alfa", 1)[1]


def test_a_tool_that_breaks_is_a_failed_call_and_not_a_dead_run(provider, converse, world, monkeypatch):
    import tools
    from agent import binding

    def screen_list(workspace):
        """Lists the screens."""
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(tools, "READING", (screen_list, *(t for t in tools.READING if t.__name__ != "screen_list")))
    screen_list.__annotations__ = {"workspace": binding.Workspace}
    provider.script = [Reply(calls=[("screen_list", {})]), Reply("It broke.")]
    events = asyncio.run(events_of(converse(on=world), "Screens?"))
    done = next(event for event in events if isinstance(event, ToolFinished))
    assert done.outcome == "failed"
    assert "ZeroDivisionError: by zero" in done.summary
    assert isinstance(events[-1], Finished)


# Approvals ---------------------------------------------------------------------------------------


def test_a_writing_tool_asks_and_without_a_yes_nothing_is_written(provider, converse, world):
    before = campaign_show(world, "pilot")
    provider.script = [PROPOSE, Reply("It was not allowed.")]
    events = asyncio.run(events_of(converse(on=world), "Propose!"))
    asked = next(event for event in events if isinstance(event, ApprovalAsked))
    assert asked.tool == "campaign_propose"
    assert asked.arguments["size"] == 5
    assert asked.effect.startswith("Opens the next round")
    assert next(event for event in events if isinstance(event, ToolFinished)).outcome == "denied"
    assert events[-1].shortlist is None
    assert campaign_show(world, "pilot") == before
    assert "not allowed" in provider.received[1].conversation


def test_an_approved_call_runs_and_its_round_names_the_transcript(provider, converse, world):
    provider.script = [PROPOSE, Reply("Here they are.")]
    conversation = converse(on=world, approve=approve_all, campaign="pilot")
    end = asyncio.run(events_of(conversation, "Propose!"))[-1]
    assert end.shortlist["size"] == len(end.shortlist["nominations"]) == 5
    assert transcripts_of_round(world.store, "pilot", 1) == [conversation.transcript]
    assert rounds_of_transcript(world.store, conversation.transcript) == [("pilot", 1)]
    assert campaign_show(world, "pilot").transcripts == (f"round 1: {conversation.transcript}",)
    assert world.store.verify() == []


def test_an_approved_grade_names_the_transcript_too(provider, converse, world):
    grade = ("campaign_grade", {"gene": "GENE0003", "grade": 3, "reason": "a kinase", "name": "pilot"})
    provider.script = [PROPOSE, Reply(calls=[grade]), Reply("Noted.")]
    conversation = converse(on=world, approve=approve_all)
    asyncio.run(events_of(conversation, "Propose, then grade GENE0003"))
    with world.store.read() as connection:
        rows = connection.execute("SELECT grade, reason, transcript_id FROM grade").fetchall()
    assert rows == [(3.0, "a kinase", conversation.transcript)]


def test_a_person_may_change_the_arguments_before_approving(provider, converse, world):
    async def smaller(asked):
        return Decision(approved=True, arguments={**asked.arguments, "size": 3})

    provider.script = [PROPOSE, Reply("Here they are.")]
    conversation = converse(on=world, approve=smaller)
    assert asyncio.run(events_of(conversation, "Propose!"))[-1].shortlist["size"] == 3
    lines = list(lines_of(conversation.log.file.path))
    assert next(line for line in lines if line["kind"] == "approval")["arguments"]["size"] == 3
    assert next(line for line in lines if line["kind"] == "tool")["arguments"]["size"] == 3


def test_thinking_about_an_approval_does_not_count_for_the_deadline(provider, converse, world):
    async def slow(asked):
        await asyncio.sleep(4.5)
        return Decision(approved=False, reason="No, thank you.")

    provider.script = [PROPOSE, Reply("As you wish.")]
    conversation = converse(on=world, approve=slow, deadline=4.0)
    # The first run makes the tools' schemas, which has its own price.
    end = asyncio.run(events_of(conversation, "Propose!"))[-1]
    assert isinstance(end, Finished), end
    assert "No, thank you." in provider.received[1].conversation


# Interruptions -----------------------------------------------------------------------------------


def test_an_interrupted_run_keeps_what_was_said_and_the_conversation_goes_on(provider, converse, world):
    provider.script = [Reply(calls=[("screen_list", {})]), Reply("Half an answer that", fault="stall-mid")]
    conversation = converse(on=world)

    async def interrupted():
        events = []
        async for event in conversation.run("Which screens?"):
            events.append(event)
            if isinstance(event, TextDelta):
                threading.Thread(target=conversation.cancel).start()
        provider.script = [Reply("Two.")]
        return events, await events_of(conversation, "How many?")

    began = time.monotonic()
    events, after = asyncio.run(interrupted())
    assert time.monotonic() - began < 10
    assert isinstance(events[-1], Failed)
    assert events[-1].kind == "cancelled"
    assert after[-1].answer.strip() == "Two."
    told = provider.received[-1].conversation
    assert "Which screens?" in told
    assert "alpha phenotype" in told
    assert "Half" in told


def test_a_tool_that_is_interrupted_ends_at_its_next_step(provider, converse, world, monkeypatch):
    import tools
    from tools.workspace import Progress, Workspace

    ended = threading.Event()

    def screen_list(workspace: Workspace):
        """Lists the screens."""
        try:
            for step in range(10_000):
                workspace.report(Progress("counting", step, None))
                time.sleep(0.01)
        finally:
            ended.set()

    screen_list.__annotations__ = {"workspace": Workspace}
    monkeypatch.setattr(tools, "READING", (screen_list,))
    provider.script = [Reply(calls=[("screen_list", {})])]
    conversation = converse(on=world)

    async def interrupted():
        events = []
        async for event in conversation.run("Which screens?"):
            events.append(event)
            if type(event).__name__ == "ToolProgress":
                conversation.cancel()
        return events

    events = asyncio.run(interrupted())
    assert ended.wait(5)
    assert events[-1].kind == "cancelled"
    assert [event.outcome for event in events if isinstance(event, ToolFinished)] == ["interrupted"]


def test_a_front_end_that_stops_listening_ends_the_run(provider, converse, world):
    provider.script = [Reply("Word after word after word", fault="stall-mid")]
    conversation = converse(on=world)

    async def left():
        run = conversation.run("Talk!")
        async for _event in run:
            break
        await run.aclose()

    began = time.monotonic()
    asyncio.run(left())
    assert time.monotonic() - began < 8
    assert [line["kind"] for line in lines_of(conversation.log.file.path)][-1] == "failed"


CRASH = """
import asyncio, sys
from pathlib import Path
from agent.assistant import Assistant
from agent.events import TextDelta
from tools.workspace import Workspace
def told(event):
    if isinstance(event, TextDelta):
        print("text", flush=True)
workspace = Workspace.open(Path(sys.argv[1]))
Assistant(workspace, language_model="openai-chat:tiny-1", on_event=told).ask_sync("Which screens?")
"""


def test_a_killed_process_loses_nothing_that_was_said(provider, converse, world):
    provider.script = [Reply(calls=[("screen_list", {})]), Reply("Half an answer", fault="stall-mid")]
    command = [sys.executable, "-c", CRASH, str(world.store.path)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ}, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "text\n"
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    path = find_transcript(world.store, "last").path
    with path.open("a") as stream:
        stream.write('{"kind": "text", "at": "torn in the mid')
    provider.script = [Reply("Two.")]
    conversation = converse(on=world, resume="last")
    assert asyncio.run(events_of(conversation, "How many?"))[-1].answer.strip() == "Two."
    told = provider.received[-1].conversation
    assert "Which screens?" in told
    assert "alpha phenotype" in told
    assert "Half" in told
    assert [line["kind"] for line in lines_of(path)][-1] == "answer"


def test_a_resumed_conversation_knows_what_was_said(provider, converse, world):
    provider.script = [Reply("I am well.")]
    first = converse(on=world, campaign="pilot")
    asyncio.run(events_of(first, "How are you?"))
    again = converse(on=world, resume=first.transcript[:-2])
    assert again.campaign == "pilot"
    asyncio.run(events_of(again, "And now?"))
    told = provider.received[-1].conversation
    assert "How are you?" in told
    assert "I am well." in told
    texts = [p.content for m in history_of(again.log.file.path) for p in m.parts if p.part_kind == "user-prompt"]
    assert texts == ["How are you?", "And now?"]


def test_an_unknown_transcript_or_campaign_is_refused_with_what_there_is(provider, converse, world):
    first = converse(on=world)
    with pytest.raises(NotFoundError, match="no transcript") as refusal:
        converse(on=world, resume="nope")
    assert first.transcript in refusal.value.suggestion
    with pytest.raises(NotFoundError, match="pilot"):
        converse(on=world, campaign="pilott")


# Scripts -----------------------------------------------------------------------------------------


def test_a_script_asks_and_gets_answer_shortlist_transcript_and_usage(provider, world):
    provider.script = [PROPOSE, Reply("Here they are.")]
    import hitscout

    assistant = hitscout.Assistant(world, language_model=NAMES["openai"], approve="all")
    answer = assistant.ask_sync("Propose!").to_json()
    assert set(answer) == {"answer", "shortlist", "transcript", "usage", "marks"}
    assert answer["shortlist"]["size"] == 5
    assert answer["usage"]["tool_calls"] == 1
    json.dumps(answer)
    provider.script = [Reply("You asked me to propose.")]
    assert assistant.ask_sync("What did I ask?").transcript == answer["transcript"]
    assert "Propose!" in provider.received[0].conversation


def test_a_script_with_an_event_loop_of_its_own_asks_too(provider, world):
    provider.script = [Reply("Hello.")]

    async def notebook():
        awaited = await Assistant(world, language_model=NAMES["openai"]).ask("Hello?")
        return awaited.answer.strip(), Assistant(world, language_model=NAMES["openai"]).ask_sync(
            "Hello?"
        ).answer.strip()

    assert asyncio.run(notebook()) == ("Hello.", "Hello.")


def test_a_failed_run_raises_with_its_kind_and_transcript(provider, world):
    provider.script = [Reply(fault="401")]
    with pytest.raises(RunFailedError, match="key") as failed:
        Assistant(world, language_model=NAMES["openai"]).ask_sync("Hello?")
    assert failed.value.kind == "provider"
    assert find_transcript(world.store, failed.value.transcript)


def test_a_limit_in_dollars_that_cannot_be_held_is_refused(distant, world):
    with pytest.raises(InvalidValueError, match="price of tiny-1 is not known"):
        Assistant(world, language_model=NAMES["openai-chat"], max_cost=1.0, agree=True).ask_sync("Hello?")


def test_a_limit_in_dollars_ends_the_run(distant, world):
    distant.script = [Reply(calls=[("list_packs", {})], usage=(1_000_000, 10))]
    with pytest.raises(RunFailedError, match="dollars"):
        Assistant(world, language_model="openai:gpt-5", max_cost=2.0, max_tokens=10**8, agree=True).ask_sync("Hello?")
    assert len(distant.received) == 2


def test_a_question_writes_nothing_but_the_transcripts_index(provider, converse, world):
    provider.script = [Reply(calls=[("screen_list", {})]), Reply("Two.")]
    before = json.loads(manifest(world))
    asyncio.run(events_of(converse(on=world), "Which screens?"))
    after = json.loads(manifest(world))
    assert after["ingests"] == before["ingests"]
    changed = {table for table in after["tables"] if after["tables"][table] != before["tables"].get(table)}
    assert changed == {"transcript"}


def test_usage_is_told_after_each_answer(provider, converse, world):
    provider.script = [Reply(calls=[("screen_list", {})]), Reply(calls=[("campaign_list", {})]), Reply("Done.")]
    events = asyncio.run(events_of(converse(on=world), "Which screens?"))
    assert [event.requests for event in events if isinstance(event, Used)] == [1, 2, 3]
    started_tools = [event.tool for event in events if isinstance(event, ToolStarted)]
    assert started_tools == ["screen_list", "campaign_list"]
