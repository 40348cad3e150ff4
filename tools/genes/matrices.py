"""Latent semantic analysis: many sparse columns folded into a few dimensions that keep the likeness of rows."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

VERSION = ("matrices 2",)
Matrix: TypeAlias = Any
"""A sparse array of scipy or a dense one of numpy."""
Vectors: TypeAlias = npt.NDArray[np.float32]
"""One row for each thing, as encoders make them."""

OVERSAMPLED = 10
"""Random directions beside those that are kept."""
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
    count = min(dimensions, min(weighted.shape) - 1)
    if count < 1:
        return np.zeros((weighted.shape[0], 0))
    left, values = _leading(weighted, count)
    real = values > ROUNDING * values[0]
    return np.asarray((left * values)[:, real], dtype=np.float64)


def _leading(matrix: Matrix, count: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Left singular vectors, the largest entry of each positive, and singular values (Halko et al. 2011, 4.4 and 5.1).

    By numpy alone: scikit-learn's takes two seconds to import, and with it a second library for linear algebra, which
    limits of threads that were set before do not reach.
    """
    turned = matrix.shape[0] < matrix.shape[1]
    rows = matrix.T.tocsr() if turned else matrix
    columns = rows.T.tocsr()
    # The generator and the rule for rounds are those of scikit-learn, so that both give the same directions.
    drawn = np.random.RandomState(0).normal(size=(rows.shape[1], count + OVERSAMPLED))
    for _ in range(7 if count < 0.1 * min(matrix.shape) else 4):
        drawn = _orthonormal(columns @ _orthonormal(rows @ drawn))
    basis, _ = np.linalg.qr(rows @ drawn)
    projected = columns @ basis
    squares, axes = np.linalg.eigh(projected.T @ projected)
    axes, values = axes[:, ::-1][:, :count], np.sqrt(np.maximum(squares[::-1][:count], 0.0))
    left = projected @ axes / np.maximum(values, np.finfo(float).tiny) if turned else basis @ axes
    largest = left[np.abs(left).argmax(axis=0), np.arange(left.shape[1])]
    return left * np.where(largest < 0, -1.0, 1.0), values


def _orthonormal(columns: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Columns that span the same directions at right angles, by way of their scalar products."""
    squares, axes = np.linalg.eigh(columns.T @ columns)
    least = max(float(squares[-1]), np.finfo(float).tiny) * 1e-14
    return np.asarray(columns @ (axes / np.sqrt(np.maximum(squares, least))))


def unit_rows(matrix: Matrix) -> Matrix:
    """The rows scaled to length one; rows of zeros stay.

    Args:
        matrix: n × d, sparse or dense.
    """
    if isinstance(matrix, np.ndarray):
        length = np.linalg.norm(matrix, axis=1, keepdims=True)
        return matrix / np.where(length > 0, length, 1)
    from scipy.sparse import csr_array, diags_array

    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return csr_array(diags_array(1 / np.where(length > 0, length, 1)) @ matrix)
