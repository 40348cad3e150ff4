"""Migrations: the numbered files of the schema, and how far a database has come."""

from __future__ import annotations

import importlib.resources
import re
from functools import cache
from pathlib import Path

import duckdb

from db.acts import PATH, option
from db.errors import StoreError


@cache
def migrations() -> tuple[tuple[int, str], ...]:
    """All migrations: number and SQL, in order."""
    folder = importlib.resources.files(__package__) / "schema"
    found = []
    for entry in folder.iterdir():
        if match := re.fullmatch(r"(\d{4})_\w+\.sql", entry.name):
            found.append((int(match[1]), entry.read_text(encoding="utf-8")))
    return tuple(sorted(found))


def pending(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[int, str]]:
    """The migrations that a database lacks.

    Args:
        connection: A connection to it.
        path: Its file, for messages.

    Raises:
        StoreError: It is somebody else's, a newer hitscout's, or does not say how far it has come.
    """
    done = _done(connection, path)
    newest = migrations()[-1][0]
    if done > newest:
        raise StoreError(
            f"{path} was written by a newer hitscout (schema {done}; this one knows {newest}).",
            f"Upgrade hitscout, or name another store: {option(store_path=PATH)}.",
        )
    return [(number, sql) for number, sql in migrations() if number > done]


def _done(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    tables = {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if not tables:
        return 0
    foreign = StoreError(
        f"{path} is a DuckDB file, but not a hitscout store.", f"Name another path: {option(store_path=PATH)}."
    )
    if not {"meta", "ingest"} <= tables:
        raise foreign
    try:
        # All is fetched: a result that is left unfinished forbids other work on the connection.
        values = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('schema', 'revision')").fetchall())
    except duckdb.BinderException as error:
        raise foreign from error
    if not all(str(values.get(key, "")).isdecimal() for key in ("schema", "revision")):
        raise StoreError(
            f"{path} does not say which hitscout wrote it: its table meta is damaged.",
            f"Put a copy of it back, or name another store: {option(store_path=PATH)}.",
        )
    return int(values["schema"])


def migrate(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Applies the migrations that a database lacks; inside a transaction.

    Args:
        connection: The writing connection.
        path: Its file, for messages.

    Raises:
        StoreError: As for `pending`.
    """
    for number, sql in pending(connection, path):
        connection.execute(sql)
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('schema', ?)", [str(number)])


def revision(connection: duckdb.DuckDBPyConnection) -> int:
    """How many writes a store has seen; 0 where the database is new.

    Args:
        connection: A connection to it.
    """
    try:
        rows = connection.execute("SELECT value::BIGINT FROM meta WHERE key = 'revision'").fetchall()
    except duckdb.CatalogException:
        return 0
    return int(rows[0][0]) if rows else 0
