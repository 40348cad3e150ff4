"""How conversations with the assistant are laid out for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType

from tui.layouts.acts import in_commands
from tui.layouts.format import Column, fields, heading, line, table

if TYPE_CHECKING:
    from agent.transcripts.listing import ListedTranscript, ShownTranscript
    from agent.transcripts.rerun import Rerun


def listing(found: Sequence[ListedTranscript]) -> Sequence[RenderableType]:
    """The conversations as a table.

    Args:
        found: One for each line.
    """
    if not found:
        return ["There are no conversations yet: hitscout ask begins one."]
    columns = [
        Column("id"), Column("last said", keep=5), Column("with", keep=3), Column("campaign", keep=4),
        Column("rounds", keep=4), Column("first question", running=True),
    ]  # fmt: skip
    rows = [
        [one.id, f"{one.last_at:%Y-%m-%d %H:%M}", one.language_model, one.campaign, list(one.rounds), one.title]
        for one in found
    ]
    return [table(columns, rows)]


def shown(found: ShownTranscript) -> Sequence[RenderableType]:
    """A conversation, as it went.

    Args:
        found: The conversation.
    """
    about: Mapping[str, object] = {
        "transcript": found.id, "with": found.language_model, "campaign": found.campaign,
        "rounds": list(found.rounds), "begun": f"{found.started_at:%Y-%m-%d %H:%M} UTC", "file": found.path,
    }  # fmt: skip
    parts: list[RenderableType] = [fields(about)]
    for one in found.lines:
        try:
            text = _text_of(one)
        except (KeyError, TypeError, ValueError):
            text = f"(a line of kind {one['kind']!r} that cannot be read)"
        if one["kind"] == "asked":
            parts.append(heading(f"> {text}"))
        elif text:
            parts += [line(row, style="" if one["kind"] == "answer" else "dim") for row in text.split("\n")]
    return parts


def _text_of(one: Mapping[str, Any]) -> str:
    kind = one["kind"]
    if kind == "answer":
        return in_commands(str(one["text"]))
    if kind in ("asked", "notice"):
        return str(one["text"])
    if kind == "tool":
        gave = in_commands(str(one["summary"]))
        return f"· {one['tool']} {one['arguments']}: {one['outcome']} in {one['seconds']} s – {gave}"
    if kind == "approval":
        return f"· {one['tool']}: {'approved' if one['approved'] else 'not approved'}"
    if kind == "failed":
        return in_commands(f"! {one['message']} {one['suggestion']}".strip())
    if kind == "usage":
        cost = "price not known" if one["cost"] is None else f"${one['cost']:.4f}"
        return f"({one['requests']} requests, {one['tool_calls']} tool calls, {cost})"
    return f"(carried on with {one['language_model']})" if kind == "resumed" else ""


def rerun(found: Rerun) -> Sequence[RenderableType]:
    """Which of a conversation's calls give the same as then.

    Args:
        found: What the rerun gave.
    """
    head = [
        f"{len(found.calls)} calls of {found.transcript}: {found.same} give the same, {found.differing} do not.",
        *(["The store was written to since."] if found.store_changed else []),
        *([f"Other versions: {', '.join(found.versions_changed)}."] if found.versions_changed else []),
    ]
    columns = [Column("tool"), Column("verdict"), Column("then", running=True), Column("now", running=True)]
    rows = [[call.tool, call.verdict, call.before, call.now] for call in found.calls]
    return [*head, *([table(columns, rows)] if rows else [])]
