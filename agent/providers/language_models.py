"""Language models by name: ``offline``, ``provider:name`` of any provider that is known, with keys and limits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from agent.privacy.keys import SERVICE, key_for, redact, variable_of
from agent.providers.abilities import kept_abilities
from agent.settings import OFFLINE, LanguageModelSettings, load_settings
from db.acts import option
from db.errors import InvalidValueError

if TYPE_CHECKING:
    from pydantic_ai.models import Model
    from pydantic_ai.providers import Provider

os.environ.setdefault("PYDANTIC_AI_NO_BANNER", "1")

_OFFLINE = option(language_model="offline")
_HOW = f"Name one as provider:name, such as anthropic:claude-sonnet-5-5 or openai:gpt-6-luna, or use {_OFFLINE}."


def resolve(name: str = "", *, settings: LanguageModelSettings | None = None, adapted: bool = True) -> Model:
    """The language model of a name, behind its border (`agent.privacy.border`); a second one behind it where set.

    Args:
        name: ``offline``, ``openai:NAME`` (responses), ``openai-chat:NAME`` (any compatible server),
            ``anthropic:NAME``, or any other name that pydantic-ai knows. Where empty, the settings' own name: of
            the flag, else ``HITSCOUT_MODEL``, else the user's settings file, else ``offline``.
        settings: Limits and sharing; read from environment and settings file where None.
        adapted: Whether one that was found to call no tools is asked so that it need not.

    Raises:
        InvalidValueError: There is no such language model, its package is not installed, or its key is missing.
    """
    chosen = settings or load_settings(name=name)
    first = _one(name or chosen.name, chosen, adapted=adapted)
    if not chosen.fallback or (name or chosen.name) == OFFLINE:
        return first
    from pydantic_ai.models.fallback import FallbackModel

    return FallbackModel(first, _one(chosen.fallback, chosen, adapted=adapted))


def is_offline(language_model: Model) -> bool:
    """Whether this is the offline assistant, which is no language model.

    Args:
        language_model: As `resolve` gives it.
    """
    return language_model.model_name == OFFLINE


def _one(name: str, settings: LanguageModelSettings, *, adapted: bool) -> Model:
    if name.strip() == OFFLINE:
        from agent.offline.assistant import offline_assistant

        return offline_assistant()
    from agent.privacy.border import Border

    itself = _known(name.strip())
    return Border(_adapted(itself) if adapted else itself, settings)


def _adapted(language_model: Model) -> Model:
    """A language model that was found to call no tools, asked so that it need not."""
    found = kept_abilities(language_model)
    if found is None or found.tools:
        return language_model
    from agent.providers.constrained import Constrained

    # The schemas that Anthropic takes have no objects whose keys are open, as the arguments of some tools are.
    to_schema = found.json_schema and language_model.system != "anthropic"
    return Constrained(language_model, to_schema=to_schema)


def _known(name: str) -> Model:
    from pydantic_ai.exceptions import UserError
    from pydantic_ai.models import infer_model

    provider = name.partition(":")[0]
    if ":" not in name or name.startswith("gateway/"):
        raise InvalidValueError(f"There is no language model {name!r}.", _HOW)
    try:
        return _compatible(name) if provider == "openai-chat" else infer_model(name, _provider_with_key)
    except ImportError as error:
        raise InvalidValueError(
            f"{name} needs a package that is not installed.", f"Install it: pip install pydantic-ai-slim[{provider}]."
        ) from error
    except UserError as error:
        raise _no_language_model(name, provider, str(error)) from error
    except ValueError as error:
        raise InvalidValueError(f"There is no language model {name!r}.", _HOW) from error


def _compatible(name: str) -> Model:
    """A language model behind any server that speaks chat completions; a stream that breaks off is told as such."""
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.profiles.openai import OpenAIModelProfile

    provider, _, called = name.partition(":")
    whole = OpenAIModelProfile(openai_chat_streaming_requires_finish_reason=True)
    return OpenAIChatModel(called, provider=_provider_with_key(provider), profile=whole)


def _provider_with_key(provider: str) -> Provider[Any]:
    """The provider, its key from the environment or the keyring; a server on this machine may have none."""
    from pydantic_ai.providers import infer_provider, infer_provider_class

    key = key_for(provider)
    if key is None or os.environ.get(variable_of(provider)):
        return infer_provider(provider)
    return infer_provider_class(provider)(api_key=key)  # type: ignore[call-arg]  # every provider with a key takes it


def _no_language_model(name: str, provider: str, said: str) -> InvalidValueError:
    variable = variable_of(provider)
    if "nknown" in said and "key" not in said.lower():
        near = said.partition("Did you mean '")[2].partition("'")[0]
        return InvalidValueError(
            f"There is no language model {name!r}.", f"Did you mean {near}? {_HOW}" if near else _HOW
        )
    why = f"no key for {provider} was found" if "API_KEY" in said else redact(said).splitlines()[0].rstrip(".")
    return InvalidValueError(
        f"{name} cannot be asked: {why}.",
        f"Set {variable}, or keep the key in your keyring: keyring set {SERVICE} {variable}; "
        f"or use {_OFFLINE}, which needs no key.",
    )
