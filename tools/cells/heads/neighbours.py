"""A vote of the ten nearest cells of the reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.cells.heads.base import FittedHead
from tools.cells.neighbourhood import Neighbourhood
from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes
from tools.genes.matrices import unit_rows

NEAREST, ROWS = 10, 2_048


@dataclass(frozen=True, eq=False)
class FittedNeighbours:
    """A fit.

    Attributes:
        vectors: Of the reference, of length one.
        codes: Their labels.
    """

    vectors: Floats
    codes: Codes

    def beliefs(self, vectors: Floats, near: Neighbourhood | None = None) -> Floats:  # noqa: ARG002 - the protocol's
        """See `tools.cells.heads.base.FittedHead`."""
        parts = [self._votes(unit_rows(vectors[start : start + ROWS])) for start in range(0, len(vectors), ROWS)]
        return np.vstack(parts)

    def _votes(self, vectors: Floats) -> Floats:
        count = min(NEAREST, len(self.codes))
        cosines = vectors @ self.vectors.T
        nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        labels = self.codes.max() + 1
        votes = np.zeros((len(vectors), labels))
        # What is nearer decides between labels that have as many votes.
        weights = 1 + 1e-3 * np.take_along_axis(cosines, nearest, axis=1)
        np.add.at(votes, (np.arange(len(vectors))[:, None], self.codes[nearest]), weights)
        return np.asarray(votes / votes.sum(axis=1, keepdims=True), dtype=np.float32)


class Neighbours:
    """10-NN by cosine."""

    def fit(self, vectors: Floats, codes: Codes) -> FittedHead:
        """See `tools.cells.heads.base.Head`."""
        return FittedNeighbours(unit_rows(vectors), codes)


METHOD = Neighbours
