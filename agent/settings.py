"""Which language model is used and what it may do: from the flag, the environment or a file, in this order."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from db.errors import InvalidValueError, check_word, did_you_mean
from tools.workspace import Paths

OFFLINE = "offline"
"""Name of the assistant that needs no language model."""

Share = Literal["nothing", "names", "summaries", "rows"]
"""What of the store may reach a language model on another machine; each level holds those before it."""

SHARES: tuple[Share, ...] = get_args(Share)
FILE_NAME = "settings.toml"
TABLE = "language_model"


@dataclass(frozen=True)
class LanguageModelSettings:
    """Which language model answers, and the limits of one run.

    Attributes:
        name: ``offline``, or ``provider:name`` such as ``anthropic:claude-sonnet-5-5``.
        fallback: A second one, asked where the first fails before it answers; empty for none.
        share: What of the store may leave this machine.
        read_timeout: Seconds without a byte from the provider after which a request has failed.
        request_deadline: Seconds that one request may take in all.
        deadline: Seconds that one run may take, tools included.
        retries: How often a request is repeated that was refused for load or lost on the way.
        longest_wait: Seconds that a provider may ask us to wait before such a repeat.
        max_requests: Requests of one run.
        max_tool_calls: Tool calls of one run.
        max_tokens: Tokens of one run, both ways.
        max_cost: Dollars of one run; None for no limit. Held only where the price is known.
        tools: Names of the tools that are offered; empty for all. A small language model finds its way among few.
    """

    name: str = OFFLINE
    fallback: str = ""
    share: Share = "summaries"
    read_timeout: float = 60.0
    request_deadline: float = 180.0
    deadline: float = 900.0
    retries: int = 2
    longest_wait: float = 20.0
    max_requests: int = 30
    max_tool_calls: int = 60
    max_tokens: int = 500_000
    max_cost: float | None = None
    tools: tuple[str, ...] = ()


def settings_file(paths: Paths | None = None) -> Path:
    """The file that sets the language model for this user.

    Args:
        paths: The user's folders; those of this process where None.
    """
    return (paths or Paths.of_user()).config / FILE_NAME


def load_settings(paths: Paths | None = None, **given: Any) -> LanguageModelSettings:  # noqa: ANN401 – fields' own types
    """The settings of a run.

    Args:
        paths: The user's folders; those of this process where None.
        **given: Fields of `LanguageModelSettings` that options set; None or empty counts as not given.

    Raises:
        InvalidValueError: The file or a value cannot be used.
    """
    values = {**_from_file(settings_file(paths)), **_from_environment()}
    values |= {key: value for key, value in given.items() if value is not None and value != ""}
    return _checked(values)


def _from_environment() -> dict[str, Any]:
    named = {"name": "HITSCOUT_MODEL", "fallback": "HITSCOUT_FALLBACK_MODEL", "share": "HITSCOUT_SHARE"}
    return {key: os.environ[variable] for key, variable in named.items() if os.environ.get(variable)}


def _from_file(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InvalidValueError(f"{path} cannot be read: {error}", "Mend the file, or take it away.") from error
    table = content.get(TABLE, {})
    if not isinstance(table, Mapping):
        raise InvalidValueError(f"{path}: {TABLE} is no table.", f"Write [{TABLE}] on a line of its own.")
    if any("key" in str(name).lower() or "token" in str(name).lower() for name in table if name != "max_tokens"):
        raise InvalidValueError(
            f"{path} holds a key.", "Keys are read from the environment or a keyring only; take it out of the file."
        )
    return dict(table)


def _checked(values: Mapping[str, Any]) -> LanguageModelSettings:
    known = {field.name: field for field in fields(LanguageModelSettings)}
    for name, value in values.items():
        if name not in known:
            raise InvalidValueError(
                f"There is no setting {name!r} of a language model.", f"There are: {', '.join(known)}."
            )
        _check_value(name, value)
    made = replace(LanguageModelSettings(), **{name: _typed(name, value) for name, value in values.items()})
    check_word("way to share", made.share, SHARES)
    return made


def _check_value(name: str, value: object) -> None:
    if name == "tools":
        _check_tools(value)
    elif name in ("name", "fallback", "share"):
        if not isinstance(value, str):
            raise InvalidValueError(f"{name} is {value!r}, which is no text.", f'Write {name} = "…".')
    elif isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        raise InvalidValueError(f"{name} is {value!r}, which is no number from 0 up.", f"Give {name} a number.")


def _check_tools(value: object) -> None:
    from tools import names

    given = list(value) if isinstance(value, (list, tuple)) else [value]
    for one in given:
        if one not in names():
            raise InvalidValueError(f"There is no tool {one!r} to offer.", did_you_mean(str(one), names()))


def _typed(name: str, value: Any) -> Any:  # noqa: ANN401 – a text or a number
    if isinstance(value, str):
        return value.strip()
    if name == "tools":
        return tuple(value)
    return int(value) if name in ("retries", "max_requests", "max_tool_calls", "max_tokens") else float(value)
