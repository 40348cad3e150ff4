"""Keys of providers: read from the environment or a keyring, held in no file of ours, and masked in every message."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

SERVICE = "hitscout"
"""Name under which a keyring holds our keys; the user's name in it is that of the variable."""

MASK = "[key]"

_KEY_VARIABLE = re.compile(r"(?:_|^)(?:API_?KEY|TOKEN|SECRET|PASSWORD|ACCESS_KEY)(?:_|$)", re.IGNORECASE)
_KEY_SHAPES = re.compile(
    r"\b(?:sk|pk|rk|xai|gsk|hf|r8|key)[-_][A-Za-z0-9*_\-.]{6,}"
    r"|\bAIza[A-Za-z0-9_\-*]{10,}"
    r"|(?<=earer )[A-Za-z0-9._\-*~+/=]{6,}"
    r"|(?<=\")[A-Za-z0-9_\-]*\*{3,}[A-Za-z0-9_\-]*(?=\")",
)
_LABELLED = re.compile(
    r"(?i)((?:x-)?(?:api[-_ ]?key|authorization|token|secret)['\"]?\s*[:=]\s*['\"]?)([^\s'\",;}]{6,})"
)
_SHORTEST = 6
"""Characters from which a value can be a key: shorter ones would mask ordinary words."""

_read: set[str] = set()


def variable_of(provider: str) -> str:
    """Name of the environment variable that holds a provider's key.

    Args:
        provider: The part of a language model's name before the colon, such as ``openai-chat``.
    """
    family = "openai" if provider.startswith("openai") else provider.removeprefix("gateway/")
    return f"{family.replace('-', '_').upper()}_API_KEY"


def key_for(provider: str) -> str | None:
    """The key of a provider, from the environment, else from the keyring where one is installed.

    Args:
        provider: The part of a language model's name before the colon.
    """
    variable = variable_of(provider)
    found = os.environ.get(variable) or _from_keyring(variable)
    if found:
        _read.add(found)
    return found


def _from_keyring(variable: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        return keyring.get_password(SERVICE, variable)
    except (KeyringError, RuntimeError, OSError):
        # A machine without a desktop has no keyring to ask; the environment remains.
        return None


def redact(text: str) -> str:
    """Text without keys: those that this process knows, and whatever has the shape of one.

    Args:
        text: A message of a provider, a log line, anything that may be shown or kept.
    """
    for secret in _secrets():
        text = text.replace(secret, MASK)
    text = _LABELLED.sub(lambda match: match[1] + MASK, text)
    return _KEY_SHAPES.sub(MASK, text)


def _secrets() -> Iterable[str]:
    named = (value for name, value in os.environ.items() if _KEY_VARIABLE.search(name))
    # Longest first: a key that begins with another one must go whole.
    return sorted({value for value in (*named, *_read) if len(value) >= _SHORTEST}, key=len, reverse=True)
