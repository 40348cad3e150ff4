"""A laboratory whose every writing command is killed: the commands in their order, and what a store holds in short."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np

from db.manifest import STATE_TABLES
from db.store import Store
from tests.cell_world import Cells
from tests.tools.conftest import GENES
from tests.word_vectors import write_pack

PATIENCE = 120.0
"""Seconds that a command may take before it counts as hanging."""


@dataclass(frozen=True)
class Step:
    """One writing command.

    Attributes:
        name: What the command is, in short.
        words: What is typed after `hitscout`.
        gone: Whether the command takes something away, so that given again it may say that there is nothing.
    """

    name: str
    words: tuple[str, ...]
    gone: bool = False


STEPS = (
    Step("add", ("screen", "add", "a.csv", "--phenotype", "cytokine", "--positive-means", "raises")),
    Step("add another", ("screen", "add", "b.csv", "--phenotype", "growth", "--positive-means", "lowers")),
    Step("replicate", ("screen", "add", "c.csv", "--replicate-of", "a", "--positive-means", "raises")),
    Step("responses", ("response", "add", "responses.csv", "--name", "tcells", "--cell-type", "T cells")),
    Step("fetch", ("fetch", "small")),
    Step("encode", ("encode", "--encoder", "wordllama")),
    Step("start", ("campaign", "start", "pilot", "--phenotype", "cytokine", "--size", "8")),
    Step("question", ("campaign", "question", "pilot", "--set", "cell_type=T cells")),
    Step("exclude", ("campaign", "exclude", "pilot", "--genes", "MTOR", "--reason", "toxic")),
    Step("propose", ("campaign", "propose", "pilot", "--predictor", "mean_baseline")),
    Step("grade", ("campaign", "grade", "pilot", "--gene", "LCK", "--grade", "3", "--reason", "proximal")),
    Step("propose again", ("campaign", "propose", "pilot", "--predictor", "mean_baseline")),
    Step("confirm", ("campaign", "confirm", "pilot")),
    Step("preregister", ("campaign", "preregister", "pilot", "round1.json", "--overwrite")),
    Step("record", ("campaign", "record", "pilot", "results.csv", "--positive-means", "raises", "--allow-others")),
    Step(
        "next",
        ("campaign", "next", "pilot", "--results", "results.csv", "--positive-means", "raises", "--allow-others"),
    ),
    Step("close", ("campaign", "close", "pilot")),
    Step("reopen", ("campaign", "close", "pilot", "--reopen")),
    Step(
        "shortlist",
        ("shortlist", "--phenotype", "growth", "--name", "two", "--size", "5"),
    ),
    Step("cells", ("screen", "add", "cells.h5ad", "--modality", "interference")),
    Step("add atlas", ("cells", "add", "cells.h5ad", "--labels", "perturbation", "--name", "atlas")),
    Step("remove atlas for a while", ("cells", "remove", "atlas"), gone=True),
    Step("put atlas back", ("undo",), gone=True),
    Step("remove atlas", ("cells", "remove", "atlas"), gone=True),
    Step("remove cells", ("screen", "remove", "cells"), gone=True),
    Step("remove responses", ("response", "remove", "tcells"), gone=True),
    Step("remove", ("screen", "remove", "b"), gone=True),
    Step("undo", ("undo",), gone=True),
    Step("add a donor", ("screen", "add", "d.csv", "--phenotype", "growth", "--positive-means", "lowers")),
    Step("merge", ("screen", "merge", "b", "d", "--name", "both")),
    Step("undo the merging", ("undo",), gone=True),
    Step("mend", ("doctor", "--mend")),
)


def load_everything() -> None:
    """Imports what commands import when they run: each child would do so anew, and be killed in it more often."""
    root = Path(__file__).parents[2]
    for layer in ("db", "tools", "tui/cli", "tui/layouts"):
        for path in sorted((root / layer).rglob("*.py")):
            import_module(".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"))
    for late in ("typer._adapters", "pydantic", "sklearn.linear_model", "encodings.utf_8_sig", "importlib.readers"):
        import_module(late)


def write_files(folder: Path) -> None:
    """The files that the commands read.

    Args:
        folder: Where they are typed.
    """
    rng = np.random.default_rng(7)
    for name in ("a", "b", "c", "d", "results"):
        rows = [f"{gene},{effect:.4f}" for gene, effect in zip(GENES, rng.normal(size=len(GENES)), strict=True)]
        rows += [f"NTC_{number},{effect:.4f}" for number, effect in enumerate(rng.normal(size=20))]
        (folder / f"{name}.csv").write_text("\n".join(["gene,lfc", *rows]) + "\n")
    lines = ["perturbation,readout,lfc,fdr"]
    lines += [f"{a},{b},{rng.normal():.3f},{rng.uniform():.3f}" for a in GENES[:12] for b in GENES[12:30]]
    (folder / "responses.csv").write_text("\n".join(lines) + "\n")
    Cells.planted().write(folder / "cells.h5ad")


def brief(store: Store) -> str:
    """What a store holds, in short: rows of every table, and the states that commands change.

    Two stores to which the same was done are alike in it, whenever it was done.

    Args:
        store: The store.
    """
    with store.read() as connection:
        facts = {
            "rows": [
                connection.execute(f"SELECT '{table}', count(*) FROM {table}").fetchall()
                for table in (*STATE_TABLES, "effect", "control_effect", "gene_set", "gene_embedding", "response",
                              "response_cells", "cell_set_gene", "cell_set_column", "cell_set_cell")
            ],
            "ingests": connection.execute("SELECT kind, name, content_hash FROM ingest ORDER BY ALL").fetchall(),
            "sums": connection.execute("SELECT contrast_id, sum(estimate::DECIMAL(18, 6)) FROM effect GROUP BY ALL"
                                       " ORDER BY ALL").fetchall(),
            "campaigns": connection.execute("SELECT name, question, closed_at IS NULL FROM campaign ORDER BY name")
            .fetchall(),
            "rounds": connection.execute(
                "SELECT campaign_id, number, state, shortlist LIKE '%preregistered%' FROM round ORDER BY ALL"
            ).fetchall(),
            "places": connection.execute(
                "SELECT campaign_id, number, rank, perturbation_id, outcome FROM nomination JOIN round"
                " ON round.id = round_id ORDER BY ALL"
            ).fetchall(),
        }  # fmt: skip
    return json.dumps(facts, default=str, indent=1)


class Laboratory:
    """A home with a store, whose commands run in processes that can be killed.

    Args:
        home: Its folder, made anew from `template` for every command that is tried.
        template: The home as it was before.
    """

    def __init__(self, home: Path, template: Path | None = None) -> None:
        self.home = home
        if template is not None:
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(template, home)

    @property
    def store(self) -> Store:
        """Its store."""
        return Store(self.home / "data" / "store.duckdb")

    def encoder(self) -> None:
        """Puts a small encoder where its pack would be."""
        write_pack(self.home / "cache" / "packs" / "wordllama")

    def run(self, words: tuple[str, ...], files: Path, kill_after: float | None = None) -> tuple[int, str, float]:
        """Runs one command in a process of its own.

        Args:
            words: What is typed after `hitscout`.
            files: The folder in which it is typed.
            kill_after: Seconds after which it is killed; not at all where None.

        Returns:
            Its exit code, negative where it was killed; what it said; and the seconds that it took.
        """
        out = self.home / "said.txt"
        begun = time.monotonic()
        child = os.fork()
        if child == 0:
            _as_command(words, self.home, files, out)
        if kill_after is not None:
            time.sleep(max(0.0, kill_after - (time.monotonic() - begun)))
            os.kill(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(_waited(child))
        return code, out.read_text(errors="replace") if out.exists() else "", time.monotonic() - begun


def _waited(child: int) -> int:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError("a command hangs")


def _as_command(words: tuple[str, ...], home: Path, files: Path, out: Path) -> None:
    """What the child does: it never comes back."""
    code = 70
    try:
        os.chdir(files)
        opened = os.open(out, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        os.dup2(opened, 1)
        os.dup2(opened, 2)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.stderr = os.fdopen(2, "w", closefd=False)
        os.environ["HITSCOUT_HOME"] = str(home)
        os.environ.pop("HITSCOUT_STORE", None)
        from tui.cli.main import run

        try:
            run(words)
        except SystemExit as ended:
            code = int(ended.code or 0) if isinstance(ended.code, int) or ended.code is None else 1
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
