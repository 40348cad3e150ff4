"""A language model that calls no tools, asked so that it need not: each turn is one answer to a schema.

The schema has one branch for each tool, its name and arguments, and one for the answer in words. Where a provider takes
schemas, it holds the language model to it; where not, the schema is told, and what comes is read leniently. Results go
back as plain text. To whoever asks, it is a language model that calls tools: approvals, transcripts and limits are the
same.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic_ai.messages import (
    InstructionPart,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    RetryPromptPart,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import CompletedStreamedResponse, ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.output import OutputObjectDefinition

if TYPE_CHECKING:
    from pydantic_ai.models import Model, StreamedResponse
    from pydantic_ai.settings import ModelSettings
    from pydantic_ai.tools import RunContext, ToolDefinition

TOOL, ARGUMENTS, ANSWER = "tool", "arguments", "answer"
LONGEST_ANSWER, LONGEST_TEXT, LONGEST_LIST = 600, 200, 12
"""Characters of an answer and of a text among arguments, and items of a list, where the schema sets no bound."""
TOLD = """\
You answer with one JSON object and nothing else. Either you use a tool:
{"tool": NAME, "arguments": {…}}
and then you get its result; or you give your answer:
{"answer": TEXT}
Use a tool where the answer must come from data; never make up what a tool could tell. The tools:
"""


class Constrained(WrapperModel):
    """A language model without tools, asked in single turns.

    Args:
        wrapped: The language model itself.
        to_schema: Whether its provider holds it to a schema.
    """

    def __init__(self, wrapped: Model, *, to_schema: bool) -> None:
        super().__init__(wrapped)
        self.to_schema = to_schema

    async def request(
        self,
        messages: list[ModelMessage],
        settings: ModelSettings | None,
        parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """One turn: a tool call or an answer, read from what the language model wrote.

        Args:
            messages: The conversation.
            settings: Settings of this request.
            parameters: Tools, and the shape of the answer.
        """
        tools = [*parameters.function_tools, *parameters.output_tools]
        if not tools:
            return await self.wrapped.request(messages, settings, parameters)
        # One that makes the same call twice has nothing else in mind: it is left no choice but to answer.
        offered = [] if _repeats(messages) and parameters.function_tools else tools
        asked = _asked(parameters, offered, to_schema=self.to_schema)
        response = await self.wrapped.request(_as_text(messages), settings, asked)
        return replace(response, parts=_read(response, tools))

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        settings: ModelSettings | None,
        parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,  # noqa: ARG002 – the framework's signature
    ) -> AsyncGenerator[StreamedResponse]:
        """As `request`: an object is no answer before it is whole.

        Args:
            messages: The conversation.
            settings: Settings of this request.
            parameters: Tools, and the shape of the answer.
            run_context: The run.

        Yields:
            The whole answer.
        """
        response = await self.request(messages, settings, parameters)
        yield CompletedStreamedResponse(response, model_request_parameters=parameters, replay_events=True)


# What is asked -----------------------------------------------------------------------------------


def _asked(
    parameters: ModelRequestParameters, tools: Sequence[ToolDefinition], *, to_schema: bool
) -> ModelRequestParameters:
    """The same request without tools: they are told in the instructions, and the answer's schema stands for them."""
    told = InstructionPart(content=TOLD + "\n".join(_described(tool) for tool in tools))
    parts = [*(parameters.instruction_parts or []), told]
    bare = replace(parameters, function_tools=[], output_tools=[], instruction_parts=parts, allow_text_output=True)
    if not to_schema:
        return replace(bare, output_mode="text", output_object=None)
    held = OutputObjectDefinition(_schema(parameters, tools), name="turn", description="A tool call, or an answer.")
    return replace(bare, output_mode="native", output_object=held)


def _described(tool: ToolDefinition) -> str:
    schema = tool.parameters_json_schema
    needed = schema.get("required", [])
    named = ", ".join(
        f"{name}{'' if name in needed else '?'}: {_kind(one)}" for name, one in schema.get("properties", {}).items()
    )
    first = " ".join((tool.description or "").split()).partition(". ")[0]
    return f"- {tool.name}({named}): {first.rstrip('.')}."


def _kind(schema: Any) -> str:  # noqa: ANN401 – any JSON schema
    if not isinstance(schema, Mapping):
        return "any"
    if "enum" in schema:
        return "|".join(map(str, schema["enum"][:8]))
    if "anyOf" in schema:
        return "|".join(dict.fromkeys(_kind(one) for one in schema["anyOf"]))
    return str(schema.get("type", "object"))


