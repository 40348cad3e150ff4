"""Screens and cells whose noise is known, for what is told of designs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from db.screens.response_cells import write_response_cells
from db.screens.response_context import ContextNames, NewContext, write_context
from tests.synthetic_store import GENES, SYMBOLS
from tools.screens.ingestion.adding import add_screen
from tools.workspace import Workspace

SHARED, SINGLE = 0.1, 0.3
"""Standard deviations of what replicates share, and of what one of them has alone."""


def write_table(path: Path, estimates: np.ndarray, *, controls: np.ndarray | None = None, **columns) -> Path:
    """A table of all genes, with four guides each, and rows of controls below."""
    frame = pd.DataFrame({"gene": SYMBOLS, "lfc": estimates, "guides": 4, **columns})
    if controls is not None:
        names = [f"NTC_{number}" for number in range(len(controls))]
        frame = pd.concat([frame, pd.DataFrame({"gene": names, "lfc": controls, "guides": 1})])
    frame.to_csv(path, index=False)
    return path


def add_table(workspace: Workspace, path: Path, name: str, *, replicates=(), rule: str = "lfc<-1", **columns) -> None:
    """Adds such a table as a screen."""
    mapped = {"gene": "gene", "estimate": "lfc", "guides": "guides", **columns}
    add_screen(
        workspace, path, name=name, phenotype="cytokine", organism="human", positive_means="raises", hit_rule=rule,
        side="low", columns=mapped, replicate_files=replicates,
    )  # fmt: skip


def add_replicated(workspace: Workspace, folder: Path, count: int = 3, *, hits: int = 0) -> None:
    """A screen ``pilot`` of several replicates that share a part of their noise."""
    rng = np.random.default_rng(5)
    common = rng.normal(0, SHARED, GENES) - 2.0 * (np.arange(GENES) < hits)
    files = [write_table(folder / f"r{number}.csv", common + rng.normal(0, SINGLE, GENES)) for number in range(count)]
    add_table(workspace, files[0], "pilot", replicates=files[1:])


def add_cells(
    workspace: Workspace, means: np.ndarray, dispersion: float, *, cells: int = 1500, name: str = "cells",
    normalised: bool = False,
) -> np.ndarray:  # fmt: skip
    """A table of responses with control cells of negative-binomial counts, which are given back."""
    rng = np.random.default_rng(3)
    counts = rng.poisson(rng.gamma(1 / dispersion, dispersion * means, (cells, len(means)))).astype(float)
    counts = counts[counts.sum(axis=1) > 0]
    values = np.log1p(counts / counts.sum(axis=1, keepdims=True) * 1e4)
    if normalised:
        values = values * rng.uniform(0.8, 1.2, values.shape)
    readouts = SYMBOLS[: len(means)]
    genes = pd.DataFrame({"name": readouts, "gene_id": pd.array([None] * len(readouts), "Int64")})
    with workspace.store.write("test") as connection:
        write_context(connection, 1, NewContext(name), ContextNames(readouts[:1], readouts, {}, {}))
        write_response_cells(
            connection, 1, name, perturbations=[""] * len(values), strata=[""] * len(values), genes=genes,
            amounts=csr_matrix(values),
        )  # fmt: skip
    return counts
