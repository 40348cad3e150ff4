"""Campaigns in the store: their question, library and exclusions. Their rounds are in `db.campaigns.rounds`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb
import pandas as pd

from db.acts import ANY, NAME, act
from db.errors import ConflictError, NotFoundError, did_you_mean
from db.provenance import next_id, utc_now
from db.records import Campaign, CampaignSettings, Question
from db.store import Store

_COLUMNS = "id, name, question, settings, measured_screen_id, created_at, closed_at"


# Reading -----------------------------------------------------------------------------------------


def list_campaigns(store: Store) -> list[Campaign]:
    """The campaigns of the store, by name.

    Args:
        store: The store.
    """
    with store.read() as connection:
        return _campaigns(connection)


def get_campaign(store: Store, name: str) -> Campaign:
    """One campaign.

    Args:
        store: The store.
        name: Its name; upper and lower case do not matter.

    Raises:
        NotFoundError: No campaign has the name; near names are given.
    """
    with store.read() as connection:
        return find_campaign(connection, name)


def find_campaign(connection: duckdb.DuckDBPyConnection, name: str) -> Campaign:
    """One campaign, on an open connection; see `get_campaign`."""
    campaigns = _campaigns(connection)
    for campaign in campaigns:
        if campaign.name.casefold() == name.strip().casefold():
            return campaign
    known = [campaign.name for campaign in campaigns]
    hint = f"There is none yet: {act('campaign_start', NAME, phenotype=ANY)} makes one."
    if known:
        hint = did_you_mean(name, known) or f"There are: {', '.join(known)}."
    raise NotFoundError(f"There is no campaign {name!r}.", hint)


def _campaigns(connection: duckdb.DuckDBPyConnection) -> list[Campaign]:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM campaign ORDER BY name").fetchall()
    return [_campaign(row) for row in rows]


def _campaign(row: tuple[Any, ...]) -> Campaign:
    question, settings = Question.from_json(json.loads(row[2])), CampaignSettings.from_json(json.loads(row[3]))
    return Campaign(row[0], row[1], question, settings, *row[4:])


def library_of_campaign(store: Store, campaign_id: int) -> list[str]:
    """The perturbations of a campaign's library, sorted.

    Args:
        store: The store.
        campaign_id: Id of the campaign.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT p.name FROM campaign_library l JOIN perturbation p ON p.id = l.perturbation_id"
            " WHERE l.campaign_id = ? ORDER BY p.name",
            [campaign_id],
        ).fetchall()
    return [row[0] for row in rows]


def exclusions_of(store: Store, campaign_id: int, until: datetime | None = None) -> dict[str, str]:
    """Perturbations that a person took out of a campaign: name → reason, sorted by name.

    Args:
        store: The store.
        campaign_id: Id of the campaign.
        until: Only those that were taken out by then; all where None.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT p.name, e.reason FROM campaign_exclusion e JOIN perturbation p ON p.id = e.perturbation_id"
            " WHERE e.campaign_id = ? AND (? IS NULL OR e.created_at <= ?) ORDER BY p.name, e.created_at, e.reason",
            [campaign_id, until, until],
        ).fetchall()
    return dict(rows)


def target_genes(store: Store, organism: str, perturbations: list[str]) -> dict[str, tuple[str, ...]]:
    """Symbols of the genes that perturbations target: name → one or two symbols.

    Args:
        store: The store.
        organism: ``human`` or ``mouse``.
        perturbations: Names; unknown ones are left out.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT p.name, a.symbol, b.symbol FROM perturbation p JOIN gene a ON a.id = p.gene_id"
            " LEFT JOIN gene b ON b.id = p.second_gene_id"
            " WHERE p.organism = ? AND p.name IN (SELECT unnest(?::VARCHAR[])) ORDER BY p.name",
            [organism, perturbations],
        ).fetchall()
    return {name: (first,) if second is None else (first, second) for name, first, second in rows}


def perturbation_genes(store: Store, organism: str, perturbations: list[str]) -> pd.DataFrame:
    """Gene ids of perturbations that the store knows: columns name, gene_id, second_gene_id, sorted by name.

    Args:
        store: The store.
        organism: ``human`` or ``mouse``.
        perturbations: Names; unknown ones are left out.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT name, gene_id, second_gene_id FROM perturbation"
            " WHERE organism = ? AND name IN (SELECT unnest(?::VARCHAR[])) ORDER BY name",
            [organism, perturbations],
        ).fetchall()
    frame = pd.DataFrame(rows, columns=["name", "gene_id", "second_gene_id"])
    return frame.astype({"name": object, "gene_id": "int64", "second_gene_id": "Int64"})


def gene_accessions(store: Store, organism: str, symbols: list[str]) -> dict[str, str]:
    """Accessions (``HGNC:5``, ``MGI:87853``) of approved symbols; unknown ones are left out.

    Args:
        store: The store.
        organism: ``human`` or ``mouse``.
        symbols: Approved symbols.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT symbol, min(accession) FROM gene WHERE organism = ? AND symbol IN (SELECT unnest(?::VARCHAR[]))"
            " GROUP BY symbol ORDER BY symbol",
            [organism, symbols],
        ).fetchall()
    return dict(rows)


