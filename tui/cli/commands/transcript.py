"""``hitscout transcript``: conversations with the assistant, listed, shown and rerun."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.cli.frame import command, group, session_of

TranscriptId = Annotated[
    str, typer.Argument(metavar="[ID]", help="Its id, the beginning of its id, or last (the default).")
]


def list_(
    context: typer.Context,
    campaign: Annotated[str, typer.Option(metavar="NAME", help="Only those about this campaign.")] = "",
) -> None:
    """Lists the conversations, newest first, with the rounds that came out of them."""
    from agent.transcripts.listing import transcript_list
    from tui.layouts import transcripts as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = transcript_list(workspace, campaign)
    session.give(found, layout.listing)


def show(context: typer.Context, name: TranscriptId = "last") -> None:
    """Shows a conversation: what was asked, which tools were called, what was answered and what it cost."""
    from agent.transcripts.listing import transcript_show
    from tui.layouts import transcripts as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = transcript_show(workspace, name)
    session.give(found, layout.shown)


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
    from tui.layouts import transcripts as layout

    session = session_of(context)
    with session.workspace() as workspace:
        found = rerun_transcript(workspace, name, with_writes=with_writes)
    session.give(found, layout.rerun)


def register(app: typer.Typer) -> None:
    """Registers the group.

    Args:
        app: The root.
    """
    verbs = group(app, "transcript")
    listing = ["hitscout transcript list", "hitscout transcript list --campaign tcell --json"]
    showing = ["hitscout transcript show", "hitscout transcript show 20261121"]
    rerunning = ["hitscout transcript rerun last", "hitscout transcript rerun 20261121-064512-3f2a --with-writes"]
    for name, function, examples in (
        ("list", list_, listing),
        ("show", show, showing),
        ("rerun", rerun, rerunning),
    ):
        command(verbs, name, function, serves=[], examples=examples)
