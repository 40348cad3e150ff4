"""The label whose mean cell is nearest, agreed on with the nearest of the cells that are asked about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.cells.class_means import FittedMeans
from tools.cells.heads.base import FittedHead
from tools.cells.neighbourhood import Neighbourhood
from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes


@dataclass(frozen=True, eq=False)
class FittedSpread:
    """A fit.

    Attributes:
        nearest: The means that each cell is compared with.
    """

    nearest: FittedMeans

    def beliefs(self, vectors: Floats, near: Neighbourhood | None = None) -> Floats:
        """See `tools.cells.heads.base.FittedHead`."""
        near = near or Neighbourhood.of(vectors)
        return np.asarray(near.spread(self.nearest.beliefs(vectors)), dtype=np.float32)


class SpreadMean:
    """Beliefs by the nearest mean, spread over the ten nearest cells among those asked about (Zhou et al. 2004).

    Cells that are asked about together are of one laboratory and species, and lie closer to each other than to the
    reference: what is clear of most of a group decides for the others. No label of theirs is used.
    """

    def fit(self, vectors: Floats, codes: Codes) -> FittedHead:
        """See `tools.cells.heads.base.Head`."""
        return FittedSpread(FittedMeans.of(vectors, codes))


METHOD = SpreadMean
