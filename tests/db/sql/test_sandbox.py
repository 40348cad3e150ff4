"""The sandbox: what it answers, and what it does not let happen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from db.errors import QueryError, StoreError
from db.sql.sandbox import MOST_BYTES, query
from db.sql.views import VIEWS, count_rows
from db.store import Store
from tests.data.sql.hostile import BOMBS, HARMLESS, LOOKS, REFUSED
from tests.synthetic_store import shared_world

ROOT = Path(__file__).resolve().parents[3]
DEADLINE = 1.5
CANARY = "canary-in-the-environment"


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Store:
    return shared_world(tmp_path_factory)[0]


def network_is_shut_off_by() -> list[str]:
    """The command that starts a process without any network, or nothing where this machine does not permit that."""
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    return []


@pytest.fixture(scope="module")
def outcomes(world, tmp_path_factory) -> dict[str, dict]:
    """What came of every hostile statement, run once for all tests, without a network where that is permitted."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "store").mkdir()
    (folder / "files").mkdir()
    shutil.copy(world.path, folder / "store" / "template.duckdb")
    runner = [sys.executable, "-m", "tests.data.sql.run_hostile"]
    arguments = [folder / "store" / "template.duckdb", folder / "files", str(DEADLINE), folder / "outcomes.json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HITSCOUT_CANARY": CANARY, "OPENAI_API_KEY": CANARY}
    subprocess.run([*network_is_shut_off_by(), *runner, *map(str, arguments)], check=True, cwd=ROOT, env=environment)
    return {one["sql"]: one for one in json.loads((folder / "outcomes.json").read_text())}


def test_there_are_enough_hostile_statements_to_mean_something():
    assert len(set(REFUSED)) >= 60
    assert len(set(BOMBS)) >= 15


def test_hostile_statements_run_without_any_network(outcomes):
    if not network_is_shut_off_by():
        pytest.skip("this machine does not permit unshare; the statements ran with the network it has")
    assert outcomes


@pytest.mark.parametrize("sql", REFUSED, ids=lambda sql: sql[:60])
def test_a_hostile_statement_is_refused_and_changes_nothing(outcomes, sql):
    one = outcomes[sql]
    assert one["unchanged"]
    assert one["seconds"] <= DEADLINE + 1
    if sql not in HARMLESS:
        assert one["rows"] is None
        assert one["said"]


@pytest.mark.parametrize("sql", BOMBS, ids=lambda sql: sql[:60])
def test_a_bomb_ends_within_its_deadline_and_changes_nothing(outcomes, sql):
    assert outcomes[sql]["seconds"] <= DEADLINE + 1
    assert outcomes[sql]["unchanged"]


def test_no_answer_holds_anything_of_the_environment_or_of_a_file(outcomes):
    everything = json.dumps([{**one, "sql": ""} for one in outcomes.values()])
    assert CANARY not in everything
    assert "canary-in-a-file" not in everything
    assert "root:" not in everything


def test_what_duckdb_tells_of_itself_holds_nothing_of_the_environment(world, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARY)
    monkeypatch.setenv("HOME", f"/home/{CANARY}")
    looks = [query(world, sql) for sql in LOOKS]
    assert any(answer.rows for answer in looks)
    assert CANARY not in str(looks)


def test_landlock_fences_the_worker_where_the_kernel_has_it(world):
    listed = Path("/sys/kernel/security/lsm")
    if not (listed.exists() and "landlock" in listed.read_text()) and not _kernel_has_landlock():
        pytest.skip("this kernel has no Landlock")
    assert query(world, "SELECT 1").landlock >= 1


def _kernel_has_landlock() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    return ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint32(1)) >= 1


