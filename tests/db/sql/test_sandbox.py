"""The sandbox: what it answers, what it refuses, and the worker's own guards, each by itself."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import duckdb
import pytest

from db.errors import QueryError, StoreError
from db.sql import sandbox
from db.sql import sandbox_worker as worker
from db.sql.sandbox import MOST_BYTES, query
from db.sql.views import VIEWS, count_rows
from db.store import Store
from tests.synthetic_store import shared_world

ROOT = Path(__file__).resolve().parents[3]
CANARY = "canary-in-the-environment"
LONG = "SELECT count(*) FROM effects a, effects b, effects c WHERE a.estimate + b.estimate + c.estimate = 0.5"
"""Merely long: every three effects of the store."""
LARGE = "SELECT count(DISTINCT i) FROM range(1000000) t(i)"
"""Merely large: more than a few megabytes are needed to remember a million numbers."""
REFUSED = {
    "adding rows": "INSERT INTO study VALUES (99, 'own', '', '')",
    "changing rows": "UPDATE effect SET estimate = 0",
    "removing rows": "DELETE FROM effect",
    "making a table": "CREATE TABLE own (i INTEGER)",
    "removing a table": "DROP TABLE gene_text",
    "several statements": "SELECT 1; SELECT 2",
    "reading a file": "SELECT * FROM read_csv('{folder}/own.csv')",
    "reading a file by its name": "SELECT * FROM '{folder}/own.csv'",
    "reading a file as text": "SELECT content FROM read_text('{folder}/own.csv')",
    "listing a folder": "SELECT * FROM glob('{folder}/*')",
    "copying to a file": "COPY (SELECT 1) TO '{folder}/new.csv'",
    "copying from a file": "COPY own FROM '{folder}/own.csv'",
    "attaching": "ATTACH '{folder}/second.duckdb' AS second",
    "exporting": "EXPORT DATABASE '{folder}/exported'",
    "settings": "SET threads = 2",
    "settings by pragma": "PRAGMA threads = 2",
}
"""Class → a harmless statement of it, which DuckDB answers where nothing refuses it."""
OUTSIDE = {
    "extensions installed": "INSTALL '{folder}/own.duckdb_extension'",
    "extensions loaded": "LOAD '{folder}/own.duckdb_extension'",
    "the network": "SELECT * FROM read_csv('http://127.0.0.1:9/own.csv')",
    "variables of the worker": "SELECT * FROM request",
    "the environment": "SELECT getenv('HITSCOUT_CANARY')",
}
"""Class → a statement that reaches for what is not there, and is refused before it looks."""


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Store:
    return shared_world(tmp_path_factory)[0]


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder of the test's own with a table of text and a second database."""
    made = tmp_path / "files"
    made.mkdir()
    (made / "own.csv").write_text("i\n7\n")
    with duckdb.connect(str(made / "second.duckdb")) as connection:
        connection.execute("CREATE TABLE own AS SELECT 7 AS i")
    return made


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# What is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize("sql", [*REFUSED.values(), *OUTSIDE.values()], ids=[*REFUSED, *OUTSIDE])
def test_what_is_no_question_to_the_store_is_refused_and_changes_nothing(world, folder, monkeypatch, sql):
    monkeypatch.setenv("HITSCOUT_CANARY", CANARY)
    before, store = contents(folder), world.path.read_bytes()
    with pytest.raises(QueryError) as refused:
        query(world, sql.replace("{folder}", str(folder)))
    assert CANARY not in str(refused.value)
    assert contents(folder) == before
    assert world.path.read_bytes() == store


@pytest.mark.parametrize("sql", REFUSED.values(), ids=REFUSED)
def test_a_connection_without_the_sandbox_answers_what_the_sandbox_refuses(world, folder, sql):
    shutil.copy(world.path, folder / "copy.duckdb")
    with duckdb.connect(str(folder / "copy.duckdb")) as connection:
        if "COPY own" in sql:
            connection.execute("CREATE TABLE own (i INTEGER)")
        connection.execute(sql.replace("{folder}", str(folder))).fetchall()


