"""Transcripts for people: listed with the rounds that came out of them, and shown line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from db.transcripts import Transcript, find_transcript, lines_of, list_transcripts, rounds_of_transcript
from tools.workspace import Workspace

_HIDDEN = frozenset({"message", "text", "start"})
"""Lines that the others tell in fewer words."""


@dataclass(frozen=True)
class ListedTranscript:
    """One line of the list of conversations.

    Attributes:
        id: Its id.
        title: The first question, cut short.
        language_model: Who answered.
        campaign: The campaign that it was about; empty where none was named.
        rounds: Rounds of campaigns that came out of it, such as ``tcell 2``.
        started_at: When it began, in UTC.
        last_at: When something was last said, in UTC.
    """

    id: str
    title: str
    language_model: str
    campaign: str
    rounds: tuple[str, ...]
    started_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class ShownTranscript(ListedTranscript):
    """A conversation with what was said.

    Attributes:
        path: Its file.
        lines: What was asked, called, approved, answered and used, in order.
    """

    path: Path
    lines: tuple[Mapping[str, Any], ...]


def transcript_list(workspace: Workspace, campaign: str = "") -> tuple[ListedTranscript, ...]:
    """Lists the conversations about a store, newest first.

    Args:
        workspace: Whose store.
        campaign: Only those about this campaign; all where empty.
    """
    wanted = campaign.strip().casefold()
    return tuple(
        ListedTranscript(**_facts(workspace, one))
        for one in list_transcripts(workspace.store)
        if not wanted or one.campaign.casefold() == wanted
    )


def transcript_show(workspace: Workspace, name: str = "last") -> ShownTranscript:
    """Shows a conversation.

    Args:
        workspace: Whose store.
        name: Its id, the beginning of its id, or ``last``.

    Raises:
        NotFoundError: There is no such conversation; near ids are given.
    """
    found = find_transcript(workspace.store, name)
    lines = tuple(line for line in lines_of(found.path) if line["kind"] not in _HIDDEN)
    return ShownTranscript(**_facts(workspace, found), path=found.path, lines=lines)


def _facts(workspace: Workspace, one: Transcript) -> dict[str, Any]:
    rounds = rounds_of_transcript(workspace.store, one.id)
    return {
        "id": one.id,
        "title": one.title,
        "language_model": one.language_model,
        "campaign": one.campaign,
        "rounds": tuple(f"{campaign} {number}" for campaign, number in rounds),
        "started_at": one.started_at,
        "last_at": one.last_at,
    }
