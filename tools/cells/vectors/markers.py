"""Scaled expression of the genes that tell the reference's labels apart."""

from __future__ import annotations

from scipy.sparse import csr_matrix

from tools.cells.scaling import Floats, Scale
from tools.cells.telling_genes import Codes, telling_genes
from tools.cells.vectors._fitted import Scaled
from tools.cells.vectors.base import FittedCellVectors

GENES = 350


class Markers:
    """Expression alone: the 350 genes whose variance lies most between labels, each less its mean and over its sd."""

    TEXTS = False

    def fit(self, reference: csr_matrix, codes: Codes, genes: Floats) -> FittedCellVectors:  # noqa: ARG002
        """See `tools.cells.vectors.base.CellVectors`."""
        places = telling_genes(reference, codes, GENES)
        return Scaled(places, Scale.of(reference[:, places]))


METHOD = Markers