def test_the_lock_down_alone_refuses_whatever_leads_out_of_the_store(world, folder):
    """Without a look at the statement, so that the store is safe even where a statement is taken for another."""
    shutil.copy(world.path, folder / "copy.duckdb")
    before = contents(folder)
    code = """
        connection = worker._connect(duckdb, sys.argv[1], 5.0)
        worker._lock(connection, [])
        for sql in sys.argv[2:]:
            try:
                print(connection.execute(sql).fetchall())
            except duckdb.Error:
                print("refused")
    """
    outward = [
        sql.replace("{folder}", str(folder))
        for name, sql in {**REFUSED, **OUTSIDE}.items()
        if name != "several statements"
    ]
    said = in_worker(code, folder / "copy.duckdb", *outward, "SELECT count(*) FROM effect")
    assert said.stdout.splitlines() == ["refused"] * len(outward) + ["[(2400,)]"]
    assert contents(folder) == before


def in_worker(code: str, *arguments: object, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Runs Python with the worker's module imported, in a process of its own."""
    head = f"import json, os, sys, time\nsys.path.insert(0, {str(ROOT)!r})\nimport duckdb\n"
    source = head + "from db.sql import sandbox_worker as worker\n" + textwrap.dedent(code)
    return subprocess.run(
        [sys.executable, "-c", source, *map(str, arguments)], capture_output=True, text=True, input=given.decode()
    )


# The worker's guards -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SELECT 1; SELECT 2", "2 statements"), ("", "no statement"), (" ; ", "no statement"),
        ("SET threads = 2", "SET is no query"), ("DELETE FROM own", "DELETE is no query"),
        ("EXPLAIN SELECT 1", "EXPLAIN is no query"),
    ],
)  # fmt: skip
def test_the_worker_takes_one_query_and_says_what_else_it_was_given(sql, why):
    with duckdb.connect() as connection, pytest.raises(worker.RefusedError, match=why):
        worker._wrapped(connection, sql, 11)


def test_the_worker_runs_a_query_only_inside_one_of_its_own():
    with duckdb.connect() as connection:
        assert worker._wrapped(connection, "SELECT 1 ;", 11) == "SELECT * FROM (\nSELECT 1\n) LIMIT 11"
        assert len(connection.execute(worker._wrapped(connection, "FROM range(99)", 11)).fetchall()) == 11
        with pytest.raises(duckdb.Error):
            worker._wrapped(connection, "SELECT 1) AS a, (SELECT 2", 11)


def request(store: Store, sql: str) -> bytes:
    asked = {"path": str(store.path), "sql": sql, "values": [], "deadline": 20, "rows": 10, "bytes": 9000, "views": []}
    return json.dumps({**asked, "library": str(Path(duckdb.__file__).parents[1])}).encode()


@pytest.mark.parametrize(
    ("setting", "sql", "why"),
    [
        ("memory_limit=8MB", LARGE, "Out of Memory"),
        ("max_expression_depth=20", "SELECT " + "(" * 25 + "1" + " + 1)" * 25, "expression depth"),
    ],
    ids=["memory", "depth"],
)
def test_a_query_beyond_the_limits_of_the_connection_fails_in_words(world, setting, sql, why):
    code = """
        name, _, value = sys.argv[1].partition("=")
        worker.CONFIGURATION = {**worker.CONFIGURATION, name: value}
        worker.main()
    """
    assert json.loads(in_worker(code, "threads=1", given=request(world, sql)).stdout)["kind"] == "rows"
    said = json.loads(in_worker(code, setting, given=request(world, sql)).stdout)
    assert said["kind"] == "failed"
    assert why in said["message"]


def test_the_worker_limits_its_address_space_its_processor_time_and_its_core_file():
    code = """
        import resource
        worker.ADDRESS_SPACE = 600_000_000
        worker._limit_process(2.5)
        print(*(resource.getrlimit(one)[0] for one in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_CORE)))
        try:
            bytearray(worker.ADDRESS_SPACE)
        except MemoryError:
            print("no more")
    """
    assert in_worker(code).stdout.split() == ["600000000", "4", "0", "no", "more"]


def test_the_worker_ends_itself_a_second_after_its_deadline():
    started = time.monotonic()
    ended = in_worker("worker._limit_process(0.1)\ntime.sleep(60)")
    assert ended.returncode == -signal.SIGALRM
    assert time.monotonic() - started < 30


def test_whatever_is_printed_beside_the_answer_goes_nowhere():
    code = """
        out = worker._answer_stream()
        print("beside", flush=True)
        os.write(out, b"answer")
    """
    assert in_worker(code).stdout == "answer"


