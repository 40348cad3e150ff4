"""A conversation as a language model may see it: every message of it, as far as its level of sharing goes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent.privacy.folders import without_folders
from agent.settings import SHARES, Share

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse

SHARED = "shared"
"""Where the metadata of a tool's return keep what each level shows."""
SEEN = "hitscout_share"
"""Where the metadata of an answer keep the level under which it was given."""
_WITHHELD = "An earlier answer, which is not shared with you."
_DONE = "Done. What it gave is shown to the person, and not shared with you."
_REFUSED = "The call was refused; its reason is not shared with you."
_NAMING = frozenset({
    "name", "symbol", "gene", "genes", "names", "screen", "screens", "first", "second", "campaign", "collection",
    "collections", "organism", "perturbations", "readouts", "context", "table", "evidence_id", "round", "side",
})  # fmt: skip
"""Arguments that hold names of the store."""
_LONGEST_NAME = 80


def shared_messages(messages: Sequence[ModelMessage], level: Share) -> list[ModelMessage]:
    """A conversation as a language model of this level may see it.

    What was said with more in sight than the level shows is left out: the words of an answer, the arguments of its
    calls beside names, and why these were refused.

    Args:
        messages: The whole conversation.
        level: What it may see of the store.
    """
    from pydantic_ai.messages import ModelResponse

    made: list[ModelMessage] = []
    seen: Share = level
    for message in messages:
        if isinstance(message, ModelResponse):
            seen = (message.metadata or {}).get(SEEN, "rows")
            made.append(_shared_answer(message, level, seen))
        else:
            parts = [_shared_part(part, level, within=_is_within(seen, level)) for part in message.parts]
            made.append(replace(message, parts=parts))
    return made


def _is_within(seen: Share, level: Share) -> bool:
    """Whether what was said with `seen` in sight may be shown to who may see `level`."""
    return SHARES.index(level) >= SHARES.index(seen)


def _shared_part(part: Any, level: Share, *, within: bool) -> Any:  # noqa: ANN401 – any part, and the same kind of part
    from pydantic_ai.messages import RetryPromptPart, ToolReturnPart

    if isinstance(part, ToolReturnPart):
        content = _shared_return(part, level, within=within)
        return replace(part, content=without_folders(str(content)), metadata=None)
    if isinstance(part, RetryPromptPart):
        return replace(part, content=_shared_retry(part.content, level, within=within))
    return part


def _shared_return(part: Any, level: Share, *, within: bool) -> Any:  # noqa: ANN401 – a ToolReturnPart and its content
    if level == "rows" or part.outcome == "denied":
        return part.content
    if part.outcome in ("failed", "retried"):
        return part.content if level != "nothing" and within else "The call failed; its reason is not shared with you."
    shown = (part.metadata or {}).get(SHARED, {}).get(level)
    return shown if isinstance(shown, str) else _DONE


def _shared_retry(content: Any, level: Share, *, within: bool) -> Any:  # noqa: ANN401 – a text, or errors of pydantic
    if level == "nothing" or not within:
        return _REFUSED
    if isinstance(content, str):
        return without_folders(content)
    # What was given stands in the call itself, as far as that is shared.
    return [{key: value for key, value in one.items() if key != "input"} | {"input": None} for one in content]


def _shared_answer(message: ModelResponse, level: Share, seen: Share) -> ModelResponse:
    """An earlier answer; words and arguments are left out where they were given with more in sight."""
    from pydantic_ai.messages import TextPart, ToolCallPart

    if _is_within(seen, level):
        return message
    parts: list[Any] = []
    for part in message.parts:
        if isinstance(part, TextPart):
            parts.append(replace(part, content=_WITHHELD))
        elif isinstance(part, ToolCallPart):
            arguments = json.dumps(_shared_arguments(part, level), ensure_ascii=False)
            parts.append(ToolCallPart(part.tool_name, arguments, tool_call_id=part.tool_call_id))
    return replace(message, parts=parts)


def _shared_arguments(part: Any, level: Share) -> dict[str, Any]:  # noqa: ANN401 – a ToolCallPart
    """Arguments that name something of the store; any other, such as a query or a reason, may hold its data."""
    if level == "nothing":
        return {}
    try:
        arguments: Mapping[str, Any] = part.args_as_dict()
    except (ValueError, AssertionError, TypeError):
        return {}
    return {key: value for key, value in arguments.items() if key in _NAMING and _are_names(value)}


def _are_names(value: Any) -> bool:  # noqa: ANN401
    if isinstance(value, list):
        return all(_are_names(one) for one in value)
    return isinstance(value, (str, int)) and len(str(value)) <= _LONGEST_NAME and "\n" not in str(value)