def _schema(parameters: ModelRequestParameters, tools: Sequence[ToolDefinition]) -> dict[str, Any]:
    """One branch for each tool and, where words will do, one for the answer."""
    branches = [_branch({TOOL: {"const": tool.name}, ARGUMENTS: _inlined(tool)}) for tool in tools]
    if not parameters.output_tools or not tools:
        branches.append(_branch({ANSWER: {"type": "string", "maxLength": LONGEST_ANSWER}}))
    return branches[0] if len(branches) == 1 else {"type": "object", "anyOf": branches}


def _branch(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _inlined(tool: ToolDefinition) -> dict[str, Any]:
    """A tool's arguments without references, which would point nowhere inside another schema."""
    from pydantic_ai import InlineDefsJsonSchemaTransformer

    inlined: dict[str, Any] = _bounded(InlineDefsJsonSchemaTransformer(dict(tool.parameters_json_schema)).walk())
    return inlined


def _bounded(schema: Any) -> Any:  # noqa: ANN401 – any part of a JSON schema
    """A schema whose texts and lists end: held to it, a small language model may go on for ever within one."""
    if isinstance(schema, list):
        return [_bounded(one) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    ends = {"string": {"maxLength": LONGEST_TEXT}, "array": {"maxItems": LONGEST_LIST}}
    bounds = {} if "enum" in schema or "const" in schema else ends.get(str(schema.get("type")), {})
    return bounds | {name: _bounded(one) for name, one in schema.items()}


def _repeats(messages: Sequence[ModelMessage]) -> bool:
    """Whether the last two turns were the same call."""
    turns = [message for message in messages if isinstance(message, ModelResponse)][-2:]
    calls = [[(call.tool_name, call.args_as_json_str()) for call in turn.tool_calls] for turn in turns]
    return len(calls) == 2 and bool(calls[0]) and calls[0] == calls[1]


def _as_text(messages: Sequence[ModelMessage]) -> list[ModelMessage]:
    """A conversation in which calls are what the language model wrote, and results what a person said."""
    told: list[ModelMessage] = []
    for message in messages:
        if isinstance(message, ModelResponse):
            told.append(replace(message, parts=[_written(part) for part in message.parts]))
        elif isinstance(message, ModelRequest):
            told.append(replace(message, parts=[_said(part) for part in message.parts]))
        else:
            told.append(message)
    return told


def _written(part: Any) -> Any:  # noqa: ANN401 – any part of a response
    if isinstance(part, ToolCallPart):
        return TextPart(json.dumps({TOOL: part.tool_name, ARGUMENTS: part.args_as_dict()}, ensure_ascii=False))
    return TextPart(json.dumps({ANSWER: part.content}, ensure_ascii=False)) if isinstance(part, TextPart) else part


def _said(part: Any) -> Any:  # noqa: ANN401 – any part of a request
    if isinstance(part, ToolReturnPart):
        return UserPromptPart(f"Result of {part.tool_name}: {part.model_response_str()}")
    if isinstance(part, RetryPromptPart):
        return UserPromptPart(part.model_response())
    return part


# What is read ------------------------------------------------------------------------------------


def _read(response: ModelResponse, tools: Sequence[ToolDefinition]) -> list[Any]:
    """A call or an answer in place of the text that says it; what is neither is an answer as it stands."""
    text = (response.text or "").strip()
    others = [part for part in response.parts if not isinstance(part, TextPart)]
    value = _object_in(text)
    if value is None:
        return [*others, TextPart(text)]
    named = {tool.name for tool in tools}
    if value.get(TOOL) in named:
        arguments = value.get(ARGUMENTS)
        return [*others, ToolCallPart(str(value[TOOL]), arguments if isinstance(arguments, dict) else {})]
    if isinstance(value.get(ANSWER), str):
        return [*others, TextPart(value[ANSWER])]
    if len(named) == 1 and TOOL not in value:
        # The arguments alone, of the only tool that there is.
        return [*others, ToolCallPart(next(iter(named)), value)]
    return [*others, TextPart(text)]


def _object_in(text: str) -> dict[str, Any] | None:
    """The first JSON object in a text."""
    for start in (match.start() for match in re.finditer(r"\{", text[:20_000])):
        try:
            value, _ = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return value
    return None