@pytest.fixture
def stand_in(monkeypatch, tmp_path):
    """Puts a program of the test's own in the worker's place."""

    def put(code: str) -> Path:
        path = tmp_path / "stand_in.py"
        path.write_text(code)
        monkeypatch.setattr(sandbox, "_WORKER", path)
        return path

    return put


def test_a_worker_gets_nothing_of_the_environment(stand_in, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARY)
    monkeypatch.setenv("PYTHONPATH", f"/{CANARY}")
    stand_in("import json, os, sys\nprint(json.dumps({'seen': [dict(os.environ), sys.path, os.getcwd()]}))")
    environment, paths, place = sandbox._ask(b"{}", 20)["seen"]
    # Python itself sets LC_CTYPE where no locale is given.
    assert set(environment) <= {"LC_CTYPE"}
    assert CANARY not in str(paths)
    assert place == ROOT.anchor


def test_each_query_gets_a_fresh_process(stand_in):
    stand_in("import json, os\nprint(json.dumps({'process': os.getpid()}))")
    assert len({sandbox._ask(b"{}", 20)["process"], sandbox._ask(b"{}", 20)["process"], os.getpid()}) == 3


def test_a_worker_is_killed_at_the_deadline_whatever_it_does(stand_in, tmp_path):
    note = tmp_path / "process"
    stand_in(
        "import os, pathlib, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"pathlib.Path({str(note)!r}).write_text(str(os.getpid()))\ntime.sleep(60)"
    )
    started = time.monotonic()
    with pytest.raises(QueryError, match=r"did not end within 1 seconds"):
        sandbox._ask(b"{}", 1.0)
    assert time.monotonic() - started < 30
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)


def test_a_worker_that_ends_without_an_answer_is_told_in_words(stand_in):
    stand_in("import os\nos._exit(3)")
    with pytest.raises(QueryError, match="broke the process that ran it"):
        sandbox._ask(b"{}", 20)


def test_what_duckdb_tells_of_itself_holds_nothing_of_the_environment(world, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARY)
    monkeypatch.setenv("HOME", f"/home/{CANARY}")
    answer = query(world, "SELECT * FROM duckdb_settings()")
    assert answer.rows
    assert CANARY not in str(answer)


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
    code = """
        worker._forbid_changes()
        worker._forbid_reading([sys.argv[1] + "/own"])
        for name, mode in (("/own", "r"), ("/own", "r+"), ("/other", "r"), ("/new", "w")):
            try:
                open(sys.argv[1] + name, mode).close()
                print("yes")
            except OSError as error:
                print(type(error).__name__)
    """
    said = in_worker(code, tmp_path)
    assert said.stdout.split() == ["yes", "PermissionError", "PermissionError", "PermissionError"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "own"]


def test_a_query_gives_columns_and_rows(world):
    answer = query(world, "SELECT screen, count(*) AS n FROM effects GROUP BY screen ORDER BY screen;")
    assert answer.columns == ("screen", "n")
    assert answer.rows == (("other-a", 600), ("other-b", 600), ("other-c", 600), ("target", 600))
    assert not answer.truncated


def test_values_are_bound_and_never_pasted(world):
    quoted = "x' OR '1'='1"
    assert query(world, "SELECT ? AS a, ? + 1 AS b", [quoted, 41]).rows == ((quoted, 42),)
    assert query(world, "SELECT * FROM effects WHERE screen = ?", [quoted]).rows == ()


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
    alone = query(world, "SELECT repeat('a', 60000) AS a")
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
    assert "`sql_tables()`" in refused.value.suggestion
    assert "Traceback" not in str(refused.value)


def test_a_query_that_takes_too_long_is_stopped_at_its_deadline(world):
    started = time.monotonic()
    with pytest.raises(QueryError, match=r"did not end within 0\.7 seconds"):
        query(world, LONG, deadline=0.7)
    assert time.monotonic() - started < 1.7


def test_a_worker_ends_by_itself_when_nobody_is_left_to_kill_it(world):
    code = (
        "import sys; from pathlib import Path; from db.store import Store; from db.sql.sandbox import query\n"
        f"query(Store(Path(sys.argv[1])), {LONG!r}, deadline=1)"
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
