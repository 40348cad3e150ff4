"""Prints how long the main jobs take on this machine, and how much memory they need.

Not a test: speed depends on the machine, so it is watched here and asserted nowhere. Run it alone, by `make speed`.
Every figure is of whole commands as a user starts them, but for the ingest, whose start-up is shown apart.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

LIBRARY = 18_000
PRIORS = 9


class Timed:
    """Seconds and peak memory of a finished command and its children."""

    def __init__(self, *command: str, environment: dict[str, str]) -> None:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "hitscout", *command],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        peak = 0
        while process.poll() is None:
            peak = max(peak, _tree_kilobytes(process.pid))
            time.sleep(0.02)
        self.seconds = time.perf_counter() - start
        self.megabytes = peak / 1024
        if process.returncode:
            sys.exit(f"hitscout {' '.join(command)} ended with {process.returncode}: {process.stderr.read()}")


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


def synthetic_screen(path: Path, symbols: list[str], seed: int) -> None:
    """A MAGeCK gene summary of random effects, with p-values by side."""
    rng = np.random.default_rng(seed)
    effects = rng.normal(0, 0.4, len(symbols))
    low = rng.uniform(size=len(symbols))
    header = (
        "id num neg|score neg|p-value neg|fdr neg|rank neg|goodsgrna neg|lfc pos|score pos|p-value pos|fdr pos|rank"
    )
    lines = ["\t".join([*header.split(), "pos|goodsgrna", "pos|lfc"])]
    for rank, (symbol, effect, p) in enumerate(zip(symbols, effects, low, strict=True), 1):
        side = [f"{p:.4g}", f"{p:.4g}", f"{min(1.0, p * 2):.4g}", str(rank), "2", f"{effect:.4f}"]
        other = [f"{1 - p:.4g}", f"{1 - p:.4g}", "1", str(rank), "2", f"{effect:.4f}"]
        lines.append("\t".join([symbol, "4", *side, *other]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def show(what: str, seconds: float, megabytes: float, wanted: str) -> None:
    """One line of the report."""
    print(f"{what:<66} {seconds:8.2f} s {megabytes:8.0f} MB   wanted: {wanted}", flush=True)


def main() -> None:
    """Measures everything once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mirror", type=Path, help="folder with a manifest.tsv, for packs that are no packages")
    parser.add_argument("--home", type=Path, help="keep downloads here, so that a second run fetches nothing")
    mirror, home = (parsed := parser.parse_args()).mirror, parsed.home
    with tempfile.TemporaryDirectory() as scratch:
        environment = {**os.environ, "HITSCOUT_HOME": str(home or scratch)}
        environment.pop("HITSCOUT_STORE", None)
        measure(Path(scratch), environment, mirror)


def measure(scratch: Path, environment: dict[str, str], mirror: Path | None) -> None:
    """All figures, in the order in which a user meets them."""
    store = ["--store", str(scratch / "speed.duckdb")]

    def timed(*command: str) -> Timed:
        return Timed(*store, "--quiet", *command, environment=environment)

    fastest = min((timed("--help") for _ in range(5)), key=lambda run: run.seconds)
    show("hitscout --help (best of 5)", fastest.seconds, fastest.megabytes, "0.3 s")
    run = timed("fetch")
    show("fetch: default packs, downloaded and loaded", run.seconds, run.megabytes, "-")
    if mirror is not None and mirror.is_dir():
        run = timed("fetch", "essentials", "string", "--mirror", str(mirror))
        show("fetch essentials string", run.seconds, run.megabytes, "-")

    from db.store import Store
    from db.view import View
    from tools.screens.ingestion.adding import add_screen
    from tools.workspace import Workspace

    made = Store(Path(store[1]))
    symbols = sorted(View(made).gene_values("depmap_common_essential").index)[:LIBRARY]
    workspace = Workspace(made, np.random.default_rng(0))
    have = len(View(made).screens())
    for number in range(have, PRIORS + 1):
        path = scratch / f"synthetic-{number}.txt"
        synthetic_screen(path, symbols, number)
        start = time.perf_counter()
        add_screen(
            workspace, path, name=f"synthetic-{number}", study=f"Synthetic {number}", phenotype=f"phenotype {number}",
            organism="human", cell_type="K562", modality="knockout", positive_means="raises",
        )  # fmt: skip
        last = time.perf_counter() - start
    show(f"an {len(symbols):,}-gene file ingested", last, 0, "2 s")
    priors = len(View(made).screens())
    library = scratch / "library.txt"
    library.write_text("\n".join(symbols) + "\n", encoding="utf-8")
    start_campaign = ["campaign", "start", "speed", "--phenotype", "IL-2 production", "--library", str(library)]
    run = timed(*start_campaign)
    show("campaign start", run.seconds, run.megabytes, "-")
    for state in ("cold", "warm"):
        run = timed("campaign", "propose", "speed")
        wanted = "20 s" if state == "warm" else "-"
        show(
            f"propose, {len(symbols):,} candidates, {priors} prior screens, {state}", run.seconds, run.megabytes, wanted
        )
    run = timed("replay", "schmidt-ifng", "--pool", "all", "--seeds", "1", "--no-controls", "--workers", "1")
    show("replay, one seed, five rounds of 128, 18,804 genes, one process", run.seconds, run.megabytes, "45 s")
    run = timed("gene", "VAV1")
    show("gene VAV1", run.seconds, run.megabytes, "-")
    run = timed("doctor")
    show("doctor", run.seconds, run.megabytes, "-")


if __name__ == "__main__":
    main()
