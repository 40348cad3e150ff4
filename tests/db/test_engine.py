"""Every connection is closed to the outside: the engine fetches and loads no part of itself."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from db.engine import OFFLINE, STORAGE_VERSION, connect, in_memory
from db.sql.sandbox_worker import CONFIGURATION
from db.store import Store

ROOT = Path(__file__).parents[2]
SETTINGS = "SELECT name, value FROM duckdb_settings() WHERE name IN (SELECT unnest(?)) ORDER BY name"


def settings_of(connection) -> dict[str, str]:
    return dict(connection.execute(SETTINGS, [list(OFFLINE)]).fetchall())


def test_each_way_to_connect_has_what_is_fetched_from_outside_switched_off(store):
    with store.read() as reading:
        assert settings_of(reading) == OFFLINE
    with store.write("test") as writing:
        assert settings_of(writing) == OFFLINE
    with in_memory() as memory:
        assert settings_of(memory) == OFFLINE
    with connect(store.path, read_only=True) as bare:
        assert settings_of(bare) == OFFLINE
    assert {key: CONFIGURATION[key] for key in OFFLINE} == OFFLINE


def test_a_store_that_is_being_made_is_closed_too(tmp_path, monkeypatch):
    seen = []
    real = duckdb.connect

    def watched(*arguments, **options):
        seen.append(options["config"])
        return real(*arguments, **options)

    monkeypatch.setattr(duckdb, "connect", watched)
    Store(tmp_path / "new.duckdb").create()
    assert seen
    assert all(OFFLINE.items() <= config.items() for config in seen)


QUERIES = """
import os, signal, sys, threading
from pathlib import Path
from db.engine import in_memory
from db.store import Store
try:
    with {opened} as connection:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        # Many queries of moderate length: the engine looks for an interrupt between the parts of a query.
        while True:
            connection.execute("SELECT sum(sqrt(range)) FROM range(10000000)").fetchall()
except Exception as error:
    print("taken for an error", type(error))
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize(
    "opened", ["Store(Path(sys.argv[1])).read()", "Store(Path(sys.argv[1])).write('x')", "in_memory()"]
)
def test_ctrl_c_in_a_query_is_an_interrupt_and_no_error_that_others_go_on_after(store, opened):
    command = [sys.executable, "-P", "-c", QUERIES.format(opened=opened), str(store.path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "interrupted\n", done.stderr
    assert store.verify() == []


def test_nobody_else_opens_a_connection():
    allowed = {"db/engine.py": 2, "db/sql/sandbox_worker.py": 1}
    found = {}
    for layer in ("db", "tools", "agent", "tui"):
        for path in (ROOT / layer).rglob("*.py"):
            calls = [
                node
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.Attribute) and node.attr in ("connect", "sql", "query", "from_df")
                and isinstance(node.value, ast.Name) and node.value.id == "duckdb"
            ]  # fmt: skip
            if calls:
                found[str(path.relative_to(ROOT))] = len(calls)
    assert found == allowed


def test_a_statement_that_needs_a_part_that_is_not_there_is_refused_and_loads_nothing(store):
    with store.read() as connection:
        before = connection.execute("SELECT count(*) FROM duckdb_extensions() WHERE loaded").fetchall()
        with pytest.raises(duckdb.Error):
            connection.execute("SELECT * FROM sqlite_scan('none.db', 'none')")
        assert connection.execute("SELECT count(*) FROM duckdb_extensions() WHERE loaded").fetchall() == before


def test_a_store_is_written_in_the_storage_that_both_versions_open(tmp_path):
    store = Store(tmp_path / "new.duckdb").create()
    with duckdb.connect(str(store.path), read_only=True) as connection:
        tags = connection.execute("SELECT tags FROM duckdb_databases() WHERE NOT internal").fetchall()[0][0]
    assert str(tags["storage_version"]).startswith(STORAGE_VERSION.rpartition(".")[0])
