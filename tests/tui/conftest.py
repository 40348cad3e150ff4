"""The command line as users run it: real processes, real terminals, a real store."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from db.store import Store
from tests.store_copy import copied
from tests.tui.warm_start import WarmStart
from tools.screens.ingestion.adding import add_screen
from tools.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = "tau\x1b]52;c;aGFjaw==\x07\x1b[2J\x9b31m [/b][@click=app.quit]\u202eevil\u202c\u200b end"
"""A phenotype that sets the clipboard, clears the screen, colours by C1, breaks markup and turns text round."""


def _environment() -> dict[str, str]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    # Under xdist COLUMNS is set, which would outrank the width of the terminal.
    inherited = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
    return {**inherited, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}


class Cli:
    """Runs `hitscout` in a process of its own."""

    def __init__(self, store: Path, folder: Path, warm: WarmStart):
        self.store, self.folder, self.warm = store, folder, warm

    def environment(self, **more: str) -> dict[str, str]:
        return {**_environment(), "HITSCOUT_STORE": str(self.store), **more}

    def __call__(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return self.warm.run(arguments, self.folder, self.environment(**more))

    def json(self, *arguments: str):
        result = self(*arguments, "--json")
        assert result.returncode == 0, result.stdout + result.stderr
        return json.loads(result.stdout)

    def in_terminal(self, *arguments: str, columns: int = 80, typed: str = "", **more: str) -> tuple[int, str]:
        """Exit code and everything that reached a terminal of that many columns, where somebody typed ahead."""
        pid, terminal = pty.fork()
        if pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            os.chdir(self.folder)
            command = [sys.executable, "-P", "-m", "hitscout", *arguments]
            os.execve(sys.executable, command, self.environment(**{"TERM": "xterm-256color", **more}))
        os.write(terminal, typed.encode())
        chunks, give_up = [], time.monotonic() + 120
        while time.monotonic() < give_up:
            if select.select([terminal], [], [], 1.0)[0]:
                try:
                    chunk = os.read(terminal, 65536)
                except OSError:
                    break
                if not chunk:
                    break
                chunks.append(chunk)
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
        return os.waitstatus_to_exitcode(status), b"".join(chunks).decode("utf-8", "replace")


@pytest.fixture(scope="session")
def _filled_store(_named_store, tmp_path_factory) -> Store:
    """Gene names and two small screens, one of them described by someone hostile."""
    folder = tmp_path_factory.mktemp("filled")
    store = copied(_named_store, folder / "filled.duckdb")
    workspace = Workspace(store, np.random.default_rng(0))
    genes = ["IL2", "IL2RA", "JAK1", "JAK2", "LCK", "LAT", "VAV1", "ZAP70", "CD28", "CD5", "MYC", "TP53"]
    for number, (name, phenotype) in enumerate((("plain", "IL-2 production"), ("odd", HOSTILE))):
        path = folder / f"{name}.csv"
        effects = np.random.default_rng(number).normal(size=len(genes))
        pd.DataFrame({"gene": [*genes, "NOSUCHGENE"], "lfc": [*effects, 1.0]}).to_csv(path, index=False)
        add_screen(
            workspace, path, name=name, phenotype=phenotype, organism="human", study=f"Study {number}",
            positive_means="raises", modality="knockout", cell_type="T cells", hit_rule="top 20%",
        )  # fmt: skip
    return store


@pytest.fixture(scope="session")
def _warm() -> Iterator[WarmStart]:
    warm = WarmStart(_environment())
    yield warm
    warm.close()


@pytest.fixture
def cli(_filled_store, _warm, tmp_path) -> Cli:
    """The command line on a copy of the filled store, in an empty working folder."""
    store = copied(_filled_store, tmp_path / "copy.duckdb")
    folder = tmp_path / "work"
    folder.mkdir()
    return Cli(store.path, folder, _warm)


@pytest.fixture
def bare_cli(_warm, tmp_path) -> Cli:
    """The command line where there is no store yet."""
    folder = tmp_path / "work"
    folder.mkdir()
    return Cli(tmp_path / "none.duckdb", folder, _warm)
