"""Small files of labelled cells whose truth is planted: each type raises genes of its own, in human and in mouse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from db.files.cells.writing import write_h5ad
from tests.synthetic_store import SYMBOLS

GENES = SYMBOLS[:120]
TYPES = ("alpha", "beta", "delta", "ductal")
OWN = 12
"""Genes that are a type's own: those of type k stand at 12·k and on."""
RAISED = 6.0


def own_genes(kind: int) -> list[str]:
    """The genes that a type raises."""
    return GENES[OWN * kind : OWN * (kind + 1)]


def counts_of(kinds: np.ndarray, seed: int, shift: np.ndarray | None = None) -> np.ndarray:
    """Counts of cells × genes; `shift` multiplies each gene, as another species or laboratory does."""
    rng = np.random.default_rng(seed)
    mean = np.tile(np.random.default_rng(99).uniform(0.5, 3.0, len(GENES)), (len(kinds), 1))
    for row, kind in enumerate(kinds):
        mean[row, OWN * kind : OWN * (kind + 1)] *= RAISED
    depth = rng.uniform(0.6, 1.6, (len(kinds), 1))
    return rng.poisson(mean * depth * (1.0 if shift is None else shift)).astype(np.float32)


def write_cells(
    path: Path, each: tuple[int, ...] = (40, 40, 40, 40), seed: int = 0, *, mouse: bool = False,
    labels: tuple[str, ...] = TYPES, donors: int = 2, obs: dict | None = None, genes: list[str] | None = None,
) -> Path:  # fmt: skip
    """A file of cells, types in a drawn order; mouse cells have their symbols and another level of each gene."""
    rng = np.random.default_rng([seed, 1])
    kinds = rng.permutation(np.repeat(np.arange(len(each)), each))
    shift = np.random.default_rng(5).uniform(0.3, 3.0, len(GENES)) if mouse else None
    names = genes or ([one.title() for one in GENES] if mouse else GENES)
    frame = pd.DataFrame({
        "cell_type": [labels[kind] for kind in kinds],
        "donor": [f"d{one}" for one in rng.integers(donors, size=len(kinds))],
        **(obs or {}),
    }, dtype=object)  # fmt: skip
    frame.index = [f"cell{number}" for number in range(len(kinds))]
    write_h5ad(path, csr_matrix(counts_of(kinds, seed, shift)), frame, pd.DataFrame(index=names))
    return path
