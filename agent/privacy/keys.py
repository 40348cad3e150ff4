"""Keys of providers: read from the environment or a keyring, held in no file of ours, and masked in every message."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlsplit

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
    r"(?i)((?:x-)?(?:api[-_ ]?key|authorization|token|secret)['\"]?\s*[:=]\s*['\"]?(?:(?:bearer|basic)\s+)?)"
    # The scheme is no key, and what is masked already stays as it is.
    r"(?!(?:bearer|basic)(?:\s|$)|\[key\])([^\s'\",;&}]{6,})"
)
_USER = re.compile(r"(?<=://)[^\s/@'\"<>]+@")
_QUERY = re.compile(
    r"(?i)(?<=[?&;])((?:[\w-]*[-_])?(?:api[-_]?key|key|token|secret|sig|signature|password|passwd|pwd|auth|code)=)"
    r"([^&;\s#'\"<>]+)"
)
_ADDRESS_VARIABLE = re.compile(r"(?:_BASE_URL|_ENDPOINT|_PROXY)$", re.IGNORECASE)
_LIKE_A_KEY = re.compile(r"(?=[^\d]*\d)(?=.*[A-Za-z])[A-Za-z0-9._~+=-]{16,}|[A-Fa-f0-9]{24,}")
_SHORTEST = 6
"""Characters from which a value can be a key: shorter ones would mask ordinary words."""

_LONG, _PLAIN = 12, 8
"""Characters from which a value is masked everywhere, and from which it is where it is not letters alone."""
_GAP = re.compile(r"\s+")
_HELD_WORDS = 2
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
    text = _in_addresses(text)
    text = _LABELLED.sub(lambda match: match[1] + MASK, text)
    return _KEY_SHAPES.sub(MASK, text)


class StreamedText:
    """Text that comes in pieces, given on without keys: a key may come in two of them.

    The last two words are held back, because the first of them may be the name of a key that the second is.
    """

    def __init__(self) -> None:
        self._held = ""

    def more(self, piece: str) -> str:
        """What can be given on, now that a piece has come.

        Args:
            piece: More text.
        """
        self._held += piece
        last = max((match.end() for match in _GAP.finditer(self._held)), default=0)
        # Masked before it is parted: what a key is called may be given on before the key.
        whole = redact(self._held[:last])
        gaps = [match.end() for match in _GAP.finditer(whole)]
        cut = gaps[-_HELD_WORDS - 1] if len(gaps) > _HELD_WORDS else 0
        self._held = whole[cut:] + self._held[last:]
        return whole[:cut]

    def rest(self) -> str:
        """What was held back, at the end of a text."""
        given, self._held = self._held, ""
        return redact(given)


def mask_known(text: str) -> str:
    """Text without the keys that this process knows, and without the users and keys in addresses.

    For whatever may hold names of genes and files too, where the mere shape of a key proves nothing.

    Args:
        text: What is shown or kept.
    """
    for secret in _secrets():
        if len(secret) >= _LONG or (len(secret) >= _PLAIN and not secret.isalpha()):
            text = text.replace(secret, MASK)
    return _in_addresses(text) if "://" in text else text


def place_of(url: str) -> str:
    """The machine that an address names, with its port; no user, key or path.

    Args:
        url: The address; may be empty.
    """
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    host = parts.hostname or ""
    return f"[{host}]{port}" if ":" in host else f"{host}{port}"


def _in_addresses(text: str) -> str:
    return _QUERY.sub(lambda match: match[1] + MASK, _USER.sub(f"{MASK}@", text))


def _secrets() -> Iterable[str]:
    named = (value for name, value in os.environ.items() if _KEY_VARIABLE.search(name))
    addressed = (
        part for name, value in os.environ.items() if _ADDRESS_VARIABLE.search(name) for part in _keys_in(value)
    )
    # Longest first: a key that begins with another one must go whole.
    found = {value for value in (*named, *addressed, *_read) if len(value) >= _SHORTEST}
    return sorted(found, key=len, reverse=True)


def _keys_in(url: str) -> Iterator[str]:
    """What may be a key within an address: its password, values of its query, and parts of its path that look so."""
    try:
        parts = urlsplit(url)
        yield from (one for one in (parts.password,) if one)
    except ValueError:
        return
    if parts.username and not parts.password:
        yield parts.username
    yield from (value for _, value in parse_qsl(parts.query))
    yield from (one for one in parts.path.split("/") if _LIKE_A_KEY.fullmatch(one))
