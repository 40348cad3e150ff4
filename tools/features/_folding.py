"""Latent semantic analysis: many sparse columns folded into a few dimensions that keep the likeness of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_array

ROUNDING = 1e-6
"""Directions with less than this share of the largest singular value are rounding noise."""


def folded(weighted: csr_array, dimensions: int) -> npt.NDArray[np.float64]:
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

    count = min(dimensions, min(weighted.shape) - 1)
    if count < 1:
        return np.zeros((weighted.shape[0], 0))
    left, values, _ = randomized_svd(weighted, count, random_state=0)
    real = values > ROUNDING * values[0]
    return np.asarray((left * values)[:, real], dtype=np.float64)


def unit_rows(matrix: csr_array) -> csr_array:
    """A sparse matrix with its rows scaled to unit length; empty rows stay empty.

    Args:
        matrix: Sparse matrix of shape (n, d).
    """
    from scipy.sparse import diags_array

    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (diags_array(1 / np.maximum(lengths, 1e-12)) @ matrix).tocsr()
