"""Prints how long it takes to read responses of one large context, and numpy's memmap on the same numbers beside it.

Run by `measure.py` in a process of its own, with the home of the measured build.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from db.screens.responses import measured_responses
from tools.responses.response_matrix import response_matrix
from tools.workspace import Workspace

RUNS = 5


def best(job: Callable[[], object]) -> float:
    """The least milliseconds of some runs."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        job()
        taken.append(time.perf_counter() - start)
    return min(taken) * 1000


def main(context: str) -> None:
    """Prints one line for each way to read."""
    workspace = Workspace.open()
    start = time.perf_counter()
    matrix = response_matrix(workspace, context)
    show("responses: matrix from the store, kept from then on", (time.perf_counter() - start) * 1000, "600 ms")
    rows, columns = matrix.estimate.shape
    gene, readout = matrix.names[rows // 3], matrix.readouts[columns // 3]
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "plain.npy"
        np.save(path, matrix.estimate)
        mapped = np.load(path, mmap_mode="r")
        column = best(lambda: np.array(mapped[:, columns // 3]))
        whole = best(lambda: np.array(mapped))
    matrix = response_matrix(workspace, context)
    show(f"responses: {rows:,} x {columns:,} into an array", best(lambda: np.array(matrix.estimate)), "600 ms", whole)
    opened = best(lambda: response_matrix(workspace, context).of_readout(readout))
    show("responses: store opened, one readout gene", opened, "150 ms")
    show("responses: one readout gene", best(lambda: matrix.of_readout(readout)), "150 ms, 10 x memmap", column)
    show("responses: one perturbation", best(lambda: matrix.of_perturbation(gene)), "5 ms")
    with workspace.store.read():
        show("responses: one perturbation, labels and names, every context",
             best(lambda: measured_responses(workspace.store, matrix.perturbations[rows // 3])), "-")  # fmt: skip


def show(what: str, milliseconds: float, wanted: str = "-", memmap: float | None = None) -> None:
    """One line of the report."""
    beside = "" if memmap is None else f"   numpy memmap: {memmap:.2f} ms, {milliseconds / memmap:.1f} x"
    print(f"{what:<66} {milliseconds:8.2f} ms   wanted: {wanted}{beside}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
