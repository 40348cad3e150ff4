"""Ingests and their notes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from db.errors import NotFoundError, StoreError
from db.provenance import content_hash, file_hash, find_ingest, get_ingest, notes_of, record_ingest
from db.records import Note


def record(connection, content="abc", **options):
    return record_ingest(
        connection, content=content, kind="screen", name="n", source="f.csv", source_hash="h", tool="t",
        **{"arguments": {"a": 1}, **options},
    )  # fmt: skip


def test_an_ingest_says_source_tool_arguments_versions_and_time(store):
    with store.write("test") as connection:
        parent = record(connection, "first")
        ingest_id = record(connection, parents=[parent])
    with store.read() as connection:
        ingest = get_ingest(connection, ingest_id)
        assert find_ingest(connection, "abc") == ingest
        assert find_ingest(connection, "other") is None
    assert (ingest.source, ingest.tool, ingest.arguments, ingest.parents) == ("f.csv", "t", {"a": 1}, (parent,))
    assert {"python", "hitscout", "duckdb"} <= set(ingest.versions)
    assert abs(datetime.now(UTC).replace(tzinfo=None) - ingest.created_at) < timedelta(minutes=5)


def test_an_unknown_ingest_is_not_found(store):
    with store.read() as connection, pytest.raises(NotFoundError, match="ingest 7"):
        get_ingest(connection, 7)


def test_the_same_content_cannot_be_written_twice(store):
    with store.write("test") as connection:
        record(connection)
    with pytest.raises(StoreError), store.write("test") as connection:
        record(connection)


def test_notes_come_back_by_line_with_their_row(store):
    notes = [
        Note(9, "B", "date", "a date", source_row={"gene": "1-Mar"}),
        Note(None, "A", "p-zero", "flagged", kept_aside=False),
        Note(2, "C", "unresolved", "no such gene"),
    ]
    with store.write("test") as connection:
        ingest_id = record(connection, notes=notes)
    with store.read() as connection:
        found = notes_of(connection, ingest_id)
    assert sorted(found, key=lambda note: note.line or 0) == sorted(notes, key=lambda note: note.line or 0)


def test_a_content_hash_depends_on_bytes_and_options_and_not_on_their_order(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"abc")
    assert file_hash(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    base = content_hash(["x", "y"], {"a": 1, "b": 2})
    assert base == content_hash(["x", "y"], {"b": 2, "a": 1})
    assert base != content_hash(["y", "x"], {"a": 1, "b": 2})
    assert base != content_hash(["x", "y"], {"a": 1, "b": 3})
