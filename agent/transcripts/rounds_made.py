"""Which rounds an assistant had a hand in: each of them names its transcript."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from db.errors import StoreError
from db.store import Store
from db.transcripts import index_transcript, link_grade, link_rounds, read_transcript
from db.undo import pass_over
from tools.campaigns.rounds.grade import Graded
from tools.campaigns.rounds.shortlist import Shortlist

_PATIENCE = 0.5
"""Seconds to wait for a store that another process holds: the index can be made later, the answer cannot wait."""


def shortlist_of(result: object) -> Mapping[str, Any] | None:
    """The shortlist that a tool gave, with the keys of ``propose --json``; None where it gave none.

    Args:
        result: What a tool returned.
    """
    return result.to_json() if isinstance(result, Shortlist) else None


def link_made_rounds(store: Store, path: Path, results: Sequence[Any]) -> None:
    """Enters a transcript in the store's index, and the rounds that its tools wrote.

    Args:
        store: The store; nothing is done where there is none.
        path: The transcript's file.
        results: What writing tools returned.
    """
    transcript = read_transcript(path) if store.exists() else None
    if transcript is None:
        return
    rounds = [
        (result.campaign, number)
        for result in results
        if isinstance(getattr(result, "campaign", None), str)
        and isinstance(number := getattr(result, "round", None), int)
    ]
    try:
        with Store(store.path, patience=_PATIENCE).write("transcript index") as connection:
            index_transcript(connection, transcript)
            link_rounds(connection, transcript.id, rounds)
            for result in results:
                if isinstance(result, Graded):
                    link_grade(connection, transcript.id, result.campaign, result.round, result.perturbation)
            pass_over(connection)
    except StoreError:
        # The file is what counts, and the next run enters it again.
        return