def test_a_fenced_worker_can_neither_write_nor_open_another_file(tmp_path):
    if not _kernel_has_landlock():
        pytest.skip("this kernel has no Landlock")
    (tmp_path / "own").write_text("own")
    (tmp_path / "other").write_text("other")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from db.sql import sandbox_worker as worker\n"
        "worker._forbid_changes(); worker._forbid_reading([sys.argv[2] + '/own'])\n"
        "def tried(name, mode):\n"
        "    try:\n        open(sys.argv[2] + name, mode).close()\n        return 'yes'\n"
        "    except OSError as error:\n        return type(error).__name__\n"
        "print(tried('/own', 'r'), tried('/own', 'r+'), tried('/other', 'r'), tried('/new', 'w'))\n"
    )
    said = subprocess.run([sys.executable, "-c", code, ROOT, tmp_path], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["yes", "PermissionError", "PermissionError", "PermissionError"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "own"]


def test_a_query_gives_columns_and_rows(world):
    answer = query(world, "SELECT screen, count(*) AS n FROM effects GROUP BY screen ORDER BY screen;")
    assert answer.columns == ("screen", "n")
    assert answer.rows == (("other-a", 600), ("other-b", 600), ("other-c", 600), ("target", 600))
    assert not answer.truncated


def test_values_are_bound_and_never_pasted(world):
    hostile = "x' OR '1'='1"
    assert query(world, "SELECT ? AS a, ? + 1 AS b", [hostile, 41]).rows == ((hostile, 42),)
    assert query(world, "SELECT * FROM effects WHERE screen = ?", [hostile]).rows == ()


@pytest.mark.parametrize(
    "sql",
    [
        "FROM screens", "VALUES (1), (2)", "SUMMARIZE screens", "DESCRIBE effects", "SHOW TABLES",
        "WITH a AS (SELECT 1 AS x) SELECT * FROM a", "SELECT 'a;b' AS t -- with a comment",
        "PIVOT (SELECT screen, organism FROM screens) ON organism USING count(*)",
    ],
)  # fmt: skip
def test_what_stands_for_a_select_is_answered_too(world, sql):
    assert query(world, sql).rows


def test_every_view_has_the_columns_that_its_description_names(world):
    for view in VIEWS:
        assert query(world, f"SELECT * FROM {view.name} LIMIT 1").columns == tuple(view.columns)


def test_rows_of_the_views_are_counted(world):
    counts = count_rows(world)
    assert counts["effects"] == 2400
    assert counts["genes"] == 600
    assert counts["screens"] == 4


def test_evidence_columns_hold_ids_that_open(world):
    from db.evidence import edge_facts, effect_facts, set_facts

    for table, facts in (("effects", effect_facts), ("gene_sets", set_facts), ("edges", edge_facts)):
        evidence = query(world, f"SELECT evidence FROM {table} LIMIT 1").rows[0][0]
        _, first, *others = evidence.split(":")
        assert facts(world, int(first) if table == "effects" else first, *others) is not None


def test_more_than_a_thousand_rows_are_cut_and_that_is_said(world):
    answer = query(world, "SELECT i FROM range(5000) t(i)")
    assert len(answer.rows) == 1000
    assert answer.truncated
    assert not query(world, "SELECT i FROM range(1000) t(i)").truncated


def test_long_rows_are_cut_by_bytes_and_that_is_said(world):
    answer = query(world, "SELECT repeat('a', 1000) AS a FROM range(1000)")
    assert answer.truncated
    assert len(json.dumps([list(row) for row in answer.rows])) <= MOST_BYTES
    alone = query(world, "SELECT repeat('a', 1000000) AS a")
    assert alone.truncated
    assert alone.rows[0][0] == "a" * 1000 + "…"


def test_values_of_every_kind_become_plain_ones(world):
    answer = query(
        world,
        "SELECT 1.5::DECIMAL(5, 2), DATE '2020-01-02', {'a': [1, NULL]}, map([1], ['x']), 'nan'::DOUBLE, true,"
        " TIMESTAMP '2020-01-02 03:04:05', INTERVAL 1 DAY, 'ab'::BLOB, NULL",
    )
    row = [1.5, "2020-01-02", {"a": [1, None]}, {"1": "x"}, None, True, "2020-01-02T03:04:05", "1 day, 0:00:00"]
    assert answer.rows == ((*row, "6162", None),)


def test_a_failing_query_says_what_was_wrong_and_what_would_work(world):
    with pytest.raises(QueryError, match="nope") as refused:
        query(world, "SELECT * FROM nope")
    assert "hitscout sql --tables" in refused.value.suggestion
    assert "Traceback" not in str(refused.value)


def test_a_query_that_takes_too_long_is_stopped_at_its_deadline(world):
    started = time.monotonic()
    with pytest.raises(QueryError, match=r"did not end within 0\.7 seconds"):
        query(world, "SELECT levenshtein(repeat('ab', 100000), repeat('ba', 100000))", deadline=0.7)
    assert time.monotonic() - started < 1.7


def test_a_worker_ends_by_itself_when_nobody_is_left_to_kill_it(world):
    code = (
        "import sys; from pathlib import Path; from db.store import Store; from db.sql.sandbox import query\n"
        "query(Store(Path(sys.argv[1])), 'SELECT count(*) FROM range(1000000000000) t(i) WHERE i % 7 = 3', deadline=1)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen([sys.executable, "-c", code, str(world.path)], env=environment, cwd=ROOT)
    worker = _child_of(parent.pid)
    parent.kill()
    parent.wait()
    if worker is None:
        pytest.skip("this machine does not tell which processes are whose")
    give_up = time.monotonic() + 5
    while _runs(worker):
        assert time.monotonic() < give_up
        time.sleep(0.1)


def _child_of(process: int) -> int | None:
    children = Path(f"/proc/{process}/task/{process}/children")
    give_up = time.monotonic() + 5
    while children.exists() and time.monotonic() < give_up:
        if found := children.read_text().split():
            return int(found[0])
        time.sleep(0.02)
    return None


def _runs(process: int) -> bool:
    """Whether the process is the worker still, and no zombie that waits to be collected."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z" and b"sandbox_worker" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def test_a_view_made_by_one_query_is_gone_in_the_next(world):
    with pytest.raises(QueryError):
        query(world, "CREATE TEMP TABLE effect AS SELECT 1 AS fake")
    assert query(world, "SELECT count(*) FROM effect").rows == ((2400,),)


def test_a_query_longer_than_any_person_writes_is_refused_unread(world):
    with pytest.raises(QueryError, match="20,000 are the most"):
        query(world, "SELECT '" + "a" * 20_001 + "'")


def test_a_missing_store_is_told_as_everywhere(tmp_path):
    with pytest.raises(StoreError, match="no store"):
        query(Store(tmp_path / "none.duckdb"), "SELECT 1")


def test_the_lock_down_alone_stops_the_statement_that_parses_as_a_select_and_writes(world, tmp_path):
    path = tmp_path / "locked.duckdb"
    shutil.copy(world.path, path)
    before = path.read_bytes()
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import duckdb; from db.sql import sandbox_worker as worker\n"
        "connection = worker._connect(duckdb, sys.argv[2], 5.0); worker._lock(connection, [])\n"
        "for sql in sys.argv[3:]:\n"
        "    try:\n        connection.execute(sql).fetchall(); print('answered')\n"
        "    except duckdb.Error as error:\n        print('refused')\n"
        "print(connection.execute('SELECT count(*) FROM effect').fetchall())\n"
    )
    attacks = [
        f"WITH x AS (COPY (SELECT 'garbage') TO '{path}' (FORMAT csv, USE_TMP_FILE false)) SELECT 1",
        f"COPY (SELECT 'garbage') TO '{path}' (FORMAT csv, USE_TMP_FILE false)",
        f"COPY (SELECT 'garbage') TO '{path}.wal' (FORMAT csv, USE_TMP_FILE false)",
        "SET lock_configuration = false", "SET enable_external_access = true", "SET allowed_directories = ['']",
        "SET disabled_filesystems = ''", "CALL enable_logging(storage = 'file')", "INSTALL httpfs",
        "ATTACH '/tmp/a.db'",
        "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM os", "DELETE FROM effect",
        "CREATE TABLE t (i INTEGER)",
    ]  # fmt: skip
    said = subprocess.run(
        [sys.executable, "-c", code, ROOT, path, *attacks], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert said.stdout.splitlines() == ["refused"] * len(attacks) + ["[(2400,)]"]
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
