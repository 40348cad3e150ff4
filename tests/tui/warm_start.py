"""Runs `hitscout` in processes forked from one that has the libraries loaded: most of a run was their import.

Each run is a process of its own, with its own environment, folder and pipes. What must be seen of a fresh interpreter
(a terminal, a signal, a reader that goes away) is started by the tests themselves.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import pkgutil
import runpy
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PATIENCE = 120
"""Seconds that a run may take."""
MOST_BYTES = 1 << 17


class WarmStart:
    """The process that forks; it ends with this one."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-P", "-m", __name__, str(theirs.fileno())]
        with theirs:
            # Pipes, as each run has them: Python remembers of its streams whether they can seek.
            self._process = subprocess.Popen(
                command, env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip

    def run(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """One run to its end.

        Args:
            arguments: What follows `hitscout`.
            folder: Where it runs.
            environment: Its whole environment.
        """
        ends = [os.pipe(), os.pipe()]
        asked = json.dumps([list(arguments), str(folder), dict(environment)]).encode()
        assert len(asked) < MOST_BYTES
        socket.send_fds(self._line, [asked], [written for _, written in ends])
        for _, written in ends:
            os.close(written)
        with ThreadPoolExecutor(2) as pool:
            out, error = pool.map(_whole, [read for read, _ in ends])
        code = self._line.recv(MOST_BYTES)
        assert code, self._process.communicate()
        return subprocess.CompletedProcess(list(arguments), int(code), out, error)

    def close(self) -> None:
        """Ends the process."""
        self._line.close()
        self._process.communicate(timeout=PATIENCE)


def _whole(end: int) -> str:
    with open(end, encoding="utf-8") as stream:
        return stream.read()


def _serve(line: socket.socket) -> None:
    """Forks for each request and says its exit code, until nobody asks any more."""
    fork = multiprocessing.get_context("fork")
    while True:
        asked, ends, _, _ = socket.recv_fds(line, MOST_BYTES, 2)
        if not asked:
            return
        child = fork.Process(target=_become, args=(*json.loads(asked), ends))
        child.start()
        for end in ends:
            os.close(end)
        child.join(PATIENCE)
        if child.exitcode is None:
            child.kill()
            child.join()
        line.send(str(child.exitcode).encode())


def _become(arguments: list[str], folder: str, environment: dict[str, str], ends: list[int]) -> None:
    """Makes this process the one that was asked for, and runs it."""
    for place, end in enumerate(ends, 1):
        os.dup2(end, place)
        os.close(end)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["hitscout", *arguments]
    runpy.run_module("hitscout", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    import agent
    import db
    import tools
    import tui
    from tui.cli.main import commands_by_tool

    assert set(commands_by_tool()) == {tool.__name__ for tool in (*tools.READING, *tools.WRITING)}
    # What a command imports when it is called, and with it the libraries.
    for package in (db, tools, agent, tui):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    importlib.import_module("typer._adapters")
    _serve(socket.socket(fileno=int(sys.argv[1])))
