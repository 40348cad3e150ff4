"""The manifest of a store: rows, sums and hashes of what was committed, so that silent damage is found."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import duckdb

from db.acts import act
from db.migrations import revision


@dataclass(frozen=True)
class Problem:
    """Something about the store that needs mending.

    Attributes:
        message: What was found.
        suggestion: What would mend it.
        kind: ``lost`` where rows are missing or changed; ``unfinished`` where all rows are there and only the
            manifest is behind; ``unknown`` where there is no manifest to compare them with.
    """

    message: str
    suggestion: str
    kind: Literal["lost", "unfinished", "unknown"] = "lost"


INGESTED_TABLES = (
    "effect", "control_effect", "gene", "gene_value", "ortholog", "hit_list", "gene_text", "gene_embedding", "response",
    "response_perturbation", "response_readout", "response_cells", "response_cells_gene",
    "cell_set_gene", "cell_set_column", "cell_set_cell",
)  # fmt: skip
STATE_TABLES = (
    "ingest", "ingest_note", "study", "screen", "contrast", "replicate", "perturbation", "source_name", "gene_name",
    "gene_identifier", "gene_set", "gene_set_member", "edge", "campaign", "campaign_library", "campaign_exclusion",
    "round", "nomination", "round_results", "grade", "transcript", "response_screen",
    "round_transcript", "cell_set",
)  # fmt: skip

GROWING_TABLES = frozenset({
    "gene_name", "gene_identifier", "gene_set", "gene_set_member", "edge", "source_name", "perturbation",
    "campaign_library",
})  # fmt: skip
"""State tables whose rows are never changed: a write adds some, or removes those of a screen."""


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    rows = connection.execute(
        "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns()"
        " WHERE NOT internal AND database_name = current_database() AND schema_name = 'main' GROUP BY table_name"
    ).fetchall()
    return dict(rows)


NOTHING = "0"
"""The hash of a table without rows."""


def _row_digest(columns: list[str]) -> str:
    """SQL that sums a hash of each row's text: the same in every version of DuckDB, whatever the row order."""
    text = ", ".join(f"coalesce({column}::VARCHAR, '~')" for column in columns)
    return f"coalesce(sum(md5_number_lower(concat_ws('|', {text}))), {NOTHING})::VARCHAR"


_SUMMED = "placed"
"""What the digest of responses begins with; digests that earlier versions made do not."""


def _response_digest() -> str:
    """SQL that sums responses' numbers: a text of each of tens of millions of rows would take minutes.

    Whole numbers are summed, whose sum does not depend on the order. Each number is first multiplied by one that stands
    for its pair, so that none can stand at another's place; as that is a million at least, estimates count to 1e-6,
    and p and FDR, multiplied by a million more, to 1e-12.
    """
    place = "(perturbation::BIGINT * 1048573 + readout)"
    labels = ", ".join(f"coalesce(sum({place}) FILTER ({flag}), 0)" for flag in ("de", "NOT de", "up", "NOT up"))
    scales = {"estimate": "", "standard_error": "", "p": " * 1048576.0::DOUBLE", "fdr": " * 1048576.0::DOUBLE"}
    numbers = ", ".join(
        f"coalesce(sum(TRY_CAST({column}{scale} * {place}::DOUBLE AS BIGINT)), 0)" for column, scale in scales.items()
    )
    return f"concat_ws('|', '{_SUMMED}', sum({place}), sum(strlen(split) * {place}), {labels}, {numbers})"


def _responses(connection: duckdb.DuckDBPyConnection, ingests: list[int]) -> list[tuple[int, int, str]]:
    """Rows and digest of the responses of some ingests, each alone: grouping tens of millions of rows takes longer."""
    there = connection.execute(
        "SELECT DISTINCT ingest_id FROM response_screen WHERE ingest_id IN (SELECT unnest(?)) ORDER BY 1", [ingests]
    ).fetchall()
    each = [f"SELECT {one}, count(*), {_response_digest()} FROM response WHERE ingest_id = {one}" for (one,) in there]
    rows = [connection.execute(sql).fetchall()[0] for sql in each]
    return [row for row in rows if row[1]]


