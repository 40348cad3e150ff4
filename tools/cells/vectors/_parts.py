"""The two parts of expression and text, each of which stands alone too."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from tools.cells.scaling import Floats, Scale
from tools.cells.telling_genes import Codes, explained, telling_genes
from tools.cells.vectors._fitted import Scaled

GENES, DIMENSIONS = 350, 128
"""Telling genes of either part; principal axes of gene vectors."""


def fit_markers(reference: csr_matrix, codes: Codes) -> Scaled:
    """Scaled expression of telling genes.

    Args:
        reference: Cells × genes.
        codes: Number of each cell's label.
    """
    places = telling_genes(reference, codes, GENES)
    return Scaled(places, Scale.of(reference[:, places]))


def fit_specific_texts(reference: csr_matrix, codes: Codes, genes: Floats) -> Scaled:
    """Scaled expression of telling genes times their whitened vectors, weighted by what labels explain.

    Args:
        reference: Cells × genes.
        codes: Number of each cell's label.
        genes: Vectors of the genes.
    """
    known = np.flatnonzero(np.abs(genes).sum(axis=1) > 0)
    # Of the known genes, as many as there are.
    places = known[telling_genes(reference[:, known], codes, GENES)]
    weights = explained(reference, codes)[places]
    turned = whitened(genes, np.abs(genes).sum(axis=1) > 0)[places] * weights[:, None]
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
