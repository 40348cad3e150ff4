"""The store's file: whole after a crash, honest about damage, and shared with other processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time

import duckdb
import pytest

from db.errors import StoreError, StoreHeldError
from db.screens.reading import effects_of, list_screens
from db.store import STORAGE_VERSION, Store


def start(code: str, *arguments) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


HOLD = """
    import sys, time
    from pathlib import Path
    from db.store import Store
    with Store(Path(sys.argv[1])).write("hold"):
        print("held", flush=True)
        time.sleep(float(sys.argv[2]))
"""
DIE_HALFWAY = """
    import os, signal, sys
    from pathlib import Path
    from db.provenance import record_ingest
    from db.store import Store
    with Store(Path(sys.argv[1])).write("ingest") as connection:
        record_ingest(
            connection, content="half", kind="screen", name="half", source="f", source_hash="h", tool="t", arguments={}
        )
        connection.execute(
            "INSERT INTO effect SELECT 1, i, NULL, 1.0, NULL, NULL, NULL, NULL, NULL, NULL, 2 FROM range(500000) r(i)"
        )
        os.kill(os.getpid(), signal.SIGKILL)
"""


# Crashes -----------------------------------------------------------------------------------------


def test_a_process_killed_in_the_middle_of_a_write_leaves_nothing_half(store, screen_id):
    before = store.manifest_path.read_bytes()
    killed = start(DIE_HALFWAY, store.path)
    killed.wait(timeout=60)
    assert killed.returncode == -9
    assert store.manifest_path.read_bytes() == before
    assert store.verify() == []
    assert len(effects_of(store, screen_id)) == 3
    with store.read() as connection:
        assert connection.execute("SELECT count(*) FROM effect").fetchall() == [(3,)]
        assert connection.execute("SELECT count(*) FROM ingest WHERE content_hash = 'half'").fetchall() == [(0,)]


def test_an_error_inside_a_write_rolls_everything_back(store, screen_id):
    before = store.manifest_path.read_bytes()
    with pytest.raises(RuntimeError), store.write("test") as connection:
        connection.execute("DELETE FROM effect")
        raise RuntimeError
    assert store.manifest_path.read_bytes() == before
    assert len(effects_of(store, screen_id)) == 3


def test_a_faulty_statement_becomes_an_error_with_a_message(store):
    with pytest.raises(StoreError, match="cannot be used"), store.write("test") as connection:
        connection.execute("SELECT * FROM no_such_table")


def test_after_a_write_no_log_is_left_beside_the_file(store, screen_id):
    assert not store.path.with_name(store.path.name + ".wal").exists()


# Damage ------------------------------------------------------------------------------------------


def write_into_log(store) -> None:
    """A commit that stays in the write-ahead log, as after a crash before the checkpoint."""
    code = f"""
        import os, duckdb
        config = {{"storage_compatibility_version": {STORAGE_VERSION!r}}}
        connection = duckdb.connect({str(store.path)!r}, config=config)
        connection.execute("SET wal_autocheckpoint = '1TB'")
        connection.execute("UPDATE effect SET estimate = 9 WHERE estimate = 2")
        connection.execute("UPDATE meta SET value = (value::BIGINT + 1)::VARCHAR WHERE key = 'revision'")
        os._exit(0)
    """
    process = start(code)
    assert process.wait(timeout=60) == 0, process.stderr.read()


@pytest.mark.parametrize("damage", ["deleted", "emptied"])
def test_a_lost_log_is_found_although_the_file_opens(store, screen_id, damage):
    write_into_log(store)
    log = store.path.with_name(store.path.name + ".wal")
    assert log.exists()
    # The manifest of the commit whose log is then lost.
    manifest = json.loads(store.manifest_path.read_text())
    manifest["revision"] += 1
    store.manifest_path.write_text(json.dumps(manifest))
    if damage == "deleted":
        log.unlink()
    else:
        log.write_bytes(b"")
    problems = store.verify()
    assert any("last writes were lost" in problem.message for problem in problems)
    assert all(problem.suggestion for problem in problems)


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ("UPDATE effect SET estimate = 2.5 WHERE estimate = 2", "effect"),
        ("DELETE FROM effect WHERE estimate = 2", "effect"),
        ("UPDATE effect SET p_low = 0.5 WHERE estimate = -1", "effect"),
        ("UPDATE control_effect SET name = 'other'", "control_effect"),
        ("UPDATE screen SET phenotype = 'other'", "screen"),
        ("DELETE FROM source_name WHERE name = 'b'", "source_name"),
    ],
)
def test_rows_that_changed_behind_the_stores_back_are_found(store, screen_id, change, table):
    with duckdb.connect(str(store.path)) as connection:
        connection.execute(change)
    problems = store.verify()
    assert any(table in problem.message for problem in problems)


def test_an_ingest_that_disappeared_is_found(store, screen_id):
    with duckdb.connect(str(store.path)) as connection:
        connection.execute("DELETE FROM ingest")
    assert any("Ingest 1 is in the manifest but not in the store" in problem.message for problem in store.verify())


def test_a_missing_or_broken_manifest_is_found_and_mended(store, screen_id):
    store.manifest_path.write_text("{")
    assert "cannot be read" in store.verify()[0].message
    store.manifest_path.unlink()
    assert "no manifest" in store.verify()[0].message
    store.mend()
    assert store.verify() == []


def test_a_sound_store_has_no_problems(store, screen_id):
    assert store.verify() == []


# Other files -------------------------------------------------------------------------------------


def test_a_store_that_is_not_there_says_how_to_get_one(tmp_path):
    with pytest.raises(StoreError, match=r"`fetch\(\)`"):
        list_screens(Store(tmp_path / "none.duckdb"))


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but somebody's notes\n" * 100)
    content = path.read_bytes()
    with pytest.raises(StoreError, match="`store_path=PATH`"):
        Store(path).create()
    assert path.read_bytes() == content


def test_somebody_elses_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE mine AS SELECT 1 AS x")
    content = path.read_bytes()
    with pytest.raises(StoreError, match="not a hitscout store"):
        Store(path).create()
    assert path.read_bytes() == content


def test_a_newer_schema_is_refused(store):
    with store.write("test") as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE key = 'schema'")
    with pytest.raises(StoreError, match="newer hitscout \\(schema 999"):
        store.create()


def test_a_folder_is_no_store(tmp_path):
    with pytest.raises(StoreError, match="is a folder"):
        Store(tmp_path).create()


def test_creating_a_store_again_changes_nothing(store, screen_id):
    before = store.path.read_bytes(), store.manifest_path.read_bytes()
    Store(store.path).create()
    assert (store.path.read_bytes(), store.manifest_path.read_bytes()) == before


def test_the_file_keeps_the_storage_that_older_versions_open(store, screen_id):
    with duckdb.connect(str(store.path), read_only=True) as connection:
        tags = connection.execute("SELECT tags FROM duckdb_databases() WHERE NOT internal").fetchall()
    assert STORAGE_VERSION.split(".")[:2] == str(tags[0][0].get("storage_version", "")).split("+")[0].split(".")[:2]


# Other processes ---------------------------------------------------------------------------------


def test_a_store_held_by_another_process_is_refused_with_its_process_id(store):
    holder = start(HOLD, store.path, 30)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        impatient = Store(store.path, patience=0.3)
        for attempt in (lambda: list_screens(impatient), lambda: impatient.mend()):
            with pytest.raises(StoreHeldError, match=f"held by process {holder.pid}"):
                attempt()
    finally:
        holder.kill()
        holder.communicate(timeout=30)


def test_a_writer_waits_for_another_process_to_let_go(store):
    holder = start(HOLD, store.path, 0.7)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    begun = time.monotonic()
    with Store(store.path, patience=20).write("test") as connection:
        connection.execute("SELECT 1")
    assert time.monotonic() - begun > 0.2
    holder.communicate(timeout=30)
    assert holder.returncode == 0
    assert store.verify() == []


def test_a_read_inside_a_write_sees_its_own_rows_and_no_second_connection(store, screen_id):
    with store.write("test") as connection:
        connection.execute("UPDATE screen SET phenotype = 'new'")
        assert list_screens(store)[0].phenotype == "new"


def test_a_forked_child_does_not_inherit_the_parents_connection(store, screen_id):
    with store.read():
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = 0 if len(list_screens(Store(store.path))) == 1 else 2
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


# Unfinished and lost writes ----------------------------------------------------------------------

DIE_BEFORE_THE_MANIFEST = """
    import os, sys
    from pathlib import Path
    from db.store import Store
    phase = sys.argv[2]
    if phase == "before the checkpoint":
        Store._settle = lambda *_: os._exit(9)
    else:
        import db.store
        db.store.write_manifest = lambda *_: os._exit(9)
    with Store(Path(sys.argv[1])).write("ingest") as connection:
        connection.execute("INSERT INTO study VALUES (50, 'whole', '', '')")
        connection.execute("DELETE FROM control_effect")
        connection.execute("DELETE FROM source_name")
