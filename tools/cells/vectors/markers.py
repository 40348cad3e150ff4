"""Scaled expression of the genes that tell the reference's labels apart."""

from __future__ import annotations

from scipy.sparse import csr_matrix

from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes
from tools.cells.vectors._parts import fit_markers
from tools.cells.vectors.base import FittedCellVectors


class Markers:
    """Expression alone: the 350 genes whose variance lies most between labels, each less its mean and over its sd."""

    TEXTS = False

    def fit(self, reference: csr_matrix, codes: Codes, genes: Floats) -> FittedCellVectors:  # noqa: ARG002
        """See `tools.cells.vectors.base.CellVectors`."""
        return fit_markers(reference, codes)


METHOD = Markers
