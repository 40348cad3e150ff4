"""The pool of worker processes, as a user's own script meets it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def test_a_script_without_a_guard_runs_once_and_not_again_in_each_worker(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text(
        "import os\n"
        "from tools.replays.workers import worker_pool\n"
        "print('started')\n"
        "with worker_pool(2) as pool:\n"
        "    found = set(pool.map(abs, [-1, -2, -3]))\n"
        "print(sorted(found))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run([sys.executable, script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert result.stdout.split("\n") == ["started", "[1, 2, 3]", ""], result.stderr
    assert result.stderr == ""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="what a process blocks is read in /proc")
def test_workers_are_deaf_to_an_interrupt_from_their_first_moment(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text(
        "import signal, time\n"
        "from pathlib import Path\n"
        "from tools.replays.workers import interrupts_ignored, worker_pool\n"
        "with worker_pool(2) as pool:\n"
        "    with interrupts_ignored():\n"
        "        asked = [pool.submit(time.sleep, 0.2) for _ in range(2)]\n"
        "        for process in pool._processes:\n"
        "            status = Path(f'/proc/{process}/status').read_text()\n"
        "            print(int(status.split('SigBlk:')[1].split()[0], 16) >> (signal.SIGINT - 1) & 1)\n"
        "    print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run([sys.executable, script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert result.stdout.split() == ["1", "1", "False"], result.stderr
