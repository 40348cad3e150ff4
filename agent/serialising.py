"""Results of tools as small, fenced text for a language model, and as one line for people."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.paging import Page, shown
from agent.privacy.keys import redact
from agent.privacy.messages import SHARED
from agent.settings import SHARES, Share

MAX_CHARACTERS = 12_000
"""Of one result; about 3,000 tokens."""
_LIST_LIMITS = (60, 30, 15, 8, 4, 2, 1)
_TEXT_LIMITS = (2_000, 1_000, 500, 250, 120, 80, 60)
_ID_KEYS = frozenset({"evidence", "id", "ids"})


def plain(value: Any) -> Any:  # noqa: ANN401 – any result in, any JSON value out
    """A result as JSON values: paths lose their folders, what is not finite becomes null.

    Args:
        value: A frozen result of a tool, or anything inside one.
    """
    if hasattr(value, "to_json"):
        return plain(value.to_json())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(one) for one in value), key=str)
    if isinstance(value, Path):
        # Where a file lies tells who its owner is, and is of no use to a language model.
        return value.name
    if isinstance(value, datetime):
        return value.isoformat()
    return _scalar(value.item() if hasattr(value, "item") else value)


def _scalar(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, float):
        # Four digits carry all that a posterior knows, and half the tokens.
        return float(f"{value:.4g}") if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def bounded(value: Any, limit: int = MAX_CHARACTERS) -> Any:  # noqa: ANN401
    """JSON values cut so that their text keeps within a limit, saying how much was left out.

    Args:
        value: JSON values.
        limit: Characters of the text at most.
    """
    for items, characters in zip(_LIST_LIMITS, _TEXT_LIMITS, strict=True):
        cut = _cut(value, items, characters)
        if len(json.dumps(cut, ensure_ascii=False)) <= limit:
            return cut
    return {"too_large": True, "keys": sorted(value)[:40] if isinstance(value, Mapping) else type(value).__name__}


def _cut(value: Any, items: int, characters: int) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        kept = list(value.items())[: max(items * 2, 12)]
        return {key: _cut(one, items, characters) for key, one in kept}
    if isinstance(value, list):
        short = [_cut(one, items, characters) for one in value[:items]]
        return short if len(value) <= items else [*short, f"… {len(value) - items} more of {len(value)}"]
    if isinstance(value, str) and len(value) > characters:
        return f"{value[:characters]}…"
    return value


def fenced(tool: str, value: Any) -> str:  # noqa: ANN401
    """A result between marks that nothing inside it can close, named as data.

    Args:
        tool: Name of the tool that gave it.
        value: JSON values.
    """
    text = json.dumps(bounded(value), ensure_ascii=False)
    # JSON may write these so inside its strings, and outside of strings they do not occur.
    text = text.replace("<", "\\u003c").replace(">", "\\u003e")
    return f'<data tool="{tool}">\n{redact(text)}\n</data>'


def unfenced(content: str) -> Any:  # noqa: ANN401
    """The JSON values inside a fence; None where the text is no fenced result.

    Args:
        content: What a tool returned to the language model.
    """
    lines = content.split("\n")
    if len(lines) < 3 or not lines[0].startswith("<data "):
        return None
    try:
        return json.loads("\n".join(lines[1:-1]))
    except ValueError:
        return None


def fenced_page(tool: str, value: Any, level: Share, page: Page) -> str:  # noqa: ANN401
    """A page of a result, as far as a level of sharing shows it, between marks.

    Args:
        tool: Name of the tool.
        value: The whole result as JSON values.
        level: What of the store is shown.
        page: Which part of its long list.
    """
    return fenced(tool, shown(tool, value, level, page, MAX_CHARACTERS))


def shown_at_each_level(
    tool: str,
    value: Any,  # noqa: ANN401
    page: Page = Page(),  # noqa: B008 – frozen
) -> dict[str, dict[str, str]]:
    """What each level of sharing below the highest shows of a result, for the metadata of the tool's return.

    Args:
        tool: Name of the tool.
        value: The result as JSON values.
        page: Which part of its long list was asked for.
    """
    return {SHARED: {level: fenced_page(tool, value, level, page) for level in SHARES if level != "rows"}}


def summary_line(value: Any, limit: int = 110) -> str:  # noqa: ANN401
    """A result in one line: its names and numbers, and how long its lists are.

    Args:
        value: The result as JSON values.
        limit: Characters at most.
    """
    if isinstance(value, list):
        return f"{len(value)} found"
    if not isinstance(value, Mapping):
        return str(value)[:limit]
    parts = [part for key, one in value.items() for part in [_said(str(key), one)] if part]
    line = ""
    for part in parts:
        longer = f"{line}, {part}" if line else part
        if len(longer) > limit:
            break
        line = longer
    return line or "done"


def _said(key: str, value: Any) -> str:  # noqa: ANN401
    label = key.replace("_", " ")
    if isinstance(value, list):
        return f"{len(value)} {label}" if value else ""
    if isinstance(value, Mapping):
        inner = value.get("name") or value.get("symbol") or value.get("mean")
        return f"{label} {inner}" if isinstance(inner, (str, int, float)) else ""
    if value in (None, "", False):
        return ""
    return f"{label} {value}" if len(str(value)) <= 40 else ""


def ids_of(value: Any, limit: int = 200) -> list[str]:  # noqa: ANN401
    """Evidence and other ids that a result leads to, each once, in order.

    Args:
        value: The result as JSON values.
        limit: How many at most.
    """
    return list(dict.fromkeys(_ids(value)))[:limit]


def _ids(value: Any) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, Mapping):
        for key, one in value.items():
            if key in _ID_KEYS:
                yield from (str(item) for item in (one if isinstance(one, list) else [one]) if item not in (None, ""))
            else:
                yield from _ids(one)
    elif isinstance(value, list):
        for one in value:
            yield from _ids(one)
