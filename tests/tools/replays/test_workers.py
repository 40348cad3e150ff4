"""The pool of worker processes, as a user's own script meets it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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
