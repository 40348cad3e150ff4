"""What may leave this machine: the one place that decides what of the store a distant language model gets to see.

Every language model that is asked stands behind a `agent.privacy.border.Border`, and the border sends `shared_messages`
only. What a tool gave is kept whole in the conversation, together with what each level would show of it, so a
conversation that was begun with a local language model can be carried on with a distant one.
"""

from __future__ import annotations

import ipaddress
import re
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from agent.settings import SHARES, Share
from db.acts import option
from db.errors import InvalidValueError

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import Model

LISTED = 25
"""Items of a list that are shown at most."""
LONGEST_NAME = 80
SHARED = "shared"
"""Where the metadata of a tool's return keep what each level shows."""
SEEN = "hitscout_share"
"""Where the metadata of an answer keep the level under which it was given."""
_NAME_KEYS = frozenset({
    "name", "symbol", "perturbation", "gene", "genes", "target_genes", "campaign", "screen", "screens", "study", "pack",
    "packs", "id", "ids", "evidence", "set", "sets", "gene_set", "gene_sets", "collection", "network", "organism",
    "cell_type", "state", "status", "kind", "transcript", "round", "positive_controls", "contrast",
})  # fmt: skip
ROWS_THEMSELVES = frozenset({"open_evidence", "sql_query"})
"""Tools whose single values and sentences are measured values of one gene."""
_FOLDERS = re.compile(r"(?<![\w/:.~-])/(?:[^\s/\"'\\<>|:;,]+/)+(?=[^\s/])")
_WINDOWS_FOLDERS = re.compile(r"\b[A-Za-z]:\\{1,2}(?:[^\s\\\"'<>|:;,]+\\{1,2})+(?=[^\s\\])")
_WITHHELD = "An earlier answer, which is not shared with you."


def each_of(language_model: Model) -> tuple[Model, ...]:
    """The language models that a name stands for: one, or the first and the one behind it.

    Args:
        language_model: As `agent.providers.language_models.resolve` gives it.
    """
    from pydantic_ai.models.fallback import FallbackModel

    return tuple(language_model.models) if isinstance(language_model, FallbackModel) else (language_model,)


def stays_here(language_model: Model) -> bool:
    """Whether what is sent to a language model stays on this machine.

    Args:
        language_model: As `agent.providers.language_models.resolve` gives it.
    """
    return all(one.system in ("function", "test") or is_local(one.base_url or "") for one in each_of(language_model))


def is_local(url: str) -> bool:
    """Whether an address is this machine's own and no proxy stands before it.

    Args:
        url: The base address of a provider.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    try:
        own = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
    proxies = urllib.request.getproxies()
    proxied = parts.scheme in proxies or "all" in proxies
    return own and (not proxied or bool(urllib.request.proxy_bypass(host)))


def share_of(language_model: Model) -> Share:
    """What of the store a language model may see; all of it where nothing leaves the machine.

    Args:
        language_model: As `agent.providers.language_models.resolve` gives it.
    """
    levels: list[Share] = [
        "rows" if stays_here(one) else getattr(one, "share", "nothing") for one in each_of(language_model)
    ]
    return min(levels, key=SHARES.index)


def require_share(language_model: Model, level: Share, purpose: str) -> None:
    """Refuses work that needs more of the store than a language model may see.

    Args:
        language_model: As `agent.providers.language_models.resolve` gives it.
        level: What the work sends: ``names``, ``summaries`` or ``rows``.
        purpose: The work, as the subject of a sentence, such as ``Grading genes``.

    Raises:
        InvalidValueError: The level is above what is shared.
    """
    shared = share_of(language_model)
    if SHARES.index(level) > SHARES.index(shared):
        raise InvalidValueError(
            f"{purpose} sends {level} of your store to {language_model.model_name}, but only {shared} may leave.",
            f"Allow it with {option(share=level)}, or use a language model on this machine.",
        )


# Results -----------------------------------------------------------------------------------------


def reduced(plain: Any, level: Share, tool: str = "") -> Any:  # noqa: ANN401 – any JSON value
    """What a level shows of a tool's result.

    ``rows`` shows all of it; ``summaries`` shows single values and sentences, and of lists of records their number
    and names; ``names`` shows names and ids only; ``nothing`` shows nothing.

    Args:
        plain: The result as JSON values.
        level: The level.
        tool: Name of the tool that gave it: what some tools give is a row, whatever its form.
    """
    if level == "summaries" and tool in ROWS_THEMSELVES:
        level = "names"
    if level == "rows":
        return plain
    if level == "nothing":
        return {}
    return _summary(plain) if level == "summaries" else _names(plain)


def _summary(plain: Any) -> Any:  # noqa: ANN401
    if isinstance(plain, Mapping):
        return {key: _summary(value) for key, value in plain.items()}
    if isinstance(plain, list):
        if all(isinstance(item, str) for item in plain):
            return [*plain[:LISTED], *([f"and {len(plain) - LISTED} more"] if len(plain) > LISTED else [])]
        return {"count": len(plain), "names": _names(plain)}
    return plain


def _names(plain: Any) -> Any:  # noqa: ANN401
    if isinstance(plain, Mapping):
        found = {key: _names_under(str(key), value) for key, value in plain.items()}
        return {key: value for key, value in found.items() if value not in (None, [], {})}
    if isinstance(plain, list):
        names = [name for item in plain for name in [_first_name(item)] if name]
        return [*names[:LISTED], *([f"and {len(names) - LISTED} more"] if len(names) > LISTED else [])]
    return None


def _names_under(key: str, value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        return _names(value)
    if isinstance(value, list):
        if key in _NAME_KEYS and all(isinstance(item, str) for item in value):
            return [item for item in value if _is_name(item)][:LISTED]
        return _names(value)
    return value if key in _NAME_KEYS and _is_name(value) else None


def _first_name(item: Any) -> str | None:  # noqa: ANN401
    """The name of a record: the first of its values that stands under a name's key."""
    if isinstance(item, Mapping):
        return next((str(v) for k, v in item.items() if k in _NAME_KEYS and isinstance(v, str) and _is_name(v)), None)
    return None


