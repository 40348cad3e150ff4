"""Gene vectors whitened, and weighted by how specifically a gene is expressed."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from tools.cells.scaling import Floats, Scale
from tools.cells.telling_genes import Codes, explained, telling_genes
from tools.cells.vectors._fitted import Scaled
from tools.cells.vectors.base import FittedCellVectors

GENES, DIMENSIONS = 350, 128


class TextSpecific:
    """Scaled expression of telling genes times their whitened vectors.

    What a gene adds is how far the cell lies from the mean cell in it, in sd, times the share of the gene's variance
    that lies between labels. The vectors of all genes are centred, turned to their principal axes, and scaled to equal
    variance along each, since most of what raw vectors share says no more than that they are of genes.
    """

    TEXTS = True

    def fit(self, reference: csr_matrix, codes: Codes, genes: Floats) -> FittedCellVectors:
        """See `tools.cells.vectors.base.CellVectors`."""
        known = np.abs(genes).sum(axis=1) > 0
        share = explained(reference, codes)
        # Of the known genes, as many as there are.
        places = telling_genes(reference[:, np.flatnonzero(known)], codes, GENES)
        places = np.flatnonzero(known)[places]
        turned = whitened(genes, known)[places] * share[places, None]
        return Scaled(places, Scale.of(reference[:, places]), turned.astype(np.float32))


def whitened(genes: Floats, known: np.ndarray) -> Floats:
    """Vectors of genes with mean 0 and equal variance along their first principal axes; zeros where unknown.

    Args:
        genes: Genes × d.
        known: Which genes have a vector.
    """
    centred = genes[known] - genes[known].mean(axis=0)
    left, _, _ = np.linalg.svd(centred, full_matrices=False)
    axes = min(DIMENSIONS, max(1, len(left) - 1), left.shape[1])
    found = np.zeros((len(genes), axes), dtype=np.float32)
    found[known] = left[:, :axes] * np.sqrt(len(left))
    return found


METHOD = TextSpecific
