"""Latent semantic analysis: many sparse columns folded into a few dimensions that keep the likeness of rows."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

VERSION = ("matrices 3",)
Matrix: TypeAlias = Any
"""A sparse array of scipy or a dense one of numpy."""
Vectors: TypeAlias = npt.NDArray[np.float32]
"""One row for each thing, as encoders make them."""

ROUNDING = 1e-6
"""Directions with less than this share of the largest singular value are rounding noise."""


def folded(weighted: Matrix, dimensions: int) -> npt.NDArray[np.float64]:
    """The left singular vectors times the singular values of a sparse matrix (Deerwester et al. 1990).

    Rows of the result have nearly the scalar products that they have in the matrix: no other k columns could keep
    them much better. The directions are found by random projection with a fixed seed (Halko et al. 2011).

    Args:
        weighted: Sparse matrix of shape (n, d).
        dimensions: At most this many columns are kept.

    Returns:
        Shape (n, k), k ≤ `dimensions`; no column where the matrix has one row or one column.
    """
    from sklearn.utils.extmath import randomized_svd
    from threadpoolctl import threadpool_limits

    count = min(dimensions, min(weighted.shape) - 1)
    if count < 1:
        return np.zeros((weighted.shape[0], 0))
    # A limit that was set before reaches no library that was loaded since, as scikit-learn's was just now.
    with threadpool_limits(1):
        left, values, _ = randomized_svd(weighted, count, random_state=0)
    real = values > ROUNDING * values[0]
    return np.asarray((left * values)[:, real], dtype=np.float64)


def unit_rows(matrix: Matrix) -> Matrix:
    """The rows scaled to length one; rows of zeros stay.

    Args:
        matrix: n × d, sparse or dense.
    """
    from scipy.sparse import csr_array, diags_array, issparse

    if not issparse(matrix):
        length = np.linalg.norm(matrix, axis=1, keepdims=True)
        return matrix / np.where(length > 0, length, 1)
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return csr_array(diags_array(1 / np.where(length > 0, length, 1)) @ matrix)
