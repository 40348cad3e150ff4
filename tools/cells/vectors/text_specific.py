"""Gene vectors whitened, and weighted by how specifically a gene is expressed."""

from __future__ import annotations

from scipy.sparse import csr_matrix

from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes
from tools.cells.vectors._parts import fit_specific_texts
from tools.cells.vectors.base import FittedCellVectors


class TextSpecific:
    """Scaled expression of telling genes times their whitened vectors.

    What a gene adds is how far the cell lies from the mean cell in it, in sd, times the share of the gene's variance
    that lies between labels. The vectors of all genes are centred, turned to their principal axes, and scaled to equal
    variance along each, since most of what raw vectors share says no more than that they are of genes.
    """

    TEXTS = True

    def fit(self, reference: csr_matrix, codes: Codes, genes: Floats) -> FittedCellVectors:
        """See `tools.cells.vectors.base.CellVectors`."""
        return fit_specific_texts(reference, codes, genes)


METHOD = TextSpecific