def _parents(connection: duckdb.DuckDBPyConnection, ingests: list[int]) -> list[int]:
    """The parents, themselves older, of some ingests."""
    rows = connection.execute(
        "SELECT DISTINCT parent FROM (SELECT unnest(parents) AS parent FROM ingest WHERE id IN (SELECT unnest(?)))"
        " WHERE parent IN (SELECT id FROM ingest) AND parent NOT IN (SELECT unnest(?)) ORDER BY parent",
        [ingests, ingests],
    ).fetchall()
    return [row[0] for row in rows]


def describe(connection: duckdb.DuckDBPyConnection, known: Mapping[str, Any]) -> dict[str, Any]:
    """Rows and hashes by ingest and by table.

    Ingests in the `known` manifest are immutable and are not summed again, nor are tables whose rows are never
    changed and are as many as before: every write would take a second longer otherwise. Only a new ingest may take
    rows from another one, which is then its parent and is summed again.

    Args:
        connection: An open connection.
        known: The manifest of the last write; empty to sum everything anew.
    """
    columns = _columns(connection)
    current = revision(connection)
    if known and known["revision"] != current - 1:
        # A write in between was never entered, so that as many rows as before need not be the same ones.
        known = {**known, "tables": {}}
    ids = [row[0] for row in connection.execute("SELECT id FROM ingest ORDER BY id").fetchall()]
    known_ingests = {i: one for i, one in known.get("ingests", {}).items() if not _summed_before(one)}
    ingests: dict[str, Any] = {str(i): known_ingests[str(i)] for i in ids if str(i) in known_ingests}
    fresh = [i for i in ids if str(i) not in ingests]
    fresh += _parents(connection, fresh)
    for ingest_id in fresh:
        ingests[str(ingest_id)] = {}
    # One statement for all tables: each one alone costs more than most of them take. Empty ones need no sum.
    counts = dict(_of_tables(connection, dict.fromkeys((*STATE_TABLES, *INGESTED_TABLES), "count(*)")))
    if fresh:
        for ingest_id, count, digest in _responses(connection, fresh):
            ingests[str(ingest_id)]["response"] = {"rows": count, "sum": None, "hash": digest}
        for table in filter(counts.get, (one for one in INGESTED_TABLES if one != "response")):
            sums = "sum(estimate)" if table in ("effect", "control_effect") else "NULL"
            rows = connection.execute(
                f"SELECT ingest_id, count(*), {sums}, {_row_digest(columns[table])} FROM {table}"
                " WHERE ingest_id IN (SELECT unnest(?)) GROUP BY ingest_id",
                [fresh],
            ).fetchall()
            for ingest_id, count, total, digest in rows:
                # A float sum depends on the order of addition in its last digits.
                rounded = None if total is None else float(f"{total:.6g}")
                ingests[str(ingest_id)][table] = {"rows": count, "sum": rounded, "hash": digest}
    before = known.get("tables", {})
    stale = [t for t in STATE_TABLES if t not in GROWING_TABLES or before.get(t, {}).get("rows") != counts[t]]
    hashes = dict.fromkeys(stale, NOTHING)
    hashes |= _of_tables(connection, {table: _row_digest(columns[table]) for table in filter(counts.get, stale)})
    tables = {t: {"rows": counts[t], "hash": hashes[t]} if t in hashes else before[t] for t in STATE_TABLES}
    return {"revision": current, "ingests": ingests, "tables": tables}


def _summed_before(tables: Mapping[str, Any]) -> bool:
    """Whether responses were summed as an earlier version did; the next write sums them anew."""
    return "response" in tables and not tables["response"]["hash"].startswith(_SUMMED)