def screens_of_source(store: Store, source_hashes: list[str]) -> frozenset[int]:
    """Screens that were read from files of these hashes: the same bytes under another name are the same results.

    Args:
        store: The store.
        source_hashes: SHA-256 of files.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT screen.id FROM screen JOIN ingest ON ingest.id = screen.ingest_id"
            " WHERE ingest.source_hash IN (SELECT unnest(?::VARCHAR[]))",
            [source_hashes],
        ).fetchall()
    return frozenset(row[0] for row in rows)


# Writing, inside `Store.write` -------------------------------------------------------------------


def insert_campaign(
    connection: duckdb.DuckDBPyConnection,
    *,
    name: str,
    question: Question,
    settings: CampaignSettings,
    measured_screen_id: int | None,
    library: pd.Series[int],
    exclusions: Mapping[int, str],
) -> int:
    """Writes a campaign with its library and exclusions.

    Args:
        connection: The writing connection.
        name: A name that no other campaign has.
        question: What it looks for.
        settings: How its rounds are made up.
        measured_screen_id: The screen whose effects are round 0, or None.
        library: Ids of the perturbations in the library.
        exclusions: Id of a perturbation → why it must not be nominated.

    Returns:
        The campaign's id.

    Raises:
        ConflictError: A campaign has the name already.
    """
    if connection.execute("SELECT 1 FROM campaign WHERE lower(name) = lower(?)", [name]).fetchall():
        raise ConflictError(
            f"There is a campaign named {name!r} already.",
            f"Give another name, or go on with that one: {act('campaign_show', name)}.",
        )
    campaign_id = next_id(connection, "campaign")
    connection.execute(
        "INSERT INTO campaign VALUES (?, ?, ?, ?, ?, ?, NULL)",
        [campaign_id, name, _json(question.to_json()), _json(settings.to_json()), measured_screen_id, utc_now()],
    )
    rows = pd.DataFrame({"perturbation_id": sorted(set(library.astype(int)))})
    connection.register("new_library", rows)
    connection.execute("INSERT INTO campaign_library SELECT ?, perturbation_id FROM new_library", [campaign_id])
    connection.unregister("new_library")
    add_exclusions(connection, campaign_id, exclusions)
    return campaign_id


def add_exclusions(connection: duckdb.DuckDBPyConnection, campaign_id: int, exclusions: Mapping[int, str]) -> None:
    """Writes exclusions; a perturbation that is excluded already keeps its first reason.

    Args:
        connection: The writing connection.
        campaign_id: Id of the campaign.
        exclusions: Id of a perturbation → reason.
    """
    known = {
        row[0]
        for row in connection.execute(
            "SELECT perturbation_id FROM campaign_exclusion WHERE campaign_id = ?", [campaign_id]
        ).fetchall()
    }
    rows = [(i, reason) for i, reason in sorted(exclusions.items()) if i not in known]
    if not rows:
        return
    frame = pd.DataFrame(rows, columns=["perturbation_id", "reason"])
    connection.register("new_exclusions", frame)
    connection.execute(
        "INSERT INTO campaign_exclusion SELECT ?, perturbation_id, reason, ? FROM new_exclusions",
        [campaign_id, utc_now()],
    )
    connection.unregister("new_exclusions")


def update_question(connection: duckdb.DuckDBPyConnection, campaign_id: int, question: Question) -> None:
    """Writes an edited question; whether it may still change is for the caller to know.

    Args:
        connection: The writing connection.
        campaign_id: Id of the campaign.
        question: The new question.
    """
    connection.execute("UPDATE campaign SET question = ? WHERE id = ?", [_json(question.to_json()), campaign_id])


def set_closed(connection: duckdb.DuckDBPyConnection, campaign_id: int, *, closed: bool) -> None:
    """Closes a campaign, or opens it again.

    Args:
        connection: The writing connection.
        campaign_id: Id of the campaign.
        closed: Whether it is to be closed.
    """
    connection.execute("UPDATE campaign SET closed_at = ? WHERE id = ?", [utc_now() if closed else None, campaign_id])


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(dict(values), sort_keys=True, ensure_ascii=False)
