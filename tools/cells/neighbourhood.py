"""How cells that are asked about together lie to each other, and what they agree on."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, diags_array, eye_array

from tools.cells.scaling import Floats
from tools.genes.matrices import unit_rows

NEIGHBOURS, SHARE, ROUNDS, AXES = 10, 0.7, 15, 30
"""Nearest cells; how much of a belief comes from them; how often it is passed on; principal axes that they lie in."""
TOGETHER, SEED = 6_000, 0
"""Cells among which neighbours are looked for: of more, parts drawn at random, so that time grows with cells alone."""


def spread(vectors: Floats, values: Floats) -> Floats:
    """Values passed on between neighbours: v ← SHARE · W v + (1 − SHARE) · v₀, `ROUNDS` times.

    W averages over a cell, its nearest ones and those that it is among the nearest of.

    Args:
        vectors: Cells × d.
        values: Cells × m.

    Returns:
        Shape of the values.
    """
    order = np.random.default_rng(SEED).permutation(len(vectors))
    found = np.empty_like(values)
    for part in np.array_split(order, max(1, -(-len(vectors) // TOGETHER))):
        found[part] = _spread(vectors[part], values[part])
    return found


def _spread(vectors: Floats, values: Floats) -> Floats:
    if len(vectors) <= 2:
        return values
    weights, found = _weights(vectors), values
    for _ in range(ROUNDS):
        found = SHARE * (weights @ found) + (1 - SHARE) * values
    return found


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
