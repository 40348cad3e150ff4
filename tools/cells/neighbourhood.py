"""How cells that are asked about together lie to each other, and what they agree on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags_array, eye_array

from tools.cells.scaling import Floats
from tools.genes.matrices import unit_rows

Places = npt.NDArray[np.int64]

NEIGHBOURS, SHARE, ROUNDS, AXES = 10, 0.7, 15, 30
"""Nearest cells; how much of a belief comes from them; how often it is passed on; principal axes that they lie in."""
TOGETHER, SEED = 6_000, 0
"""Cells among which neighbours are looked for: of more, parts drawn at random, so that time grows with cells alone."""


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """Which cells are near which; found once, since that takes most of the time of naming cells.

    Attributes:
        parts: Cells that were looked at together, and W among them, which averages over a cell, its nearest ones and
            those that it is among the nearest of; None for so few cells that none is near.
    """

    parts: Sequence[tuple[Places, csr_matrix | None]]

    @classmethod
    def of(cls, vectors: Floats) -> Neighbourhood:
        """Of some cells.

        Args:
            vectors: Cells × d.
        """
        parts = parts_of(len(vectors))
        return cls([(part, _weights(vectors[part]) if len(part) > 2 else None) for part in parts])

    def spread(self, values: Floats) -> Floats:
        """Values passed on between neighbours: v ← SHARE · W v + (1 − SHARE) · v₀, `ROUNDS` times.

        Args:
            values: Cells × m.

        Returns:
            Shape of the values.
        """
        found = values.copy()
        for part, weights in self.parts:
            if weights is None:
                continue
            own = now = values[part]
            for _ in range(ROUNDS):
                now = SHARE * (weights @ now) + (1 - SHARE) * own
            found[part] = now
        return found


def parts_of(cells: int) -> list[Places]:
    """The cells that are looked at together: `TOGETHER` of them at most, drawn at random.

    Args:
        cells: How many there are.
    """
    order = np.random.default_rng(SEED).permutation(cells)
    return np.array_split(order, max(1, -(-cells // TOGETHER)))


def _weights(vectors: Floats) -> csr_matrix:
    from sklearn.decomposition import PCA
    from sklearn.neighbors import NearestNeighbors

    count, n = min(NEIGHBOURS, len(vectors) - 1), len(vectors)
    axes = min(AXES, min(vectors.shape) - 1)
    placed = unit_rows(vectors)
    if axes >= 1:
        placed = PCA(axes, svd_solver="randomized", random_state=SEED).fit_transform(placed)
    nearest = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(placed).kneighbors(return_distance=False)
    near = csr_matrix((np.ones(n * count), (np.repeat(np.arange(n), count), nearest.ravel())), shape=(n, n))
    both = csr_matrix(near + near.T + eye_array(n))
    return csr_matrix(diags_array(1 / np.asarray(both.sum(axis=1)).ravel()) @ both)
