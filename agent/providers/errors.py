"""What goes wrong between us and a language model, as one line for a person, without keys."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from agent.events import Failed
from agent.privacy.keys import place_of, redact, variable_of
from agent.privacy.sharing import each_of
from db.acts import option
from db.errors import HitscoutError

if TYPE_CHECKING:
    from pydantic_ai.models import Model

_LONGEST = 240
_ANOTHER = f"Ask again, or use another one: {option('language_model')}."


def explain(error: BaseException, language_model: Model | None = None) -> Failed:
    """The end of a run that an error brought about.

    Args:
        error: What was raised while a language model was asked.
        language_model: The one that was asked, for where it is and which key it takes.
    """
    from pydantic_ai import exceptions as e

    if isinstance(error, HitscoutError):
        return Failed(error.kind, redact(error.message), redact(error.suggestion))
    if isinstance(error, e.RunTimedOut | asyncio.TimeoutError):
        return Failed("deadline", "The run reached its deadline.", "Ask again, or ask for less at a time.")
    if isinstance(error, e.RunCancelled | asyncio.CancelledError | KeyboardInterrupt):
        return Failed("cancelled", "The run was interrupted.", "What was done so far is kept; ask on.")
    if isinstance(error, e.UsageLimitExceeded):
        return _limit(str(error))
    if isinstance(error, e.FallbackExceptionGroup):
        both = [explain(one, language_model) for one in error.exceptions]
        return Failed("provider", " ".join(dict.fromkeys(one.message for one in both)), both[-1].suggestion)
    if isinstance(error, e.ModelAPIError):
        message, suggestion = _provider(error, language_model)
        return Failed("provider", message, suggestion)
    if isinstance(error, e.UserError):
        return Failed("provider", f"The language model cannot be asked: {one_line(str(error))}", "")
    if isinstance(error, e.UnexpectedModelBehavior):
        nothing = "without content" in error.message or "output retries" in error.message
        message = "The language model's answer " + (
            "was empty." if nothing else f"cannot be used: {one_line(error.message)}"
        )
        return Failed("provider", message, f"Ask again, or use another one: {option(language_model='PROVIDER:NAME')}.")
    return Failed(
        "unexpected",
        f"hitscout met an error that it should have foreseen ({one_line(f'{type(error).__name__}: {error}')}).",
        "Please report it; the conversation can go on.",
    )


def one_line(text: str, limit: int = _LONGEST) -> str:
    """Text of a provider on one line, without keys, cut short.

    Args:
        text: The text.
        limit: Characters at most.
    """
    line = " ".join(redact(text).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def _limit(said: str) -> Failed:
    for word, what, how in (
        ("tool_calls_limit", "tool calls", "max_tool_calls in the settings file"),
        ("request_limit", "requests", option("max_requests")),
        ("cost_limit", "dollars", option("max_cost")),
        ("token", "tokens", "max_tokens in the settings file"),
    ):
        if word in said:
            number = said.split(f"{word} of ")[-1].split()[0].strip("`().,") if f"{word} of " in said else ""
            limit = f"its limit of {number} {what}" if number else f"its limit of {what}"
            return Failed("limit", f"The run reached {limit}.", f"Raise {how}, or ask for less at a time.")
    return Failed("limit", f"The run reached a limit: {one_line(said)}", "")


def _provider(error: Exception, language_model: Model | None) -> tuple[str, str]:
    from pydantic_ai import exceptions as e

    from agent.privacy.border import AnswerCutShort

    name = getattr(error, "model_name", "") or "The provider"
    wait = getattr(error, "retry_after", None)
    patience = f" It asks to wait {wait:.0f} s." if wait else ""
    said = _body(error)
    host = place_of((language_model.base_url if language_model else "") or "") or "its provider"
    cases: tuple[tuple[type[Exception], str, str], ...] = (
        (AnswerCutShort, str(error), "Ask again, or ask for less at a time."),
        (e.ModelAuthenticationError, f"The key for {name} was refused.", f"Check {_variable(language_model)}."),
        (e.ModelQuotaExceededError, f"The account for {name} has no credit left.", "Top it up at the provider."),
        (e.ModelRateLimitError, f"{name} takes no more requests for now.{patience}", "Wait, then ask again."),
        (e.ModelOverloadedError, f"{name} is overloaded.{patience}", "Wait, then ask again."),
        (e.ModelUnavailableError, f"{name} is not available just now.{patience}", "Wait, then ask again."),
        (e.ModelRequestTimeout, f"{name} did not finish within {getattr(error, 'timeout', 0):.0f} s.", "Ask again."),
        (e.ModelTimeoutError, f"{name} sent nothing in time.", _ANOTHER),
        (e.ModelConnectionError, f"{name} cannot be reached at {host}.", "Check the network and the base URL."),
        (e.ModelServerError, f"{name} failed at the provider{said}.", "Ask again later."),
        (
            e.ModelContextWindowExceededError,
            f"The conversation has grown too long for {name}.",
            "Begin a new one, or use a language model with a larger context.",
        ),
        (e.ModelNotFoundError, f"The provider knows no {name}{_near(error)}.", "Check its name and the base URL."),
        (e.ModelRequestRejectedError, f"{name} rejected the request{said}.", ""),
    )
    for kind, message, suggestion in cases:
        if isinstance(error, kind):
            return one_line(message), suggestion
    return one_line(f"{name} failed{said or ': ' + str(error)}"), _ANOTHER


def _variable(language_model: Model | None) -> str:
    asked = each_of(language_model) if language_model is not None else ()
    return variable_of(asked[0].system) if len(asked) == 1 else "it"


def _near(error: Exception) -> str:
    suggested = getattr(error, "suggested_model_id", None)
    return f"; near it: {suggested}" if suggested else ""


def _body(error: Exception) -> str:
    """What the provider said, where it said something."""
    body = getattr(error, "body", None)
    inner = body.get("error", body) if isinstance(body, dict) else body
    said = inner.get("message") if isinstance(inner, dict) else inner
    status = getattr(error, "status_code", None)
    parts = [str(status)] if status else []
    parts += [one_line(str(said), 160)] if said else []
    return f" ({': '.join(parts)})" if parts else ""
