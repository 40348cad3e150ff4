"""What would be sent: the first request of a question, down to its bytes, without sending it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from agent.agents import build_agent, context_of, instructions
from agent.binding import Toolbox, bound_tools
from agent.privacy.consent import Sending, sendings
from agent.privacy.keys import redact
from agent.privacy.messages import shared_messages
from agent.privacy.sharing import each_of
from tools.workspace import Workspace

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage
    from pydantic_ai.models import Model
    from pydantic_ai.tools import DeferredToolRequests, DeferredToolResults, RunContext

    from agent.privacy.border import Border


@dataclass(frozen=True)
class DryRun:
    """The first request that a question would make.

    Attributes:
        language_model: Who would be asked.
        leaves: What would go to which machine, a sentence each; empty where nothing leaves this one.
        url: Where the request would go; empty where it goes nowhere.
        body: Its content; nothing where it goes nowhere.
        exact: Whether `body` is the request itself, and not our own account of what it would hold.
    """

    language_model: str
    leaves: tuple[str, ...]
    url: str
    body: Mapping[str, Any]
    exact: bool


class NotSentError(Exception):
    """Raised at the place where a request would leave."""


async def dry_run(
    workspace: Workspace,
    language_model: Model,
    question: str,
    *,
    campaign: str = "",
    history: Sequence[ModelMessage] = (),
) -> DryRun:
    """The request that a question would make first; later ones add what tools return, as far as it is shared.

    Args:
        workspace: What is talked about.
        language_model: As `agent.providers.language_models.resolve` gives it; of two, the first.
        question: The question.
        campaign: The campaign in use.
        history: What was said before.
    """
    from agent.privacy.border import Border

    leaves = tuple(one.text for one in _each_once(sendings(language_model)))
    first = each_of(language_model)[0]
    if not isinstance(first, Border):
        return DryRun(first.model_name, leaves, "", {}, exact=True)
    border = Border(first.wrapped, replace(first.limits, retries=0), ask_consent=False)
    context = context_of(language_model, campaign)
    caught = await _caught(workspace, border, question, context, history)
    if caught is not None:
        return DryRun(first.model_name, leaves, *caught, exact=True)
    body = _account(border, question, context, history)
    return DryRun(first.model_name, leaves, redact(first.base_url or ""), body, exact=False)


def _each_once(found: Sequence[Sending]) -> list[Sending]:
    return list(dict.fromkeys(found))


async def _caught(
    workspace: Workspace, border: Border, question: str, context: str | None, history: Sequence[ModelMessage]
) -> tuple[str, Mapping[str, Any]] | None:
    """Address and content of the request, caught where it would leave; None where that place is not known."""
    from pydantic_ai.exceptions import AgentRunError

    # Both SDKs keep their HTTP client there; other providers get an account in place of the bytes.
    client: Any = getattr(getattr(border.wrapped, "client", None), "_client", None)
    if not hasattr(client, "event_hooks"):
        return None
    sent: list[tuple[str, bytes]] = []

    async def refuse(request: Any) -> None:  # noqa: ANN401 – a request of httpx
        sent.append((str(request.url), await request.aread()))
        raise NotSentError

    before, client.event_hooks = client.event_hooks, {"request": [refuse], "response": []}
    agent = build_agent(border, _never, border.limits.tools)
    try:
        with suppress(AgentRunError, NotSentError):
            async with agent.run_stream_events(
                question, message_history=list(history), deps=Toolbox(workspace), instructions=context
            ) as events:
                async for _event in events:
                    pass
    finally:
        client.event_hooks = before
    if not sent:
        return None
    url, body = sent[0]
    return redact(url), json.loads(redact(body.decode("utf-8")))


def _account(border: Border, question: str, context: str | None, history: Sequence[ModelMessage]) -> Mapping[str, Any]:
    """What a request would hold, in our own words."""
    from pydantic_ai.messages import ModelMessagesTypeAdapter, ModelRequest, UserPromptPart

    messages = shared_messages([*history, ModelRequest(parts=[UserPromptPart(question)])], border.share)
    return {
        "instructions": "\n\n".join(part for part in (instructions(), context) if part),
        "messages": ModelMessagesTypeAdapter.dump_python(messages, mode="json"),
        "tools": [
            {"name": tool.name, "description": tool.description, "parameters": tool.tool_def.parameters_json_schema}
            for tool in bound_tools()
            if not border.limits.tools or tool.name in border.limits.tools
        ],
    }


async def _never(context: RunContext[Toolbox], requests: DeferredToolRequests) -> DeferredToolResults:  # noqa: ARG001
    """Approves nothing: no answer comes that could ask for it."""
    return requests.build_results(approvals=dict.fromkeys((call.tool_call_id for call in requests.approvals), False))
