"""Genes on one scale: each less its mean and over its standard deviation, in the cells of one file or of another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Floats = npt.NDArray[np.float32]
VERSION = ("scaling 1",)
ROWS = 8_192
"""Cells that are looked at at once, where all of them in double precision would take memory."""
LEAST_SD, FARTHEST = 0.2, 10.0
"""A gene that few cells show has no sd worth dividing by; and one cell is no more than this many sd from the mean."""


@dataclass(frozen=True, eq=False)
class Scale:
    """The mean and sd of each gene.

    Attributes:
        mean: Shape (genes,).
        sd: Likewise, `LEAST_SD` at least.
    """

    mean: Floats
    sd: Floats

    @classmethod
    def of(cls, amounts: csr_matrix) -> Scale:
        """Over some cells.

        Args:
            amounts: Cells × genes.
        """
        mean, squares = moments(amounts)
        sd = np.sqrt(np.maximum(squares - mean**2, 0.0))
        return cls(mean.astype(np.float32), np.maximum(sd, LEAST_SD).astype(np.float32))

    def scaled(self, amounts: csr_matrix) -> Floats:
        """Amounts in standard deviations from the mean, cells × genes, dense.

        Args:
            amounts: Cells × genes, in the same order of genes.
        """
        found: Floats = (amounts.toarray().astype(np.float32) - self.mean) / self.sd
        return np.clip(found, -FARTHEST, FARTHEST, out=found)


def moments(amounts: csr_matrix) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The mean of each gene and of its square, in double precision: their difference is a small part of either.

    Args:
        amounts: Cells × genes.
    """
    cells, genes = amounts.shape
    sums, squares = np.zeros(genes), np.zeros(genes)
    for start in range(0, cells, ROWS):
        first, last = amounts.indptr[start], amounts.indptr[min(start + ROWS, cells)]
        values, places = amounts.data[first:last].astype(np.float64), amounts.indices[first:last]
        sums += np.bincount(places, values, minlength=genes)
        squares += np.bincount(places, values**2, minlength=genes)
    return sums / cells, squares / cells
