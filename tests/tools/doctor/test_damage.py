"""The doctor is called to what is broken: each damage is told in words with what would mend it, never a traceback."""

from __future__ import annotations

import importlib.resources
import json
import os
import shutil
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from db.engine import STORAGE_VERSION
from db.errors import StoreError
from db.screens.reading import list_screens
from db.store import Store
from tools.doctor import diagnose, mend
from tools.workspace import Paths, Workspace
from tui.layouts.format import to_plain

RESTORE = "Put a copy of it back"


def told(workspace: Workspace, about: str = "store") -> list[tuple[str, str, str]]:
    """State, message and remedy of each finding, which JSON can hold."""
    found = diagnose(workspace)
    json.dumps(to_plain(found), allow_nan=False)
    for one in found.findings:
        assert "could not be looked at" not in one.message, one.message
        assert one.remedy or one.state != "mend", one.message
    return [(one.state, one.message, one.remedy) for one in found.findings if one.about == about]


def changed(store: Store, sql: str) -> None:
    with duckdb.connect(str(store.path), config={"storage_compatibility_version": STORAGE_VERSION}) as connection:
        connection.execute(sql)


def made_anew(store: Store, *statements: str) -> None:
    store.path.unlink()
    with duckdb.connect(str(store.path), config={"storage_compatibility_version": STORAGE_VERSION}) as connection:
        for sql in statements:
            connection.execute(sql)


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 0x40
    path.write_bytes(content)


