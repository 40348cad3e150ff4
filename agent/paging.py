"""Long results for an assistant, page by page; a person always gets all of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from agent.privacy.reduction import reduced
from agent.privacy.summaries import Summary, summary_of
from agent.settings import Share

_SIZES = (200, 100, 60, 30, 15, 8, 4, 2, 1)
PAGE = "page"
"""Key under which a result says which part of its list it shows."""


@dataclass(frozen=True)
class Page:
    """Which part of a result an assistant asked for.

    Attributes:
        offset: Items of the long list that are passed over.
        top: Items that are shown at most; as many as fit where None.
        fields: Keys of each item that are shown; all where empty.
        round: The only round that is shown; all where None.
    """

    offset: int = 0
    top: int | None = None
    fields: tuple[str, ...] = ()
    round: int | None = None


def page_arguments(tool: str, taken: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The arguments by which an assistant asks for a page: name → type with its description, and default.

    Args:
        tool: Name of the tool.
        taken: The tool's own arguments, which keep their meaning.
    """
    from pydantic import Field

    summary = summary_of(tool)
    if not summary.pages:
        return {}

    def described(hint: Any, text: str, **bounds: Any) -> Any:  # noqa: ANN401 – a type
        return Annotated[hint, Field(description=text, **bounds)]

    offered: dict[str, tuple[Any, Any]] = {
        "offset": (described(int, "Items of the long list to pass over, for the next page.", ge=0), 0),
        "top": (described(int | None, "Items of the long list to show at most.", ge=1), None),
        "fields": (described(list[str], "Keys of each item to show; all where empty."), []),
    }
    if summary.limit:
        del offered["top"]
    if summary.rounds:
        offered["round"] = (described(int | None, "Number of the only round to show.", ge=1), None)
    return {name: one for name, one in offered.items() if name not in taken}


def split(tool: str, taken: Mapping[str, Any], arguments: Mapping[str, Any]) -> tuple[dict[str, Any], Page]:
    """The tool's own arguments, and the page that was asked for with them.

    Args:
        tool: Name of the tool.
        taken: The tool's own arguments by name, and their defaults.
        arguments: What an assistant gave.
    """
    paging = page_arguments(tool, taken)
    own = {name: value for name, value in arguments.items() if name not in paging}
    asked = {name: value for name, value in arguments.items() if name in paging}
    asked["fields"] = tuple(asked.get("fields") or ())
    page = Page(**asked)
    limit = summary_of(tool).limit
    if limit and page.offset:
        # The tool counts from the first item: what is passed over is asked for too.
        own[limit] = int(own.get(limit, taken[limit])) + page.offset
    return own, page


def shown(tool: str, value: Any, level: Share, page: Page, limit: int) -> Any:  # noqa: ANN401 – any JSON value
    """What a level shows of a page of a result, as large as it may be.

    Args:
        tool: Name of the tool.
        value: The whole result as JSON values.
        level: What of the store is shown.
        page: Which part of its long list.
        limit: Characters that its text may have.
    """
    summary = summary_of(tool)
    if summary.rounds and page.round is not None and isinstance(value, Mapping):
        chosen = [one for one in value[summary.rounds] if one.get("number") == page.round]
        value = {**value, summary.rounds: chosen}
    seen = reduced(value, level, tool)
    if not summary.pages or level == "nothing":
        return seen
    sizes = [page.top] if page.top else []
    for size in (*sizes, *(one for one in _SIZES if not page.top or one < page.top)):
        made = _cut(seen, summary, page, size)
        if len(json.dumps(made, ensure_ascii=False)) <= limit:
            return made
    return made


def _cut(seen: Any, summary: Summary, page: Page, size: int) -> Any:  # noqa: ANN401
    found: list[tuple[int, int]] = []
    unknown: dict[str, list[str]] = {}

    def part(items: Any) -> Any:  # noqa: ANN401
        if not isinstance(items, list):
            return items
        kept = items[page.offset : page.offset + size]
        unknown.update(_unknown(kept, page.fields))
        found.append((len(kept), len(items)))
        return [_with_fields(one, page.fields) for one in kept]

    path = summary.pages.split(".") if summary.pages != "." else []
    whole = {"items": seen} if isinstance(seen, list) else seen
    made = _at(whole, path or ["items"], part)
    told = {**_told(found, page), **unknown}
    if isinstance(seen, list) and not told and not page.fields:
        return seen
    return {**made, PAGE: told} if told else made


def _at(value: Any, path: list[str], change: Any) -> Any:  # noqa: ANN401
    """A value with what stands at a path changed; lists on the way are walked through."""
    if not path:
        return change(value)
    if isinstance(value, list):
        return [_at(one, path, change) for one in value]
    if not isinstance(value, Mapping) or path[0] not in value:
        return value
    return {**value, path[0]: _at(value[path[0]], path[1:], change)}


def _unknown(items: list[Any], fields: tuple[str, ...]) -> dict[str, list[str]]:
    """Fields that were asked for and that no item has, and those that there are; nothing where all are there."""
    there = {key for one in items if isinstance(one, Mapping) for key in one}
    unknown = [name for name in fields if name not in there] if there else []
    return {"unknown_fields": unknown, "fields": sorted(there)} if unknown else {}


def _with_fields(item: Any, fields: tuple[str, ...]) -> Any:  # noqa: ANN401
    if not fields or not isinstance(item, Mapping):
        return item
    return {key: one for key, one in item.items() if key in fields}


def _told(found: list[tuple[int, int]], page: Page) -> dict[str, Any]:
    """What is shown of how many, and where the next page begins; nothing where all is shown."""
    longest = max((of for _, of in found), default=0)
    shown_most = max((kept for kept, _ in found), default=0)
    if not page.offset and shown_most == longest:
        return {}
    following = page.offset + shown_most
    told: dict[str, Any] = {"offset": page.offset, "shown": shown_most, "of": longest}
    if shown_most and following < longest:
        told["next_offset"] = following
    return told
