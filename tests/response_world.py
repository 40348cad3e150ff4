"""Responses whose truth is planted: modules of perturbed genes that move modules of readouts, each in one direction."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tests.synthetic_store import MODULE_OF, SYMBOLS, copied_world
from tools.responses.tables import add_responses
from tools.workspace import Paths, Workspace

PERTURBED = range(200)
READ = range(100, 600, 16)


def planted(seed: int, perturbed=PERTURBED, read=READ) -> pd.DataFrame:
    """Columns perturbation, readout, split, de and up; every seed has the same truth and other noise."""
    rng, truth = np.random.default_rng(seed), np.random.default_rng(100)
    modules = int(MODULE_OF.max()) + 1
    moves, rises = truth.random((modules, modules)) < 0.3, truth.random((modules, modules)) < 0.5
    # Some labels are noise, so that nothing is told by certainty.
    rows = []
    for p in perturbed:
        split = "test" if rng.random() < 0.3 else "train"
        for r in read:
            cell = MODULE_OF[p], MODULE_OF[r]
            de = rng.random() < (0.9 if moves[cell] else 0.01)
            rows.append((SYMBOLS[p], SYMBOLS[r], split, de, rng.random() < (0.95 if rises[cell] else 0.05)))
    table = pd.DataFrame(rows, columns=["perturbation", "readout", "split", "de", "up"])
    table["up"] = table["up"].astype("boolean").mask(~table["de"])
    return table.astype({"de": "boolean"})


def write_labels(folder: Path, name: str, table: pd.DataFrame) -> Path:
    """Writes a table as users add it: perturbation, readout, de and up."""
    path = folder / f"{name}.csv"
    table.assign(de=table["de"].astype(int), up=table["up"].astype("Int64")).drop(columns="split").to_csv(
        path, index=False
    )
    return path


def write_line(folder: Path, name: str, table: pd.DataFrame) -> Path:
    """Writes a line as PerturbQA does: X-de.csv and X-dir.csv."""
    folder.mkdir(exist_ok=True)
    for task, column in (("de", "de"), ("dir", "up")):
        rows = table[table[column].notna()]
        frame = pd.DataFrame({"pert": rows["perturbation"], "gene": rows["readout"]})
        frame["label"] = rows[column].astype(int)
        frame["split"] = rows["split"]
        frame.to_csv(folder / f"{name}-{task}.csv", index=False)
    return folder


LEARNT = [i for i in range(60) if i % 3]
"""What table x of `two_tables` perturbs; every third gene of the modules is left to ask about."""


def two_tables(folder: Path, factory) -> Workspace:
    """A workspace with the tables ``x`` (K562) and ``y`` (RPE1, which perturbs all sixty)."""
    store, _ = copied_world(factory, folder)
    made = Workspace(store, np.random.default_rng(0), paths=Paths(folder / "data", folder / "cache"))
    read = range(100, 600, 24)
    for seed, name, cells, perturbed in ((0, "x", "K562", LEARNT), (1, "y", "RPE1", range(60))):
        add_responses(made, write_labels(folder, name, planted(seed, perturbed, read)), name=name, cell_type=cells)
    return made
