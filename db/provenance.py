"""Ingests: which source, read by which tool with which arguments, put rows into the store."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import duckdb

from db.acts import act
from db.errors import NotFoundError
from db.records import Ingest, Note

VERSIONED = ("hitscout", "duckdb", "pandas", "numpy")


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def content_hash(source_hashes: Sequence[str], options: Mapping[str, Any]) -> str:
    """One hash for the bytes and the options that decide what is read from them.

    Args:
        source_hashes: SHA-256 of each source file, in reading order.
        options: Values that JSON can hold; their order does not matter.
    """
    text = json.dumps([list(source_hashes), options], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def versions() -> dict[str, str]:
    """Versions of what had a hand in an ingest."""
    found = {"python": platform.python_version()}
    for name in VERSIONED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def utc_now() -> datetime:
    """The time now, in UTC without a zone, as the store holds times."""
    return datetime.now(UTC).replace(tzinfo=None)


def next_id(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """A new id for a table that has a sequence; ids of removed rows are never given again."""
    return int(connection.execute(f"SELECT nextval('{table}_id')").fetchall()[0][0])


def find_ingest(connection: duckdb.DuckDBPyConnection, content: str) -> Ingest | None:
    """The ingest with this content hash, or None."""
    found = _select(connection, "WHERE content_hash = ?", [content])
    return found[0] if found else None


def list_ingests(connection: duckdb.DuckDBPyConnection) -> list[Ingest]:
    """All ingests, by id."""
    return _select(connection, "", [])


def get_ingest(connection: duckdb.DuckDBPyConnection, ingest_id: int) -> Ingest:
    """One ingest.

    Raises:
        NotFoundError: The store has no ingest of this id.
    """
    found = _select(connection, "WHERE id = ?", [ingest_id])
    if not found:
        raise NotFoundError(f"There is no ingest {ingest_id}.", f"{act('screen_list')} shows what there is.")
    return found[0]


def has_source(connection: duckdb.DuckDBPyConnection, source_hash: str, name: str) -> bool:
    """Whether rows were read from a file of this content, or of this name.

    Args:
        connection: A connection to the store.
        source_hash: SHA-256 of the file.
        name: The file's name without its folder.
    """
    rows = connection.execute(
        "SELECT 1 FROM ingest WHERE source_hash = $1 OR contains(arguments, $1)"
        " OR list_contains(string_split(source, ', '), $2) LIMIT 1",
        [source_hash, name],
    ).fetchall()
    return bool(rows)


def _select(connection: duckdb.DuckDBPyConnection, where: str, values: list[Any]) -> list[Ingest]:
    rows = connection.execute(
        "SELECT id, content_hash, kind, name, source, source_hash, tool, arguments, versions, created_at, parents"
        f" FROM ingest {where} ORDER BY id",
        values,
    ).fetchall()
    found = []
    for row in rows:
        number, content, kind, name, source, source_hash, tool, arguments, used, created_at, parents = row
        found.append(
            Ingest(
                id=number,
                content_hash=content,
                kind=kind,
                name=name,
                source=source,
                source_hash=source_hash,
                tool=tool,
                arguments=json.loads(arguments),
                versions=json.loads(used),
                created_at=created_at,
                parents=tuple(parents),
            )
        )
    return found


def record_ingest(
    connection: duckdb.DuckDBPyConnection,
    *,
    content: str,
    kind: str,
    name: str,
    source: str,
    source_hash: str,
    tool: str,
    arguments: Mapping[str, Any],
    parents: Sequence[int] = (),
    notes: Iterable[Note] = (),
) -> int:
    """Writes one ingest and its notes; must be inside the write that brings its rows.

    Returns:
        The new ingest's id.
    """
    ingest_id = next_id(connection, "ingest")
    connection.execute(
        "INSERT INTO ingest VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            ingest_id, content, kind, name, source, source_hash, tool,
            json.dumps(dict(arguments), sort_keys=True, default=str), json.dumps(versions(), sort_keys=True),
            utc_now(), list(parents),
        ],
    )  # fmt: skip
    add_notes(connection, ingest_id, notes)
    return ingest_id


def add_notes(connection: duckdb.DuckDBPyConnection, ingest_id: int, notes: Iterable[Note]) -> None:
    """Writes the rows that were kept aside or flagged."""
    rows = [
        (ingest_id, note.line, note.name, note.reason, note.detail, note.kept_aside, json.dumps(dict(note.source_row)))
        for note in notes
    ]
    if not rows:
        return
    import pandas as pd

    columns = ["ingest_id", "line", "name", "reason", "detail", "kept_aside", "source_row"]
    frame = pd.DataFrame(rows, columns=columns).astype({"line": "Int64"})
    connection.register("new_notes", frame)
    connection.execute("INSERT INTO ingest_note SELECT * FROM new_notes")
    connection.unregister("new_notes")


def notes_of(connection: duckdb.DuckDBPyConnection, ingest_id: int) -> list[Note]:
    """The rows of an ingest that were kept aside or flagged, by line."""
    rows = connection.execute(
        "SELECT line, name, reason, detail, kept_aside, source_row FROM ingest_note WHERE ingest_id = ?"
        " ORDER BY line, name, reason",
        [ingest_id],
    ).fetchall()
    return [
        Note(line, name, reason, detail, kept_aside, json.loads(source_row))
        for line, name, reason, detail, kept_aside, source_row in rows
    ]
