"""``benchmark perturbqa --model`` killed with SIGKILL at some call: it goes on, and asks no answered call again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from tests.agent.conftest import NAMES
from tests.agent.fake_providers import Reply
from tests.agent.test_reasoning_commands import material
from tests.response_world import planted, write_line
from tests.synthetic_store import copied_world

READ = range(100, 600, 48)
pytestmark = pytest.mark.slow


def answer(body) -> Reply:
    """What hangs on the question alone, so that two runs can be compared."""
    asked = material(body)
    if "candidates" in asked:
        keep = [one.split(":")[0] for one in asked["candidates"]]
        return Reply(calls=[("give_edit", {"edits": [{"keep": keep[::2], "add": ["MADEUP"]}]})], usage=(500, 50))
    verdict = "yes" if len(json.dumps(asked)) % 2 else "no"
    told = {"verdict": verdict, "reason": "So it is.", "rows": [asked["rows"][0]["id"]]}
    return Reply(calls=[("give_verdict", {"verdicts": [told]})], usage=(900, 60))


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    store, _ = copied_world(tmp_path_factory, folder)
    return store.path, write_line(folder / "lines", "x", planted(0, range(60), READ))


def begin(world, home) -> subprocess.Popen:
    store, lines = world
    command = [sys.executable, "-m", "hitscout", "benchmark", "perturbqa", "--data", str(lines), "--limit", "6"]
    return subprocess.Popen(
        [*command, "--no-controls", "--model", NAMES["openai-chat"], "--yes", "--json"],
        env={**os.environ, "HITSCOUT_HOME": str(home), "HITSCOUT_STORE": str(store), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def finished(process) -> dict:
    out, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return json.loads(out)


def kept(home) -> int:
    return sum(len(list((home / "cache" / name).rglob("*.json"))) for name in ("verdicts", "neighbours"))


@pytest.fixture(scope="module")
def undisturbed():
    return {}


@pytest.mark.parametrize("killed_at", [1, 3, 8, 20])
def test_a_killed_run_goes_on_and_asks_no_answered_call_again(killed_at, world, provider, tmp_path, undisturbed):
    if not undisturbed:
        provider.script = lambda number, body: answer(body)
        undisturbed["report"] = finished(begin(world, tmp_path / "whole"))
        undisturbed["calls"] = len(provider.received)
        provider.received.clear()
    home, answered, lock, dead = tmp_path / "home", [], threading.Lock(), threading.Event()

    def script(number, body):
        with lock:
            goes = dead.is_set() or len(answered) < killed_at
            if goes:
                answered.append(json.dumps(body, sort_keys=True))
        if not goes:
            dead.wait(120)
        return answer(body)

    provider.script = script
    process = begin(world, home)
    until = time.monotonic() + 240
    while kept(home) < killed_at and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    dead.set()
    assert process.returncode == -signal.SIGKILL
    assert kept(home) == killed_at
    found = finished(begin(world, home))
    assert len(answered) == len(set(answered)) == undisturbed["calls"]
    assert found["lines"] == undisturbed["report"]["lines"]
    assert found["usage"]["requests"] == undisturbed["calls"] - killed_at
