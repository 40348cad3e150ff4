"""A made file of 100,000 cells × 20,000 genes, read through piece by piece beside what h5py alone takes to read it.

`python -m tests.speed.cells make FILE gzip`, then `… alone FILE`, `… read FILE`, `… sums FILE`; `make speed` runs all.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import h5py
import numpy as np

if TYPE_CHECKING:
    from commands import Build, Timed

CELLS, GENES, GROUPS = 100_000, 20_000, 200
FILLED = 0.07
BLOCK = 1_000
AT_ONCE = 1 << 23
"""Values that h5py reads at once when it reads alone."""


def measure_cells(build: Build, scratch: Path) -> Iterator[tuple[str, Timed, str]]:
    """What was measured, its run and what is wanted, for the file packed by gzip, as published ones are, and plain.

    Args:
        build: The checkout.
        scratch: A folder with room for 2 GB.
    """
    for packing in ("gzip", "plain"):
        path = scratch / f"{packing}.h5ad"
        build.run_module("tests.speed.cells", "make", str(path), packing)
        what = f"{CELLS:,} cells × {GENES:,} genes, {packing}"
        runs = {job: build.run_module("tests.speed.cells", job, str(path)) for job in ("alone", "read", "sums")}
        wanted = f"{2 * runs['alone'].seconds:.1f} s, 1500 MB"
        yield f"{what}: h5py alone", runs["alone"], "-"
        yield f"{what}: read in pieces", runs["read"], wanted
        yield f"{what}: summed by {GROUPS} groups", runs["sums"], wanted
        path.unlink()


def make(path: Path, packing: str) -> None:
    """Writes an .h5ad of counts, `FILLED` full, genes of very different abundance, cells of `GROUPS` perturbations."""
    rng = np.random.default_rng(7)
    abundance = rng.lognormal(0, 1.8, GENES)
    scale = _scale(abundance)
    packed = {"compression": "gzip", "compression_opts": 4} if packing == "gzip" else {}
    with h5py.File(path, "w") as file:
        file.attrs["encoding-type"], file.attrs["encoding-version"] = "anndata", "0.1.0"
        group = file.create_group("X")
        group.attrs["encoding-type"], group.attrs["encoding-version"] = "csr_matrix", "0.1.0"
        group.attrs["shape"] = np.array([CELLS, GENES])
        guess = (int(CELLS * GENES * FILLED),)
        values, places = (
            group.create_dataset(name, guess, kind, maxshape=(None,), chunks=True, **packed)
            for name, kind in (("data", "f4"), ("indices", "i4"))
        )
        ends, at = [0], 0
        for _ in range(0, CELLS, BLOCK):
            means = abundance * scale * rng.lognormal(0, 0.3, (BLOCK, 1))
            counts = rng.poisson(means.astype(np.float32))
            rows, columns = np.nonzero(counts)
            end = at + len(rows)
            values.resize((max(end, len(values)),))
            places.resize((max(end, len(places)),))
            values[at:end], places[at:end] = counts[rows, columns], columns
            ends.extend(at + np.cumsum(np.bincount(rows, minlength=BLOCK)))
            at = end
        values.resize((at,))
        places.resize((at,))
        group.create_dataset("indptr", data=np.array(ends, dtype=np.int64), **packed)
        _frame(file, "obs", [f"cell{number}" for number in range(CELLS)], rng.integers(GROUPS, size=CELLS))
        _frame(file, "var", [f"GENE{number}" for number in range(GENES)], None)


def _scale(abundance: np.ndarray) -> float:
    """By how much to multiply means, so that as many counts as wanted are not zero (bisection)."""
    low, high = 1e-6, 1e3
    for _ in range(60):
        middle = (low * high) ** 0.5
        low, high = (low, middle) if (1 - np.exp(-abundance * middle)).mean() > FILLED else (middle, high)
    return low


def _frame(file: h5py.File, name: str, names: list[str], codes: np.ndarray | None) -> None:
    group = file.create_group(name)
    group.attrs["_index"], group.attrs["encoding-type"] = "_index", "dataframe"
    group.create_dataset("_index", data=names, dtype=h5py.string_dtype())
    if codes is not None:
        column = group.create_group("perturbation")
        column.create_dataset("codes", data=codes.astype(np.int16))
        column.create_dataset("categories", data=[f"P{n}" for n in range(GROUPS)], dtype=h5py.string_dtype())


def alone(path: Path) -> None:
    """Reads the arrays of the matrix, and nothing else, with h5py and nothing else."""
    with h5py.File(path) as file:
        values, places = file["X/data"], file["X/indices"]
        file["X/indptr"][()]
        for at in range(0, len(values), AT_ONCE):
            _ = values[at : at + AT_ONCE], places[at : at + AT_ONCE]


def read(path: Path) -> None:
    """Reads every piece, checked and ready to be used, and does nothing with it."""
    from db.files.cells.opening import opened_cells

    with opened_cells(path) as cells:
        assert sum(piece.shape[0] for _, piece in cells.pieces()) == CELLS


def sums(path: Path) -> None:
    """Sums the expression of each perturbation's cells, piece by piece."""
    import pandas as pd
    from scipy.sparse import csr_matrix

    from db.files.cells.opening import opened_cells

    with opened_cells(path) as cells:
        codes, names = pd.factorize(cells.column("perturbation"))
        total = np.zeros((len(names), len(cells.genes)))
        for first, piece in cells.pieces():
            own = codes[first : first + piece.shape[0]]
            order = np.argsort(own, kind="stable")
            sorted_cells = piece[order]
            # Cells of one group lie together now: taken as one row, their values add up where they become dense.
            ends = sorted_cells.indptr[np.searchsorted(own[order], np.arange(len(names) + 1))]
            rows = csr_matrix((sorted_cells.data, sorted_cells.indices, ends), (len(names), piece.shape[1]))
            total += rows.toarray()
    assert total.shape == (GROUPS, GENES)


if __name__ == "__main__":
    {"make": make, "alone": alone, "read": read, "sums": sums}[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
