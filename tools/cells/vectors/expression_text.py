"""Expression and text together."""

from __future__ import annotations

from scipy.sparse import csr_matrix

from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes
from tools.cells.vectors._fitted import Together
from tools.cells.vectors._parts import fit_markers, fit_specific_texts
from tools.cells.vectors.base import FittedCellVectors

TEXT = 0.25
"""Weight of the text's part, where that of expression is one."""


class ExpressionText:
    """Markers and specific texts beside each other, so that cosines are weighted means of both."""

    TEXTS = True

    def fit(self, reference: csr_matrix, codes: Codes, genes: Floats) -> FittedCellVectors:
        """See `tools.cells.vectors.base.CellVectors`."""
        parts = (fit_markers(reference, codes), 1.0), (fit_specific_texts(reference, codes, genes), TEXT)
        return Together(parts)


METHOD = ExpressionText
