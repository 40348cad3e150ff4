"""Small files of perturbed cells whose truth is planted: each perturbation lowers its target, and some move others."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from db.files.cells.writing import write_h5ad

READ = (
    "STAT1", "JAK1", "JAK2", "IFNGR1", "CD3E", "LCK", "MYC", "IL2RA", "GATA3", "B2M", "TAP1", "SOCS1", "ICAM1", "IL2",
    "CD28", "TP53", "PCNA", "RPL3", "RPL5", "RPS6", "PSMA1", "PSMD1", "CTSL", "MTOR", "VAV1", "ZAP70", "ITK", "KRAS",
)  # fmt: skip
MOVED = {"STAT1": ("B2M", "TAP1", "SOCS1"), "JAK1": ("B2M", "TAP1", "SOCS1"), "GATA3": (), "CD3E": ("IL2RA",)}
"""Perturbed gene → the genes that it lowers fourfold, beside itself."""
LOWERED = 0.25


@dataclass
class Cells:
    """A file in the making; tests change what they need.

    Attributes:
        counts: Cells × genes.
        obs: What describes cells.
        genes: Names of the genes.
        var: What describes genes.
    """

    counts: np.ndarray
    obs: pd.DataFrame
    genes: list[str] = field(default_factory=lambda: list(READ))
    var: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def planted(cls, each: int = 40, controls: int = 80, seed: int = 0, moved=MOVED) -> Cells:
        """Counts with a depth of their own for each cell."""
        rng = np.random.default_rng(seed)
        labels = ["non-targeting"] * controls + [gene for gene in moved for _ in range(each)]
        mean = np.tile(np.linspace(4, 12, len(READ)), (len(labels), 1))
        for row, label in enumerate(labels):
            for gene in (label, *moved.get(label, ())):
                if gene in READ:
                    mean[row, READ.index(gene)] *= LOWERED
        depth = rng.uniform(0.6, 1.6, (len(labels), 1))
        order = rng.permutation(len(labels))
        obs = pd.DataFrame({"perturbation": labels, "run": "1"}, dtype=object)
        return cls(rng.poisson(mean * depth).astype(np.float32)[order], obs.iloc[order].reset_index(drop=True))

    def log(self) -> np.ndarray:
        """log1p CP10k."""
        return np.log1p(self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1) * 1e4)

    def write(self, path: Path, matrix: np.ndarray | None = None) -> Path:
        """Writes it as .h5ad, sparse."""
        obs = self.obs.copy()
        obs.index = [f"cell{number}" for number in range(len(obs))]
        var = pd.DataFrame(self.var or None, index=self.genes)
        values = self.counts if matrix is None else matrix
        write_h5ad(path, csr_matrix(values.astype(np.float32)), obs, var)
        return path