def _of_tables(connection: duckdb.DuckDBPyConnection, asked: Mapping[str, str]) -> list[tuple[str, Any]]:
    """An expression of each of some tables: its name and the value."""
    each = [f"SELECT '{table}', {sql} FROM {table}" for table, sql in asked.items()]
    return connection.execute(" UNION ALL ".join(each)).fetchall() if each else []


def compared(connection: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any]) -> list[Problem]:
    """Sums everything anew, and says what does not agree with a manifest.

    Args:
        connection: An open connection.
        manifest: As `describe` gave it after the last write; empty where none is known.
    """
    gone = sorted({*INGESTED_TABLES, *STATE_TABLES} - set(_columns(connection)))
    if gone:
        return [Problem(f"The store lacks tables that every store has: {', '.join(gone)}.", "Restore a backup.")]
    present = describe(connection, {})
    if not manifest:
        return []
    added = [int(number) for number in present["ingests"] if number not in manifest["ingests"]]
    return differences(manifest, present, _parents(connection, added))


def differences(manifest: Mapping[str, Any], present: Mapping[str, Any], given_up: Sequence[int] = ()) -> list[Problem]:
    """What the manifest says was committed and is not there, or not as it was.

    A store that is ahead of its manifest was written once more, by a process that ended before it had entered the
    write. Such a write may have added, removed or changed anything but the rows of an ingest, which nobody changes
    without being its child; so only those are compared.

    Args:
        manifest: As `describe` gave it after the last write.
        present: As `describe` gives it now.
        given_up: Ingests that gave rows to one that the manifest does not know.
    """
    behind = present["revision"] - manifest["revision"]
    if behind > 0:
        return [_unfinished(), *_changed_ingests(manifest, present, set(map(str, given_up)))]
    problems = [_lost(manifest["revision"], present["revision"])] if behind < 0 else []
    problems += _changed_ingests(manifest, present, None)
    for table, entry in manifest["tables"].items():
        found = present["tables"].get(table)
        if found is not None and found["hash"] != entry["hash"]:
            problems.append(_disagreeing(f"Table {table} holds", found["rows"], entry["rows"]))
    return problems


REMEDY = "Restore a backup, or remove the screen and add its file again."


def _unfinished() -> Problem:
    return Problem(
        "The last write is committed and whole, but the process ended before it was entered in the manifest: an"
        " unfinished write, nothing is lost.",
        f"{act('mend')} finishes it, and so does the next write.",
        "unfinished",
    )


def _lost(entered: int, found: int) -> Problem:
    return Problem(
        f"The store is at revision {found} but revision {entered} was committed: its last writes were lost (a"
        " damaged or deleted .wal file does this silently, and so does an older copy of the file).",
        f"Restore a backup, or add the missing files again after {act('mend')}, which accepts the store as it is.",
    )


def _changed_ingests(
    manifest: Mapping[str, Any], present: Mapping[str, Any], given_up: Container[str] | None
) -> list[Problem]:
    """Ingests that are missing or not as they were; after an unfinished write some may have gone or given rows up."""
    problems = []
    for ingest_id, tables in manifest["ingests"].items():
        found = present["ingests"].get(ingest_id)
        if found is None and given_up is None:
            problems.append(Problem(f"Ingest {ingest_id} is in the manifest but not in the store.", REMEDY))
        if found is None or ingest_id in (given_up or ()):
            continue
        for table, entry in tables.items():
            have = found.get(table, {"rows": 0, "hash": ""})
            if _summed_before({table: entry}) and have["rows"] == entry["rows"]:
                continue
            if have["hash"] != entry["hash"]:
                problems.append(_disagreeing(f"Ingest {ingest_id}: table {table} holds", have["rows"], entry["rows"]))
    return problems


def _disagreeing(what: str, found: int, committed: int) -> Problem:
    return Problem(f"{what} {found} rows that do not agree with the {committed} rows that were committed.", REMEDY)
