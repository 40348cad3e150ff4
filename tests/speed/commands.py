"""A hitscout command as a process: its seconds, its CPU seconds and its peak memory, children counted."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Build:
    """A checkout of hitscout with a home of its own.

    Attributes:
        tree: The checkout.
        home: Its stores and caches.
        python: What runs it: its own environment where it has one.
    """

    tree: Path
    home: Path
    python: str = field(default="")

    @property
    def store(self) -> Path:
        """Its store."""
        return self.home / "data" / "store.duckdb"

    def run(self, *command: str) -> Timed:
        """Runs a command to its end, which must be a good one."""
        return Timed(self, "hitscout", "--quiet", *command)

    def run_module(self, *command: str) -> Timed:
        """Runs a module of the checkout to its end, which must be a good one."""
        return Timed(self, *command)


class Timed:
    """What a finished module took: seconds, CPU seconds and megabytes at its peak, all of its processes together."""

    def __init__(self, build: Build, module: str, *command: str) -> None:
        own = build.tree / ".venv" / "bin" / "python"
        python = build.python or (str(own) if own.exists() else sys.executable)
        environment = {**os.environ, "HITSCOUT_HOME": str(build.home)}
        for name in ("HITSCOUT_STORE", "PYTHONDONTWRITEBYTECODE"):
            environment.pop(name, None)
        start = time.perf_counter()
        process = subprocess.Popen(
            [python, "-m", module, *command],
            env=environment, cwd=build.tree, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.megabytes, done = 0.0, threading.Event()
        watcher = threading.Thread(target=self._watch, args=(process.pid, done))
        watcher.start()
        assert process.stderr is not None
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        done.set()
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds, self.cpu = time.perf_counter() - start, usage.ru_utime + usage.ru_stime
        if process.returncode:
            sys.exit(f"{build.tree}: {module} {' '.join(command)} ended with {process.returncode}: {said}")

    def _watch(self, root: int, done: threading.Event) -> None:
        while not done.wait(0.02):
            self.megabytes = max(self.megabytes, _tree_kilobytes(root) / 1024)


def _tree_kilobytes(root: int) -> int:
    """Resident memory of a process and all its children (Linux)."""
    children: dict[int, list[int]] = {}
    resident: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:  # it has ended since it was listed
            continue
        process = int(fields["Pid"])
        children.setdefault(int(fields["PPid"]), []).append(process)
        resident[process] = int(fields.get("VmRSS", "0 kB").split()[0])
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        total += resident.get(process, 0)
        waiting.extend(children.get(process, []))
    return total
