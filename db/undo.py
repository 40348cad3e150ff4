"""The last write taken back: what a write changes is kept beside it, in the same transaction, until the next one.

A write names the rows that it is about to change or to add, table by table, as conditions. Those that are there are
copied; taking back deletes what meets a condition by then and puts the copies in its place. A write that only adds rows
keeps none, so that it costs one row of `undo.act`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import duckdb

from db.errors import ConflictError
from db.migrations import revision
from db.provenance import utc_now
from db.screens.writing import drop_idle_studies
from db.store import Store

LAST_WRITE = "last_write"
"""Key of `meta` under which the store says what its last write was for."""
_OF_ROUNDS = "round_id IN (SELECT id FROM round WHERE campaign_id = {})"


@dataclass(frozen=True)
class Rows:
    """Rows of a table that a write changes, adds or takes away.

    Attributes:
        table: The table.
        where: What they meet, in SQL; with numbers of ours alone, never with a text of a user's.
    """

    table: str
    where: str


@dataclass(frozen=True)
class LastAct:
    """The last write, as far as it can be taken back.

    Attributes:
        title: What it did, in words.
        at: When, in UTC.
    """

    title: str
    at: datetime


def remember(
    connection: duckdb.DuckDBPyConnection, title: str, changed: Sequence[Rows] = (), *, added: Sequence[Rows] = ()
) -> None:
    """Keeps what a write is about to change, and what it has added; must be inside that write.

    Several calls within one write belong together, and are taken back together, the last first.

    Args:
        connection: The writing connection.
        title: What the write does, in words; the first of a write counts.
        changed: Rows as they are before they are changed or taken away, those that refer to others first.
        added: Rows that were not there before, told when they are; they are deleted, and none is kept.
    """
    after = revision(connection) + 1
    steps = connection.execute("SELECT number, revision FROM undo.act ORDER BY number").fetchall()
    if steps and steps[-1][1] != after:
        _clear(connection)
        steps = []
    number, kept = len(steps), []
    for at, rows in enumerate(changed):
        copy = f"kept_{number}_{at}"
        there = connection.execute(f"SELECT count(*) FROM main.{rows.table} WHERE {rows.where}").fetchall()[0][0]
        if there:
            connection.execute(f"CREATE TABLE undo.{copy} AS SELECT * FROM main.{rows.table} WHERE {rows.where}")
        kept.append({"table": rows.table, "where": rows.where, "copy": copy if there else ""})
    kept += [{"table": rows.table, "where": rows.where, "copy": ""} for rows in added]
    connection.execute(
        "INSERT INTO undo.act VALUES (?, ?, ?, ?, ?)", [number, title, after, json.dumps(kept), utc_now()]
    )


def pass_over(connection: duckdb.DuckDBPyConnection) -> None:
    """Lets the last act be taken back still, although another write is made: one that only notes who did it.

    Args:
        connection: The writing connection.
    """
    connection.execute("UPDATE undo.act SET revision = revision + 1 WHERE revision = ?", [revision(connection)])


def last_act(store: Store) -> LastAct:
    """The last write, where it can be taken back.

    Args:
        store: The store.

    Raises:
        ConflictError: There is none, or it cannot be taken back; what it was for is said.
    """
    with store.read() as connection:
        return _last(connection)


def take_back(store: Store) -> tuple[LastAct, int, int]:
    """Takes the last write back, whole, in one transaction.

    Args:
        store: The store.

    Returns:
        What it was, how many rows went, and how many came back as they were.

    Raises:
        ConflictError: As for `last_act`.
    """
    with store.write("undo") as connection:
        act, gone, back = _last(connection), 0, 0
        for (text,) in connection.execute("SELECT kept FROM undo.act ORDER BY number DESC").fetchall():
            for one in json.loads(text):
                deleted = connection.execute(f"DELETE FROM main.{one['table']} WHERE {one['where']}").fetchall()
                gone += int(deleted[0][0])
                if one["copy"]:
                    put = connection.execute(f"INSERT INTO main.{one['table']} SELECT * FROM undo.{one['copy']}")
                    back += int(put.fetchall()[0][0])
        drop_idle_studies(connection)
        _clear(connection)
        return act, gone, back


def _last(connection: duckdb.DuckDBPyConnection) -> LastAct:
    now = revision(connection)
    steps = connection.execute("SELECT title, created_at, revision FROM undo.act ORDER BY number").fetchall()
    if not steps or steps[-1][2] != now:
        found = connection.execute("SELECT value FROM meta WHERE key = ?", [LAST_WRITE]).fetchall()
        purpose = f" ({found[0][0]})" if found else ""
        raise ConflictError(
            f"There is no write to take back: the last one{purpose} cannot be.",
            "Screens that were added, merged or removed, cells that were added or removed, and what was done to a"
            " campaign can be, as long as nothing else was written since; public data, tables of responses and"
            " replicates cannot.",
        )
    return LastAct(steps[0][0], steps[0][1])


def _clear(connection: duckdb.DuckDBPyConnection) -> None:
    for (name,) in connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'undo' AND table_name <> 'act'"
    ).fetchall():
        connection.execute(f"DROP TABLE undo.{name}")
    connection.execute("DELETE FROM undo.act")


# Which rows an act changes -----------------------------------------------------------------------


def rows_of_screen(connection: duckdb.DuckDBPyConnection, screen_id: int, ingests: Sequence[int]) -> list[Rows]:
    """The rows that make up a screen.

    Args:
        connection: An open connection on which the screen is there.
        screen_id: Id of the screen.
        ingests: Ids of the ingests that go with it.
    """
    found = connection.execute("SELECT id FROM contrast WHERE screen_id = ?", [screen_id]).fetchall()
    contrasts, brought = _among("contrast_id", [row[0] for row in found]), _among("ingest_id", ingests)
    return [
        *(Rows(table, contrasts) for table in ("effect", "control_effect", "replicate")),
        Rows("source_name", f"screen_id = {int(screen_id)}"), Rows("contrast", f"screen_id = {int(screen_id)}"),
        Rows("hit_list", brought), Rows("ingest_note", brought), Rows("ingest", _among("id", ingests)),
        Rows("screen", f"id = {int(screen_id)}"),
    ]  # fmt: skip


def study_of(connection: duckdb.DuckDBPyConnection, table: Literal["screen", "cell_set"], number: int) -> list[Rows]:
    """The row of the study of a screen or of a set of cells, which goes with the last one that belongs to it.

    Args:
        connection: An open connection on which it is there.
        table: What it is.
        number: Its id.
    """
    found = connection.execute(f"SELECT study_id FROM {table} WHERE id = ?", [number]).fetchall()
    return [Rows("study", _among("id", [row[0] for row in found if row[0] is not None]))]


def rows_of_cells(cell_set: int, ingest_id: int) -> list[Rows]:
    """The rows that make up a set of cells.

    Args:
        cell_set: Number of the set.
        ingest_id: The ingest that brought it.
    """
    own = f"cell_set_id = {int(cell_set)}"
    return [
        *(Rows(table, own) for table in ("cell_set_cell", "cell_set_column", "cell_set_gene")),
        Rows("ingest_note", _among("ingest_id", [ingest_id])), Rows("ingest", _among("id", [ingest_id])),
        Rows("cell_set", f"id = {int(cell_set)}"),
    ]  # fmt: skip


def rows_of_results(connection: duckdb.DuckDBPyConnection, ingest_id: int) -> list[Rows]:
    """The rows that a file of a round's results brought.

    Args:
        connection: An open connection on which they are there.
        ingest_id: Its ingest.
    """
    found = connection.execute("SELECT id FROM contrast WHERE ingest_id = ?", [ingest_id]).fetchall()
    brought = _among("ingest_id", [ingest_id])
    return [
        Rows("effect", brought), Rows("control_effect", brought),
        Rows("replicate", _among("contrast_id", [row[0] for row in found])), Rows("contrast", brought),
        Rows("ingest_note", brought), Rows("ingest", _among("id", [ingest_id])),
    ]  # fmt: skip


def rows_of_campaign(campaign_id: int, *, library: bool = False) -> list[Rows]:
    """The rows that make up a campaign and describe its results; their effects are left out.

    Args:
        campaign_id: Id of the campaign.
        library: Whether its library is among them, which changes only when it is started.
    """
    own, of_rounds = f"campaign_id = {int(campaign_id)}", _OF_ROUNDS.format(int(campaign_id))
    return [
        *(Rows(table, of_rounds) for table in ("nomination", "grade", "round_results", "round_transcript")),
        Rows("source_name", f"screen_id IN (SELECT id FROM screen WHERE {own})"), Rows("screen", own),
        Rows("round", own), Rows("campaign_exclusion", own), *([Rows("campaign_library", own)] if library else []),
        Rows("campaign", f"id = {int(campaign_id)}"),
    ]  # fmt: skip


def _among(column: str, values: Sequence[int]) -> str:
    return f"{column} IN ({', '.join(str(int(one)) for one in values)})" if values else "false"
