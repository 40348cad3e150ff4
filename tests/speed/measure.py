"""Prints how long the main jobs take on this machine, and how much memory they need.

Not a test: speed depends on the machine, so it is watched here and asserted nowhere. Run it alone, by `make speed`.
Every figure is of whole commands as a user starts them. With ``--baseline FOLDER``, a checkout of an earlier commit,
both builds run in turn on copies of one store, and the ratio of their CPU times is printed: it holds on a busy machine
too, where seconds do not.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cells import measure_cells
from commands import Build, Timed
from expression import measure_expression
from pairs import compare
from world import LIBRARY, PERTURBED, PRIORS, QUESTION, READ, fetched, filled, response_table

TREE = Path(__file__).resolve().parents[2]


def show(what: str, run: Timed, wanted: str = "-") -> None:
    """One line of the report."""
    print(
        f"{what:<66} {run.seconds:8.2f} s {run.cpu:8.2f} CPU s {run.megabytes:6.0f} MB   wanted: {wanted}", flush=True
    )


def main() -> None:
    """Measures everything once, or two builds in pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mirror", type=Path, help="folder with a manifest.tsv, for packs that are no packages")
    parser.add_argument("--home", type=Path, help="a home with a store and packs, copied; nothing is fetched then")
    parser.add_argument("--baseline", type=Path, help="checkout of an earlier commit, to compare with")
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        if parsed.baseline is not None:
            compare(parsed.baseline.resolve(), TREE, Path(scratch), parsed.mirror, parsed.home)
        else:
            measure(Path(scratch), parsed.mirror)


def measure(scratch: Path, mirror: Path | None) -> None:
    """All figures, in the order in which a user meets them."""
    build = Build(TREE, scratch / "home")
    show(
        "hitscout --help (best of 5)",
        min((build.run("--help") for _ in range(5)), key=lambda run: run.seconds),
        "0.3 s",
    )
    default, others = fetched(build, mirror)
    show("fetch: default packs, downloaded and loaded", default)
    if others is not None:
        show("fetch: six packs of gene knowledge", others)
    library, added = filled(build, scratch)
    if added is not None:
        show(f"screen add, {LIBRARY:,} genes", added)
    show("campaign start", build.run("campaign", "start", "speed", *QUESTION, "--library", str(library)))
    for state, wanted in (("caches empty", "-"), ("warm", "3 s")):
        run = build.run("campaign", "propose", "speed")
        show(f"propose, {LIBRARY:,} candidates, {PRIORS} prior screens, {state}", run, wanted)
    orders(build, library, scratch)
    run = build.run("replay", "schmidt-ifng", "--pool", "all", "--seeds", "1", "--no-controls", "--workers", "1")
    show("replay, one seed, five rounds of 128, 18,804 genes, one process", run, "45 s")
    responses(build, library, scratch)
    show("gene VAV1", build.run("gene", "VAV1"))
    show("doctor", build.run("doctor"))
    for what, run, wanted in measure_expression(build, library, mirror, scratch):
        show(what, run, wanted)
    for what, run, wanted in measure_cells(build, scratch):
        show(what, run, wanted)


def orders(build: Build, library: Path, scratch: Path) -> None:
    """A plate map of 488 genes by four guides out of a library of four guides a gene, and the costs."""
    build.run("campaign", "propose", "speed", "--size", "488")
    guides = scratch / "guides.tsv"
    bases = "ACGT"
    rows = ["gene\tsequence\tscore"]
    for number, gene in enumerate(library.read_text(encoding="utf-8").split()):
        for at in range(4):
            code = 4 * number + at
            rows.append(f"{gene}\tGACTGACTGAC{''.join(bases[code >> 2 * place & 3] for place in range(9))}\t{at}")
    rows += [
        f"Non-Targeting Control\tCAGTCAGTCAG{''.join(bases[n >> 2 * p & 3] for p in range(9))}\t" for n in range(300)
    ]
    guides.write_text("\n".join(rows) + "\n", encoding="utf-8")
    plates = str(scratch / "wells.csv")
    run = build.run("campaign", "export", "speed", plates, "--guides", str(guides), "--as", "plates")
    show("campaign export, plates of 2,000 wells, library of 75,000 guides", run)
    show("campaign costs", build.run("campaign", "costs", "speed"), "1 s")


def responses(build: Build, library: Path, scratch: Path) -> None:
    """A large table of responses into the store, and what is read of it."""
    table = scratch / "responses.parquet"
    response_table(table, library.read_text(encoding="utf-8").split())
    added = build.run("response", "add", str(table), "--name", "speed")
    show(f"response add, Parquet of {PERTURBED * READ:,} rows", added, "6 s, 4096 MB")
    table.unlink()
    script = TREE / "tests" / "speed" / "response_reads.py"
    environment = {**os.environ, "HITSCOUT_HOME": str(build.home), "PYTHONPATH": str(TREE)}
    subprocess.run([sys.executable, str(script), "speed"], env=environment, cwd=TREE, check=True)


if __name__ == "__main__":
    main()