def become(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def log_of_another(store: Store) -> None:
    """A log with a commit, of a database that is no store, beside a store."""
    other = store.path.with_name("other.duckdb")
    code = """
        import os, sys, duckdb
        connection = duckdb.connect(sys.argv[1])
        connection.execute("SET wal_autocheckpoint = '1TB'")
        connection.execute("CREATE TABLE mine AS SELECT 1 AS x")
        os._exit(0)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code), str(other)], check=True)
    Path(f"{other}.wal").rename(f"{store.path}.wal")


def in_a_circle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


STORE_DAMAGE = {
    "cut in half": (lambda s: os.truncate(s.path, s.path.stat().st_size // 2), "is cut", RESTORE),
    "cut at its end": (lambda s: os.truncate(s.path, s.path.stat().st_size - 5), "is cut", RESTORE),
    "cut in its headers": (lambda s: os.truncate(s.path, 4096), "was never finished", "Delete it"),
    "cut after its headers": (lambda s: os.truncate(s.path, 12288), "was never finished", "Delete it"),
    "emptied": (lambda s: os.truncate(s.path, 0), "is empty", "Delete it"),
    "zeros": (lambda s: become(s.path, bytes(90_000)), "begins with zeros", "Delete it"),
    "flipped in the first header": (lambda s: flip(s.path, 3), "bytes in it have changed", RESTORE),
    "flipped in the second header": (lambda s: flip(s.path, 4100), "bytes in it have changed", RESTORE),
    "flipped in the first block": (lambda s: flip(s.path, 12_300), "bytes in it have changed", RESTORE),
    "text": (lambda s: become(s.path, b"gene,lfc\n" * 900), "no DuckDB file", "Name"),
    "SQLite": (lambda s: become(s.path, b"SQLite format 3\0" + bytes(900)), "an SQLite database", "Name"),
    "an Excel workbook": (lambda s: become(s.path, b"PK\x03\x04" + bytes(900)), "an Excel workbook", "Name"),
    "another's tables": (lambda s: made_anew(s, "CREATE TABLE mine (x INT)"), "not a hitscout store", "Name"),
    "another's table of the same name": (
        lambda s: made_anew(s, "CREATE TABLE meta (x INT)", "CREATE TABLE ingest (x INT)"),
        "not a hitscout store", "Name",
    ),
    "newer": (lambda s: changed(s, "UPDATE meta SET value = '99' WHERE key = 'schema'"), "newer hitscout", "Upgrade"),
    "meta emptied": (lambda s: changed(s, "DELETE FROM meta"), "table meta is damaged", RESTORE),
    "meta changed": (
        lambda s: changed(s, "UPDATE meta SET value = 'x' WHERE key = 'revision'"), "table meta is damaged", RESTORE,
    ),
    "a table dropped": (lambda s: changed(s, "DROP TABLE effect"), "lacks tables", "Restore a backup"),
    "writes lost": (
        lambda s: changed(s, "UPDATE meta SET value = (value::INT - 1)::VARCHAR WHERE key = 'revision'"),
        "its last writes were lost", "Restore a backup",
    ),
    "another's log": (lambda s: log_of_another(s), "log of the last writes", "Put both back"),
    "a folder": (lambda s: a_folder(s.path), "is a folder", "Name a file"),
    "a circle of links": (lambda s: in_a_circle(s.path), "too many levels of symbolic links", "Name another"),
    "a pipe": (lambda s: (s.path.unlink(), os.mkfifo(s.path)), "a pipe or a device", "Name an ordinary file"),
    "gone, its manifest left": (lambda s: s.path.unlink(), "was moved or deleted", "Put it back"),
    "gone, its log left": (
        lambda s: (s.path.unlink(), s.manifest_path.unlink(), become(Path(f"{s.path}.wal"), b"x" * 90)),
        "the log of its last writes is there", "Put the store back",
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", STORE_DAMAGE)
def test_a_damaged_store_is_told_with_what_would_help(named_workspace, damage):
    harm, words, remedy = STORE_DAMAGE[damage]
    harm(named_workspace.store)
    fresh = replace(named_workspace, store=Store(named_workspace.store.path, patience=0.1))
    found = told(fresh)
    assert [state for state, *_ in found] == ["mend"] * len(found)
    assert any(words.casefold() in said.casefold() and remedy in hint for _, said, hint in found), found


@pytest.mark.parametrize("damage", sorted(set(STORE_DAMAGE) - {"a table dropped", "writes lost"}))
def test_what_the_doctor_says_any_other_tool_says_too(named_workspace, damage):
    harm, words, _ = STORE_DAMAGE[damage]
    harm(named_workspace.store)
    store = Store(named_workspace.store.path, patience=0.1)
    if not store.exists():
        return
    with pytest.raises(StoreError) as refused:
        list_screens(store)
    assert words.casefold() in refused.value.message.casefold()


def test_every_block_that_holds_rows_is_read(named_workspace):
    path = named_workspace.store.path
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
        used = {
            block
            for (table,) in tables
            for (block,) in connection.execute(
                f"SELECT DISTINCT block_id FROM pragma_storage_info('{table}') WHERE block_id >= 0"
            ).fetchall()
        }
    whole = path.read_bytes()
    assert used
    for block in used:
        path.write_bytes(whole)
        flip(path, 12_288 + block * 262_144 + 100)
        assert states(told(replace(named_workspace, store=Store(path)))) == {"mend"}, block


def test_an_older_store_is_brought_up_and_is_fine(named_workspace):
    first = (importlib.resources.files("db") / "schema" / "0001_initial.sql").read_text(encoding="utf-8")
    made_anew(named_workspace.store, first, "INSERT INTO meta VALUES ('schema', '1')")
    named_workspace.store.manifest_path.unlink()
    assert [state for state, *_ in told(named_workspace)] == ["ok"]


def test_an_empty_database_becomes_a_store(named_workspace):
    made_anew(named_workspace.store)
    named_workspace.store.manifest_path.unlink()
    assert [state for state, *_ in told(named_workspace)] == ["ok"]


# The manifest ------------------------------------------------------------------------------------

ENTRY = '{"revision": 1, "ingests": {"1": {"gene": 3}}, "tables": {}}'
BROKEN_MANIFESTS = {
    "not JSON": "{",
    "empty": "",
    "null": "null",
    "a list": "[]",
    "a number": "7",
    "missing keys": '{"revision": 1}',
    "wrong types": '{"revision": "x", "ingests": [], "tables": 3}',
    "a wrong entry": ENTRY,
    "an entry without a hash": ENTRY.replace("3}", '{"rows": 1}}'),
    "a revision that is true": ENTRY.replace("1,", "true,", 1),
    "a revision below zero": ENTRY.replace("1,", "-1,", 1),
    "nested without end": "[" * 100_000,
}


@pytest.mark.parametrize("content", BROKEN_MANIFESTS.values(), ids=BROKEN_MANIFESTS)
def test_a_broken_manifest_is_told_and_mended(workspace, content):
    workspace.store.manifest_path.write_text(content)
    ((state, message, remedy),) = told(workspace)
    assert (state, "manifest.json cannot be read" in message, remedy) == ("mend", True, "`mend()` writes it anew.")
    assert [one.state for one in mend(workspace).findings if one.about == "store"] == ["ok"]


@pytest.mark.parametrize("content", BROKEN_MANIFESTS.values(), ids=BROKEN_MANIFESTS)
def test_the_next_write_mends_a_broken_manifest_too(workspace, content):
    workspace.store.manifest_path.write_text(content)
    with workspace.store.write("test") as connection:
        connection.execute("INSERT INTO study VALUES (70, 'x', '', '')")
    assert [state for state, *_ in told(workspace)] == ["ok"]


def test_bytes_that_are_no_text_and_a_circle_of_links_are_broken_manifests_too(workspace):
    manifest = workspace.store.manifest_path
    manifest.write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in told(workspace)[0][1]
    in_a_circle(manifest)
    assert "cannot be read" in told(workspace)[0][1]
    assert [one.state for one in mend(workspace).findings if one.about == "store"] == ["ok"]


def test_a_folder_in_the_manifests_place_stops_writes_before_anything_is_written(workspace):
    store = workspace.store
    a_folder(store.manifest_path)
    (store.manifest_path / "mine.txt").touch()
    ((state, message, remedy),) = told(workspace)
    assert (state, "is a folder" in message, remedy.startswith("Move it away")) == ("mend", True, True)
    before = store.path.read_bytes()
    with pytest.raises(StoreError, match="nothing was written"), store.write("test"):
        raise AssertionError("nothing may be begun")
    with pytest.raises(StoreError, match="nothing was written"):
        mend(workspace)
    assert store.path.read_bytes() == before
    assert (store.manifest_path / "mine.txt").exists()


# Folders of packs and caches ---------------------------------------------------------------------


@pytest.fixture
def home(named_workspace, tmp_path) -> Workspace:
    """A workspace with a fetched pack and a few kept files."""
    paths = Paths(tmp_path / "data", tmp_path / "cache")
    pack = paths.packs / "hgnc"
    pack.mkdir(parents=True)
    (pack / "hgnc_entries.tsv").write_text("names")
    from db.provenance import file_hash
    from tools.packs.catalogue import _named

    (hgnc,) = _named(["hgnc"])
    digests = {name: file_hash(pack / "hgnc_entries.tsv") for name in hgnc.files[0].names}
    for name in hgnc.files[0].names:
        (pack / name).write_text("names")
    (pack / ".hgnc.json").write_text(json.dumps({hgnc.files[0].sha256: digests}))
    paths.features.mkdir()
    return replace(named_workspace, paths=paths)


def replaced_by_a_file(path: Path) -> None:
    shutil.rmtree(path)
    path.touch()


def replaced_by_a_circle(path: Path) -> None:
    shutil.rmtree(path)
    path.symlink_to(path)


def states(found: list[tuple[str, str, str]]) -> set[str]:
    return {state for state, *_ in found}


def test_a_sound_home_has_nothing_to_mend(home):
    assert "mend" not in states(told(home, "packs")) | states(told(home, "cache")) | states(told(home, "disk"))


@pytest.mark.parametrize("harm", [replaced_by_a_file, replaced_by_a_circle])
@pytest.mark.parametrize("place", ["cache", "cache/packs"])
def test_what_is_no_folder_where_one_is_needed_is_told(home, harm, place):
    harm(home.paths.cache.parent / place)
    assert any("cannot be a folder" in message for _, message, _ in told(home, "disk"))
    told(home, "packs")


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("hgnc_entries.tsv", lambda path: path.write_text("other")),
        ("hgnc_entries.tsv", lambda path: path.unlink()),
        ("hgnc_entries.tsv", a_folder),
        ("hgnc_entries.tsv", in_a_circle),
        (".hgnc.json", lambda path: path.write_text("[1]")),
        (".hgnc.json", lambda path: path.write_text('{"a": [1]}')),
        (".hgnc.json", lambda path: path.write_text("{")),
        (".hgnc.json", lambda path: path.write_bytes(b"\xff")),
        (".hgnc.json", a_folder),
    ],
)
def test_a_packs_file_that_is_not_as_it_was_fetched_is_told(home, name, harm):
    harm(home.paths.packs / "hgnc" / name)
    found = [(message, remedy) for state, message, remedy in told(home, "packs") if state == "mend"]
    assert [(name in message, remedy) for message, remedy in found] == [(True, "hitscout fetch hgnc")]


def test_a_file_in_the_place_of_a_packs_folder_is_told(home):
    replaced_by_a_file(home.paths.packs / "hgnc")
    assert any("is no folder" in message and "mv " in remedy for _, message, remedy in told(home, "packs"))


def test_what_killed_processes_left_and_broken_kept_files_are_told_and_removed(home):
    gone = "4194303-0123abcd"
    left = [home.paths.packs / "hgnc" / f".part-{gone}", home.paths.features / f".a.npz.{gone}.part"]
    left[0].mkdir()
    left[1].touch()
    broken = [home.paths.features / "b.npz", home.paths.features / "c.json"]
    broken[0].write_bytes(b"PK")
    broken[1].write_text("{")
    (home.paths.cache / "mine.json").write_text("{")
    messages = " ".join(message for _, message, _ in told(home, "cache"))
    assert "2 unfinished files" in messages
    assert "2 kept files cannot be read" in messages
    mend(home)
    assert not any(path.exists() for path in (*left, *broken))
    assert (home.paths.cache / "mine.json").exists(), "not ours"
    assert states(told(home, "cache")) == {"ok"}


def test_a_look_that_fails_in_a_way_that_nobody_foresaw_does_not_end_the_others(named_workspace, monkeypatch):
    from tools.doctor import diagnosis

    def fail(workspace):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(diagnosis, "pack_findings", fail)
    found = diagnose(named_workspace).findings
    assert any(one.about == "packs" and "ZeroDivisionError: by zero" in one.message for one in found)
    assert {"store", "pip", "disk"} <= {one.about for one in found}
