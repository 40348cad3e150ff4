"""What may leave this machine: which language models are on it, and how much the others may see.

Every language model that is asked stands behind a `agent.privacy.border.Border`, and the border sends
`agent.privacy.messages.shared_messages` only. What a tool gave is kept whole in the conversation, together with what
each level would show of it, so a conversation that was begun with a local language model can be carried on with a
distant one.
"""

from __future__ import annotations

import ipaddress
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agent.settings import SHARES, Share
from db.acts import option
from db.errors import InvalidValueError

if TYPE_CHECKING:
    from pydantic_ai.models import Model


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