def _is_name(value: object) -> bool:
    return isinstance(value, (str, int)) and 0 < len(str(value)) <= LONGEST_NAME and "\n" not in str(value)


def without_folders(text: str) -> str:
    """Text in which whole paths are cut to their last part: where files lie tells whose they are.

    Args:
        text: A tool's result or refusal.
    """
    return _WINDOWS_FOLDERS.sub("…/", _FOLDERS.sub("…/", text))


# Messages ----------------------------------------------------------------------------------------


def shared_messages(messages: Sequence[ModelMessage], level: Share) -> list[ModelMessage]:
    """A conversation as a language model of this level may see it.

    Args:
        messages: The whole conversation.
        level: What it may see of the store.
    """
    from pydantic_ai.messages import ModelResponse

    return [
        _shared_answer(message, level)
        if isinstance(message, ModelResponse)
        else replace(message, parts=[_shared_part(part, level) for part in message.parts])
        for message in messages
    ]


def _shared_part(part: Any, level: Share) -> Any:  # noqa: ANN401 – any part of a request, and the same kind of part
    from pydantic_ai.messages import RetryPromptPart, ToolReturnPart

    if isinstance(part, ToolReturnPart):
        return replace(part, content=without_folders(str(_shared_return(part, level))), metadata=None)
    if isinstance(part, RetryPromptPart):
        hidden = "The call was refused; its reason is not shared with you."
        content = hidden if level == "nothing" else part.content
        return replace(part, content=without_folders(content) if isinstance(content, str) else content)
    return part


def _shared_return(part: Any, level: Share) -> Any:  # noqa: ANN401 – a ToolReturnPart and its content
    if level == "rows" or part.outcome == "denied":
        return part.content
    if part.outcome in ("failed", "retried"):
        return part.content if level != "nothing" else "The call failed; its reason is not shared with you."
    shown = (part.metadata or {}).get(SHARED, {}).get(level)
    return shown if isinstance(shown, str) else "Done. What it gave is shown to the person, and not shared with you."


def _shared_answer(message: ModelResponse, level: Share) -> ModelResponse:
    """An earlier answer; its words are left out where they were given with more in sight than `level` shows."""
    from pydantic_ai.messages import TextPart, ThinkingPart, ToolCallPart

    seen = (message.metadata or {}).get(SEEN, "rows")
    if SHARES.index(level) >= SHARES.index(seen):
        return message
    parts = [
        replace(part, content=_WITHHELD) if isinstance(part, TextPart) else part
        for part in message.parts
        if isinstance(part, (TextPart, ToolCallPart)) and not isinstance(part, ThinkingPart)
    ]
    return replace(message, parts=parts)
