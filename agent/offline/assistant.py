"""The offline assistant: no language model, no key, no network, and the same tools.

It knows the plain wishes of `agent.offline.wishes`. Each is a generator that yields calls of tools and is sent what
they gave; it is run anew from the conversation at each step, so the assistant itself remembers nothing, and the same
conversation always goes on in the same way.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from agent.agents import CAMPAIGN_LINE
from agent.offline.wishes import Call, Given, Wishes, begin
from agent.serialising import unfenced
from agent.settings import OFFLINE

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import Model
    from pydantic_ai.models.function import AgentInfo, DeltaToolCalls

_CHUNK = 48
"""Characters of a streamed piece."""


def offline_assistant() -> Model:
    """The assistant that needs no key and no network, as pydantic-ai takes it."""
    from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
    from pydantic_ai.models.function import DeltaToolCall, FunctionModel

    def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        step = next_step(messages, info)
        if isinstance(step, Call):
            call = ToolCallPart(step.tool, dict(step.arguments), tool_call_id=_call_id(messages))
            return ModelResponse(parts=[call], finish_reason="tool_call")
        return ModelResponse(parts=[TextPart(step)], finish_reason="stop")

    async def stream(messages: list[ModelMessage], info: AgentInfo) -> AsyncIterator[str | DeltaToolCalls]:
        step = next_step(messages, info)
        if isinstance(step, Call):
            arguments = json.dumps(dict(step.arguments))
            yield {0: DeltaToolCall(step.tool, arguments, tool_call_id=_call_id(messages))}
            return
        for piece in pieces(step):
            yield piece

    return FunctionModel(answer, stream_function=stream, model_name=OFFLINE)


def next_step(messages: Sequence[ModelMessage], info: AgentInfo) -> Call | str:
    """What the assistant does next: a call of a tool, or its answer.

    Args:
        messages: The conversation.
        info: The tools, and what the assistant was told of the store.
    """
    question, given = _so_far(messages)
    tools = {tool.name: tool.parameters_json_schema for tool in info.function_tools}
    named = re.search(rf"{CAMPAIGN_LINE} '([^']*)'", info.instructions or "")
    wish = begin(question, Wishes(tools, named[1] if named else ""))
    try:
        step = next(wish)
        for one in given:
            step = wish.send(one)
    except StopIteration as done:
        return str(done.value)
    return step


def pieces(text: str) -> list[str]:
    """A text in pieces that break between words.

    Args:
        text: The text.
    """
    found = [""]
    for word in re.findall(r"\s*\S+|\s+$", text):
        if len(found[-1]) + len(word) > _CHUNK:
            found.append("")
        found[-1] += word
    return [piece for piece in found if piece]


def _so_far(messages: Sequence[ModelMessage]) -> tuple[str, list[Given]]:
    """The newest question, and what the tools gave for it so far, in the order of the calls."""
    start = max((i for i, one in enumerate(messages) if _question_in(one)), default=-1)
    if start < 0:
        return "", []
    returns: dict[str, Any] = {}
    order: list[str] = []
    for message in messages[start:]:
        for part in message.parts:
            if part.part_kind == "tool-call":
                order.append(part.tool_call_id)
            elif part.part_kind in ("tool-return", "retry-prompt"):
                returns[part.tool_call_id] = part
    return _question_in(messages[start]), [_given(returns[one]) for one in order if one in returns]


def _question_in(message: ModelMessage) -> str:
    texts = [part.content for part in message.parts if part.part_kind == "user-prompt"]
    return "\n".join(text for text in texts if isinstance(text, str))


def _given(part: Any) -> Given:  # noqa: ANN401 – a tool return or a retry
    outcome = getattr(part, "outcome", "retried")
    text = str(part.content)
    return Given(outcome == "success", outcome == "denied", unfenced(text), text)


def _call_id(messages: Sequence[ModelMessage]) -> str:
    made = sum(part.part_kind == "tool-call" for message in messages for part in message.parts)
    return f"offline-{made + 1}"
