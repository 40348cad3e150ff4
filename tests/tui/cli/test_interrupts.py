"""Ctrl-C at any moment: the run ends at once, says so, and leaves no process, no half file and a whole store."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from db.store import Store
from tests import readme_world
from tests.store_copy import copied

WITHIN = 1.0
"""Seconds in which a run answers, where the machine has nothing else to do."""
ALLOWED = 8.0
"""Seconds that a test allows: many tests may share few cores."""
COMMANDS = {
    "shortlist": ["shortlist", "--phenotype", "IL-2 production", "--size", "64", "--out", "next.xlsx"],
    "screen add": ["screen", "add", "large.csv", "--phenotype", "growth", "--positive-means", "raises"],
    "replay": ["replay", "schmidt-il2", "--seeds", "2", "--rounds", "2", "--size", "16", "--workers", "2"],
    "similar": ["similar", "VAV1"],
    "enrich": ["enrich", "--screen", "schmidt-il2"],
    "sql": ["sql", "SELECT count(*) FROM effects a, effects b, effects c WHERE a.estimate < b.estimate"],
    "ask": ["ask", "Which genes next?"],
    "doctor": ["doctor"],
}
START = "from hitscout import main; main()"
STUCK = """
import ctypes
import tools.genes.card
def stuck(*_):
    print("computing", flush=True)
    # As a numeric library: one call, in which Python answers no signal.
    {call}
tools.genes.card.gene_card = stuck
from tui.cli.main import run
run(["gene", "VAV1"])
"""
COMMITTING = """
import time
from db.store import Store
settle = Store._settle
def slow(self, connection, *further):
    print("committed", flush=True)
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        time.sleep(0.01)
    settle(self, connection, *further)
Store._settle = slow
from tui.cli.main import run
run(["campaign", "start", "tcell", "--phenotype", "IL-2 production"])
"""


@pytest.fixture(scope="module")
def _ready(tmp_path_factory) -> Store:
    return readme_world.make_ready(Store(tmp_path_factory.mktemp("ready") / "ready.duckdb"))


@pytest.fixture
def store(_ready, tmp_path) -> Store:
    return copied(_ready, tmp_path / "own.duckdb")


@pytest.fixture
def work(tmp_path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    rows = "".join(f"{name},{i / 100 - 3}\n" for i, name in enumerate(readme_world.NAMES))
    (folder / "large.csv").write_text("gene,lfc\n" + rows + "".join(f"NTC_{i},0.{i % 10}\n" for i in range(20_000)))
    return folder


def started(code: str, arguments: list[str], store: Store, folder: Path) -> subprocess.Popen[str]:
    """A run at the head of a group of its own, as a shell in a terminal starts it."""
    root = str(Path(__file__).resolve().parents[3])
    environment = {**os.environ, "PYTHONPATH": root, "HITSCOUT_STORE": str(store.path), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", code, *arguments], cwd=folder, env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def group_of(number: int) -> list[str]:
    """The processes of a group that have not ended."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "stat").read_text().rsplit(")", 1)[1].split() if entry.name.isdigit() else []
            if words and int(words[2]) == number and words[0] != "Z":
                found.append((entry / "cmdline").read_bytes().decode("utf-8", "replace").replace("\0", " "))
        except OSError:
            continue
    return found


def interrupted(process: subprocess.Popen[str], number: int = signal.SIGINT, *, may_be_done: bool = False) -> float:
    """Presses Ctrl-C, and expects the end of an interrupted run; gives the seconds that it took.

    A run that may be done may have said all that it had to say, and only be leaving Python.
    """
    os.killpg(process.pid, number)
    at = time.monotonic()
    code = process.wait(60)
    took = time.monotonic() - at
    _, said = process.communicate(timeout=10)
    assert "Traceback" not in said, said
    if not (may_be_done and code == 0 and "Interrupted." not in said):
        assert code == 130, said
        assert said.splitlines()[-1] == "Interrupted.", said
    until = time.monotonic() + 10
    while group_of(process.pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert group_of(process.pid) == []
    return took


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are counted in /proc")
@pytest.mark.parametrize("name", COMMANDS)
def test_ctrl_c_at_any_moment_ends_a_run_and_leaves_nothing_half(name, store, work):
    whole = started(START, COMMANDS[name], copied(store, work / "whole.duckdb"), work)
    began = time.monotonic()
    try:
        whole.communicate(timeout=4)
    except subprocess.TimeoutExpired:
        os.killpg(whole.pid, signal.SIGKILL)
        whole.communicate()
    lasts = time.monotonic() - began
    for path in work.glob("next.*"):
        path.unlink()
    # Python itself answers what comes before hitscout is begun; what the first run kept shortens the next.
    for at in random.Random(name).sample([lasts * share / 10 for share in range(3, 6)], 2):
        process = started(START, COMMANDS[name], store, work)
        try:
            process.communicate(timeout=at)
            continue
        except subprocess.TimeoutExpired:
            if process.poll() is not None:
                continue
        assert interrupted(process, may_be_done=True) < ALLOWED
        for path in work.glob("next.*") if process.returncode == 0 else ():
            path.unlink()
        # The log of a conversation that was interrupted stays: it says what was asked.
        assert {path.name for path in work.iterdir() if "whole" not in path.name} <= {"large.csv", "transcripts"}
        assert not Path(f"{store.path}.wal").exists()
        assert store.verify() == []


CALLS = [
    # Lets other threads run, as most calls of numeric libraries do.
    "ctypes.CDLL(None).sleep(300); ctypes.CDLL(None).sleep(300)",
    "import numpy as np; a = np.random.default_rng(0).normal(size=(3000, 3000)); [np.linalg.svd(a) for _ in range(99)]",
    """while True:
        try:
            __import__('time').sleep(300)
        except KeyboardInterrupt:
            pass""",
]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("call", CALLS, ids=["a call without end", "linear algebra", "code that takes no interrupt"])
def test_what_does_not_end_by_itself_is_ended(call, number, store, work):
    process = started(STUCK.format(call=call), [], store, work)
    assert process.stdout.readline() == "computing\n"
    time.sleep(0.3)
    assert interrupted(process, number) < ALLOWED


IMPORTING = """
import sys
from pathlib import Path
sys.path.insert(0, ".")
Path("slowly_loaded.py").write_text(
    "import time; print('loading', flush=True)\\ntry:\\n    time.sleep(9)\\n"
    "except KeyboardInterrupt:\\n    raise SystemExit('a library was interrupted as it was loaded')"
)
import tools.genes.card
def card(*_):
    import slowly_loaded
tools.genes.card.gene_card = card
from tui.cli.main import run
run(["gene", "VAV1"])
"""


def test_a_library_is_not_interrupted_as_it_is_loaded(store, work):
    process = started(IMPORTING, [], store, work)
    assert process.stdout.readline() == "loading\n"
    assert interrupted(process) < ALLOWED


def test_a_commit_is_finished_and_entered_in_the_manifest_first(store, work):
    process = started(COMMITTING, [], store, work)
    assert process.stdout.readline() == "committed\n"
    assert interrupted(process) < ALLOWED
    assert store.verify() == []
    with store.read() as connection:
        assert connection.execute("SELECT name FROM campaign").fetchall() == [("tcell",)]
