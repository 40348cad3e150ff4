"""Cosines of cells to the mean cell of each label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.cells.neighbourhood import Neighbourhood
from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes, class_means
from tools.genes.matrices import unit_rows

SOFTNESS = 0.05
"""A cosine that is larger by this much is e times as likely."""


@dataclass(frozen=True, eq=False)
class FittedMeans:
    """The mean of each label, of length one.

    Attributes:
        means: Labels × d.
    """

    means: Floats

    @classmethod
    def of(cls, vectors: Floats, codes: Codes) -> FittedMeans:
        """Of labelled cells.

        Args:
            vectors: Cells × d.
            codes: Number of each cell's label.
        """
        return cls(unit_rows(class_means(vectors, codes)).astype(np.float32))

    def cosines(self, vectors: Floats) -> Floats:
        """Of each cell to each mean: cells × labels.

        Args:
            vectors: Cells × d.
        """
        found: Floats = unit_rows(vectors) @ self.means.T
        return found

    def beliefs(self, vectors: Floats, near: Neighbourhood | None = None) -> Floats:  # noqa: ARG002 - the protocol's
        """See `tools.cells.heads.base.FittedHead`."""
        cosines = self.cosines(vectors)
        weights = np.exp((cosines - cosines.max(axis=1, keepdims=True)) / SOFTNESS)
        return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)
