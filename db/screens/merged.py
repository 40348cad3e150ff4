"""Merged screens: several measurements of one phenotype as one screen, which names those that it was made from.

A merged screen holds the very measurements of its parts, so that whatever hides one of them has to hide it too.
"""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from db.store import Store

MERGED = "merged"
"""Kind of the ingest of a merged screen; its parents are the ingests of its parts."""
_LINE = (
    "WITH RECURSIVE line(screen_id, ingest) AS (SELECT id, ingest_id FROM screen WHERE campaign_id IS NULL"
    f" UNION SELECT line.screen_id, unnest(i.parents) FROM ingest i JOIN line ON i.id = line.ingest"
    f" WHERE i.kind = '{MERGED}')"
)


def with_kin(store: Store, screen_ids: Collection[int]) -> frozenset[int]:
    """Screens, and every one that shares a measurement with them by merging.

    Args:
        store: The store.
        screen_ids: Ids of screens.
    """
    with store.read() as connection:
        rows = connection.execute(
            f"{_LINE} SELECT DISTINCT b.screen_id FROM line a JOIN line b USING (ingest)"
            " WHERE a.screen_id IN (SELECT unnest(?::INTEGER[]))",
            [sorted(screen_ids)],
        ).fetchall()
    return frozenset(screen_ids) | frozenset(row[0] for row in rows)


def parts_of_merged(connection: duckdb.DuckDBPyConnection) -> dict[int, frozenset[int]]:
    """Merged screens and the screens that they were made from, by id; parts of parts are parts.

    Args:
        connection: An open connection.
    """
    rows = connection.execute(
        f"{_LINE} SELECT line.screen_id, list(part.id) FROM line JOIN screen part ON part.ingest_id = line.ingest"
        " WHERE part.id <> line.screen_id AND part.campaign_id IS NULL GROUP BY line.screen_id"
    ).fetchall()
    return {row[0]: frozenset(row[1]) for row in rows}


def merged_of(connection: duckdb.DuckDBPyConnection, screen_id: int) -> list[str]:
    """Names of the screens that were made from a screen, sorted.

    Args:
        connection: An open connection.
        screen_id: Id of the screen.
    """
    whole = [number for number, parts in parts_of_merged(connection).items() if screen_id in parts]
    rows = connection.execute(
        "SELECT name FROM screen WHERE id IN (SELECT unnest(?::INTEGER[])) ORDER BY name", [whole]
    ).fetchall()
    return [row[0] for row in rows]
