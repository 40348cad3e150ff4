"""What a way to make vectors of cells is: it is fitted to a reference, and then applied to any cells."""

from __future__ import annotations

from typing import Protocol

from scipy.sparse import csr_matrix

from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes

DEFAULT = "markers"
"""The vectors that are used where none are named: `benchmark cells` says why."""


class FittedCellVectors(Protocol):
    """What a fit gives; there is no unfitted state."""

    @property
    def places(self) -> Codes:
        """The genes that are read, as places among those of the reference, ascending."""
        ...

    def of(self, amounts: csr_matrix, *, own_scale: bool) -> Floats:
        """Vectors of cells, n × d.

        Args:
            amounts: Cells × the genes of `places`: log1p CP10k.
            own_scale: Whether genes are scaled by these very cells, as across species, or by the reference.
        """
        ...


class CellVectors(Protocol):
    """One way to make them."""

    TEXTS: bool
    """Whether they rest on vectors of genes."""

    def fit(self, reference: csr_matrix, codes: Codes, genes: Floats) -> FittedCellVectors:
        """Learns what is needed from labelled cells.

        Args:
            reference: Cells × genes: log1p CP10k.
            codes: Number of each cell's label, from 0 and without a gap.
            genes: Vectors of the genes, genes × d; zeros for a gene of which nothing is known. No column where `TEXTS`
                is false.
        """
        ...
