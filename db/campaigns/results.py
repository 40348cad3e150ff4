"""Results of rounds: each file is a revision with a contrast of its own, and the newest counts."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import pandas as pd

from db.acts import act
from db.errors import ConflictError
from db.provenance import utc_now
from db.screens.reading import ESTIMATE_AS_EVIDENCE
from db.store import Store


@dataclass(frozen=True)
class Revision:
    """One file of results of a round; the newest revision counts, the others are its history.

    Attributes:
        round_id: Id of the round.
        number: Number of the round in its campaign.
        revision: From 1.
        contrast_id: The contrast that holds its effects, on the campaign's scale.
        placement: How they were placed on that scale.
        ingest_id: Where they came from.
        created_at: When, in UTC.
    """

    round_id: int
    number: int
    revision: int
    contrast_id: int
    placement: Mapping[str, Any]
    ingest_id: int
    created_at: datetime


def revisions_of(store: Store, campaign_id: int) -> list[Revision]:
    """All revisions of the results of a campaign's rounds, by round and revision.

    Args:
        store: The store.
        campaign_id: Id of the campaign.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT r.round_id, round.number, r.revision, r.contrast_id, r.placement, r.ingest_id, r.created_at"
            " FROM round_results r JOIN round ON round.id = r.round_id WHERE round.campaign_id = ?"
            " ORDER BY round.number, r.revision",
            [campaign_id],
        ).fetchall()
    return [Revision(row[0], row[1], row[2], row[3], json.loads(row[4]), *row[5:]) for row in rows]


def results_screen(connection: duckdb.DuckDBPyConnection, campaign_id: int) -> int | None:
    """Id of the screen that holds a campaign's own results, or None before the first.

    Args:
        connection: An open connection.
        campaign_id: Id of the campaign.
    """
    rows = connection.execute("SELECT id FROM screen WHERE campaign_id = ? ORDER BY id", [campaign_id]).fetchall()
    return int(rows[0][0]) if rows else None


def effects_of_contrasts(store: Store, contrast_ids: Collection[int]) -> pd.DataFrame:
    """Combined effects of contrasts: columns contrast_id, perturbation and the numbers of an effect, sorted.

    Args:
        store: The store.
        contrast_ids: Ids of the contrasts.
    """
    with store.read() as connection:
        return connection.execute(
            f"SELECT effect.contrast_id, p.name AS perturbation, {ESTIMATE_AS_EVIDENCE}, effect.standard_error,"
            " effect.p_low, effect.p_high, effect.fdr_low, effect.fdr_high FROM effect"
            " JOIN perturbation p ON p.id = effect.perturbation_id JOIN contrast ON contrast.id = effect.contrast_id"
            " WHERE effect.replicate_id IS NULL AND effect.contrast_id IN (SELECT unnest(?::INTEGER[]))"
            " ORDER BY effect.contrast_id, p.name",
            [sorted(contrast_ids)],
        ).df()


def controls_of_contrast(store: Store, contrast_id: int) -> pd.Series[float]:
    """Estimates of a contrast's negative controls, one for each name and replicate; by name.

    Args:
        store: The store.
        contrast_id: Id of the contrast.
    """
    with store.read() as connection:
        frame = connection.execute(
            "SELECT name, estimate FROM control_effect WHERE contrast_id = ? ORDER BY ALL", [contrast_id]
        ).df()
    return frame["estimate"].astype(float)


def contrast_kind(store: Store, contrast_id: int) -> str:
    """What the estimates of a contrast are (``lfc``, ``z``, …).

    Args:
        store: The store.
        contrast_id: Id of the contrast.
    """
    with store.read() as connection:
        return str(
            connection.execute("SELECT estimate_kind FROM contrast WHERE id = ?", [contrast_id]).fetchall()[0][0]
        )


def insert_revision(
    connection: duckdb.DuckDBPyConnection,
    *,
    round_id: int,
    revision: int,
    contrast_id: int,
    placement: Mapping[str, Any],
    ingest_id: int,
) -> None:
    """Writes that a contrast holds a round's results.

    Args:
        connection: The writing connection.
        round_id: Id of the round.
        revision: One more than the newest before it.
        contrast_id: The contrast.
        placement: How its effects were placed on the campaign's scale.
        ingest_id: Where they came from.

    Raises:
        ConflictError: The revision is there already, because someone else recorded at the same time.
    """
    row = connection.execute(
        "SELECT coalesce(max(revision), 0) FROM round_results WHERE round_id = ?", [round_id]
    ).fetchall()
    if row[0][0] != revision - 1:
        raise ConflictError(
            "Results of this round were recorded by someone else just now.",
            f"Look at them with {act('campaign_show')}, then record yours if they differ.",
        )
    text = json.dumps(dict(placement), sort_keys=True, ensure_ascii=False)
    connection.execute(
        "INSERT INTO round_results VALUES (?, ?, ?, ?, ?, ?)",
        [round_id, revision, contrast_id, text, ingest_id, utc_now()],
    )
