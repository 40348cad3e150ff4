"""``hitscout transcript``: conversations with the assistant, listed, shown and rerun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tui.cli.frame import command, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from agent.transcripts.listing import ListedTranscript, ShownTranscript
    from agent.transcripts.rerun import Rerun

TranscriptId = Annotated[
    str, typer.Argument(metavar="[ID]", help="Its id, the beginning of its id, or last (the default).")
]


def list_(
    context: typer.Context,
    campaign: Annotated[str, typer.Option(metavar="NAME", help="Only those about this campaign.")] = "",
) -> None:
    """Lists the conversations, newest first, with the rounds that came out of them."""
    from agent.transcripts.listing import transcript_list

    session = session_of(context)
    with session.workspace() as workspace:
        found = transcript_list(workspace, campaign)
    session.give(found, _listed)


def show(context: typer.Context, name: TranscriptId = "last") -> None:
    """Shows a conversation: what was asked, which tools were called, what was answered and what it cost."""
    from agent.transcripts.listing import transcript_show

    session = session_of(context)
    with session.workspace() as workspace:
        found = transcript_show(workspace, name)
    session.give(found, _shown)


def rerun(
    context: typer.Context,
    name: TranscriptId = "last",
    *,
    with_writes: Annotated[
        bool, typer.Option("--with-writes", help="Run writing tools too, on a copy of the store.")
    ] = False,
) -> None:
    """Makes a conversation's calls again with the present tools, and says where results differ."""
    from agent.transcripts.rerun import rerun as rerun_transcript

    session = session_of(context)
    with session.workspace() as workspace:
        found = rerun_transcript(workspace, name, with_writes=with_writes)
    session.give(found, _rerun)


def _listed(found: Sequence[ListedTranscript]) -> Sequence[RenderableType]:
    from tui.layouts.format import Column, table

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


def _shown(found: ShownTranscript) -> Sequence[RenderableType]:
    from tui.layouts.format import fields, heading, line

    about: Mapping[str, object] = {
        "transcript": found.id, "with": found.language_model, "campaign": found.campaign,
        "rounds": list(found.rounds), "begun": f"{found.started_at:%Y-%m-%d %H:%M} UTC", "file": found.path,
    }  # fmt: skip
    parts: list[RenderableType] = [fields(about)]
    for one in found.lines:
        text = _text_of(one)
        if one["kind"] == "asked":
            parts.append(heading(f"> {text}"))
        elif text:
            parts += [line(row, style="" if one["kind"] == "answer" else "dim") for row in text.split("\n")]
    return parts


def _text_of(one: Mapping[str, Any]) -> str:
    kind = one["kind"]
    if kind in ("asked", "answer", "notice"):
        return str(one["text"])
    if kind == "tool":
        return f"· {one['tool']} {one['arguments']}: {one['outcome']} in {one['seconds']} s – {one['summary']}"
    if kind == "approval":
        return f"· {one['tool']}: {'approved' if one['approved'] else 'not approved'}"
    if kind == "failed":
        return f"! {one['message']} {one['suggestion']}".strip()
    if kind == "usage":
        cost = "price not known" if one["cost"] is None else f"${one['cost']:.4f}"
        return f"({one['requests']} requests, {one['tool_calls']} tool calls, {cost})"
    return f"(carried on with {one['language_model']})" if kind == "resumed" else ""


def _rerun(found: Rerun) -> Sequence[RenderableType]:
    from tui.layouts.format import Column, table

    head = [
        f"{len(found.calls)} calls of {found.transcript}: {found.same} give the same, {found.differing} do not.",
        *(["The store was written to since."] if found.store_changed else []),
        *([f"Other versions: {', '.join(found.versions_changed)}."] if found.versions_changed else []),
    ]
    columns = [Column("tool"), Column("verdict"), Column("then", running=True), Column("now", running=True)]
    rows = [[call.tool, call.verdict, call.before, call.now] for call in found.calls]
    return [*head, *([table(columns, rows)] if rows else [])]


def register(app: typer.Typer) -> None:
    """Registers the group.

    Args:
        app: The root.
    """
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    listing = ["hitscout transcript list", "hitscout transcript list --campaign tcell --json"]
    showing = ["hitscout transcript show", "hitscout transcript show 20261121"]
    rerunning = ["hitscout transcript rerun last", "hitscout transcript rerun 20261121-064512-3f2a --with-writes"]
    for name, function, examples in (
        ("list", list_, listing),
        ("show", show, showing),
        ("rerun", rerun, rerunning),
    ):
        command(group, name, function, serves=[], examples=examples)
    app.add_typer(group, name="transcript", help="Conversations with the assistant: listed, shown, rerun.")
