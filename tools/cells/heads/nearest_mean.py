"""The label whose mean cell is nearest."""

from __future__ import annotations

from tools.cells.class_means import FittedMeans
from tools.cells.heads.base import FittedHead
from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes


class NearestMean:
    """By cosine to the mean vector of each label."""

    def fit(self, vectors: Floats, codes: Codes) -> FittedHead:
        """See `tools.cells.heads.base.Head`."""
        return FittedMeans.of(vectors, codes)


METHOD = NearestMean
