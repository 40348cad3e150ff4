"""Principal components of expression."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from tools.cells.scaling import Floats, Scale
from tools.cells.telling_genes import Codes
from tools.cells.vectors._fitted import Scaled
from tools.cells.vectors.base import FittedCellVectors

GENES, COMPONENTS, MOST_CELLS = 2_000, 50, 20_000


class ExpressionPca:
    """The usual space of cells: the first components of the 2,000 most variable genes, scaled (no label is used)."""

    TEXTS = False

    def fit(self, reference: csr_matrix, codes: Codes, genes: Floats) -> FittedCellVectors:  # noqa: ARG002
        """See `tools.cells.vectors.base.CellVectors`."""
        from sklearn.decomposition import PCA

        scale = Scale.of(reference)
        places = np.sort(np.argsort(-scale.sd, kind="stable")[:GENES])
        own = Scale(scale.mean[places], scale.sd[places])
        # Components of many cells are those of a part of them, and dense cells take memory.
        step = max(1, -(-reference.shape[0] // MOST_CELLS))
        dense = own.scaled(reference[::step, places])
        count = min(COMPONENTS, min(dense.shape) - 1)
        turned = PCA(count, svd_solver="randomized", random_state=0).fit(dense).components_.T
        return Scaled(places, own, np.asarray(turned, dtype=np.float32))


METHOD = ExpressionPca
