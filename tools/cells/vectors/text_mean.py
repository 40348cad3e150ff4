"""GenePT-w: the mean of gene vectors, weighted by expression."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes
from tools.cells.vectors._fitted import Plain
from tools.cells.vectors.base import FittedCellVectors
from tools.genes.matrices import unit_rows


class TextMean:
    """The sum of the vectors of a cell's genes, weighted by log1p CP10k, of length one (Chen, Zou 2024: GenePT-w)."""

    TEXTS = True

    def fit(self, reference: csr_matrix, codes: Codes, genes: Floats) -> FittedCellVectors:  # noqa: ARG002
        """See `tools.cells.vectors.base.CellVectors`."""
        places = np.flatnonzero(np.abs(genes).sum(axis=1) > 0)
        known = genes[places]
        return Plain(places, lambda amounts: unit_rows(np.asarray(amounts @ known, dtype=np.float32)))


METHOD = TextMean
