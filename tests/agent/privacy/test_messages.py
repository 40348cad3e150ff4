"""What was said before, as a language model of a stricter level or another provider may see it."""

from __future__ import annotations

import pytest
from pydantic_ai.messages import ModelRequest, ModelResponse, RetryPromptPart, TextPart, ToolCallPart, ToolReturnPart

from agent.privacy.messages import SEEN, shared_messages
from agent.settings import SHARES

SQL = "SELECT * FROM effects WHERE estimate > 4.689"


def conversation(seen: str) -> list:
    calls = [
        ToolCallPart("sql_query", {"sql": SQL}, tool_call_id="1"),
        ToolCallPart("campaign_exclude", '{"genes": ["VAV1"], "reason": "effect 4.689"}', tool_call_id="2"),
        ToolCallPart("screen_show", {"name": "alpha"}, tool_call_id="3"),
        ToolCallPart("screen_show", "no JSON 4.689", tool_call_id="4"),
    ]
    return [
        ModelResponse(parts=[TextPart("It is 4.689."), *calls], metadata={SEEN: seen}),
        ModelRequest(parts=[
            ToolReturnPart("sql_query", "4.689", tool_call_id="1"),
            RetryPromptPart("GENE1 has 4.689 already.", tool_name="campaign_exclude", tool_call_id="2"),
        ]),
    ]  # fmt: skip


def told(messages) -> str:
    return repr([part for message in messages for part in message.parts])


@pytest.mark.parametrize("level", SHARES[:-1])
def test_arguments_and_refusals_of_earlier_calls_are_shared_like_answers(level):
    made = shared_messages(conversation("rows"), level)
    assert "4.689" not in told(made)
    # Each call still has its return, or a provider refuses the whole conversation.
    assert [part.tool_call_id for part in made[0].parts if part.part_kind == "tool-call"] == ["1", "2", "3", "4"]
    assert ("alpha" in told(made)) == (level != "nothing")
    assert ("VAV1" in told(made)) == (level != "nothing")


def test_what_was_said_with_no_more_in_sight_stays():
    made = told(shared_messages(conversation("names"), "summaries"))
    assert SQL in made
    assert "It is 4.689." in made
    assert "4.689" in told(shared_messages(conversation("rows"), "rows"))


def test_an_answer_of_which_nothing_is_known_counts_as_given_with_all_in_sight():
    messages = conversation("rows")
    messages[0].metadata = None
    assert "4.689" not in told(shared_messages(messages, "summaries"))


def test_the_conversation_itself_is_left_as_it_is():
    messages = conversation("rows")
    before = told(messages)
    shared_messages(messages, "nothing")
    assert told(messages) == before
