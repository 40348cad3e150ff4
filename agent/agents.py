"""The agent of a conversation: instructions, tools, and what asks for approval."""

from __future__ import annotations

import importlib.resources
import warnings
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from agent.binding import Toolbox, bound_tools
from agent.privacy.sharing import share_of
from agent.providers.abilities import kept_abilities

if TYPE_CHECKING:
    from pydantic_ai import Agent, RunContext
    from pydantic_ai.models import Model
    from pydantic_ai.tools import DeferredToolRequests, DeferredToolResults

Handler = Callable[["RunContext[Toolbox]", "DeferredToolRequests"], Awaitable["DeferredToolResults"]]

FEW = (
    "screen_list", "gene_card", "campaign_show", "campaign_propose", "explain_prediction", "over_representation",
    "similar_genes", "open_evidence",
)  # fmt: skip
"""Tools for a language model that reads little at once."""
ENOUGH_CONTEXT = 32_000
"""Tokens in which all tools leave room for a conversation: their descriptions take about a third of it."""

CAMPAIGN_LINE = "The campaign in use is"


def instructions() -> str:
    """What every language model is told first."""
    return (importlib.resources.files(__package__) / "instructions.md").read_text(encoding="utf-8").strip()


def context_of(language_model: Model, campaign: str) -> str | None:
    """What a language model is told of the store before it asks; None where that is nothing.

    Args:
        language_model: As `agent.providers.language_models.resolve` gives it.
        campaign: Name of the campaign in use.
    """
    if not campaign or share_of(language_model) == "nothing":
        return None
    return f"{CAMPAIGN_LINE} {campaign!r}."


def _fitting(language_model: Model) -> tuple[str, ...]:
    """Names of the tools that leave room for a conversation; empty for all."""
    found = kept_abilities(language_model)
    return FEW if found is not None and found.context is not None and found.context < ENOUGH_CONTEXT else ()


def build_agent(language_model: Model, decide: Handler, offered: Sequence[str] = ()) -> Agent[Toolbox, str]:
    """An agent with the tools.

    Args:
        language_model: As `agent.providers.language_models.resolve` gives it.
        decide: Asked about calls that need approval.
        offered: Names of the tools that it has; all where empty, or `FEW` where it is known to read little at once.
    """
    from pydantic_ai import Agent
    from pydantic_ai.capabilities import HandleDeferredToolCalls
    from pydantic_ai.exceptions import UsageLimitUnavailableWarning

    # Told by our own events: a warning on stderr would spoil a page of the chat.
    warnings.filterwarnings("ignore", category=UsageLimitUnavailableWarning)
    handler: Any = decide
    wanted = offered or _fitting(language_model)
    return Agent(
        language_model,
        deps_type=Toolbox,
        output_type=str,
        instructions=instructions(),
        name="hitscout",
        tools=[tool for tool in bound_tools() if not wanted or tool.name in wanted],
        capabilities=[HandleDeferredToolCalls(handler=handler)],
    )