"""


@pytest.mark.parametrize("phase", ["before the checkpoint", "before the manifest"])
def test_a_write_whose_process_died_after_its_commit_is_unfinished_and_not_lost(store, screen_id, phase):
    killed = start(DIE_BEFORE_THE_MANIFEST, store.path, phase)
    assert killed.wait(timeout=60) == 9
    first, *others = store.verify()
    assert (first.kind, "nothing is lost" in first.message, "`mend()`" in first.suggestion) == (
        "unfinished",
        True,
        True,
    )
    # Rows of an ingest that nobody took as a parent are still compared.
    assert [(one.kind, "control_effect" in one.message) for one in others] == [("lost", True)]


@pytest.mark.parametrize("finish", [lambda store: store.mend(), lambda store: add_study(store, 51)])
def test_mending_and_the_next_write_finish_an_unfinished_one(store, screen_id, finish):
    code = DIE_BEFORE_THE_MANIFEST.replace('connection.execute("DELETE FROM control_effect")', "pass")
    assert start(code, store.path, "before the checkpoint").wait(timeout=60) == 9
    assert [problem.kind for problem in store.verify()] == ["unfinished"]
    finish(store)
    assert store.verify() == []
    with store.read() as connection:
        assert connection.execute("SELECT count(*) FROM study WHERE name = 'whole'").fetchall() == [(1,)]


def add_study(store, number) -> None:
    with store.write("test") as connection:
        # As many names as before the unfinished write took them: their number alone would not tell.
        connection.execute("INSERT INTO study VALUES (?, 'next', '', '')", [number])
        connection.execute("INSERT INTO source_name SELECT 1, 1, 'new ' || i FROM range(2) r(i)")


def test_a_store_that_has_lost_writes_takes_no_more_until_that_is_accepted(store, screen_id):
    with duckdb.connect(str(store.path)) as connection:
        connection.execute("UPDATE meta SET value = (value::INT - 1)::VARCHAR WHERE key = 'revision'")
    before = store.path.read_bytes(), store.manifest_path.read_bytes()
    with pytest.raises(StoreError, match=r"lost its last writes.*Nothing was written") as refused:
        add_study(store, 1)
    assert "`mend()` accepts" in refused.value.suggestion
    assert (store.path.read_bytes(), store.manifest_path.read_bytes()) == before
    store.mend()
    add_study(store, 52)
    assert store.verify() == []


def test_nothing_is_written_where_there_is_no_store(tmp_path):
    with pytest.raises(StoreError, match="There is no store"), Store(tmp_path / "none.duckdb").write("test"):
        raise AssertionError("nothing may be begun")
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_in_place_of_the_manifest_is_told_and_not_waited_for(store):
    store.manifest_path.unlink()
    os.mkfifo(store.manifest_path)
    assert "a pipe or a device" in " ".join(problem.message for problem in store.verify())
