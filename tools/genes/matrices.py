"""Latent semantic analysis: many sparse columns folded into a few dimensions that keep the likeness of rows."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

VERSION = ("matrices 4",)
Matrix: TypeAlias = Any
"""A sparse array of scipy or a dense one of numpy."""
Vectors: TypeAlias = npt.NDArray[np.float32]
"""One row for each thing, as encoders make them."""

Numbers: TypeAlias = npt.NDArray[np.float64]

SEED, MORE, FEW_STEPS, MANY_STEPS = 0, 10, 4, 7
"""Of the random projection, as scikit-learn chooses them: its seed, columns beyond those that are kept, and the power
iterations, more of them where few directions of many are looked for."""
TOGETHER = 64
INDEPENDENT = 1e-5
"""Least pivot of a Cholesky factor, as a share of the largest, with which it is as good as reflections."""
ROUNDING = 1e-6
"""Directions with less than this share of the largest singular value are rounding noise."""


def folded(weighted: Matrix, dimensions: int) -> npt.NDArray[np.float64]:
    """The left singular vectors times the singular values of a sparse matrix (Deerwester et al. 1990).

    Rows of the result have nearly the scalar products that they have in the matrix: no other k columns could keep
    them much better. The directions are found by random projection with a fixed seed and power iterations (Halko et
    al. 2011); the largest entry of each is positive.

    Args:
        weighted: Sparse matrix of shape (n, d).
        dimensions: At most this many columns are kept.

    Returns:
        Shape (n, k), k ≤ `dimensions`; no column where the matrix has one row or one column.
    """
    from threadpoolctl import threadpool_limits

    count = min(dimensions, min(weighted.shape) - 1)
    if count < 1:
        return np.zeros((weighted.shape[0], 0))
    with threadpool_limits(1):
        vectors, values = _leading(weighted, count)
    vectors = vectors[:, values > ROUNDING * values[0]]
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])]
    return np.asarray(vectors * np.where(largest < 0, -1.0, 1.0), dtype=np.float64)


def _leading(weighted: Matrix, count: int) -> tuple[Numbers, Numbers]:
    """Left singular vectors times singular values, shape (n, count), and the values, largest first."""
    wide = weighted.shape[0] < weighted.shape[1]
    tall = (weighted.T if wide else weighted).tocsr()
    flat = tall.T.tocsr()
    basis = np.random.RandomState(SEED).normal(size=(tall.shape[1], count + MORE))
    steps = MANY_STEPS if count < 0.1 * min(tall.shape) else FEW_STEPS
    for step in range(steps):
        basis = np.hstack([flat @ (tall @ part) for part in _parts(basis)])
        # Twice in a row costs few digits of the weakest direction, and half the time.
        if step % 2 == 1 or step == steps - 1:
            basis = np.matmul(*_orthonormal(basis))
    reached, turn = _orthonormal(np.hstack([tall @ part for part in _parts(basis)]))
    back = np.hstack([flat @ part for part in _parts(reached)]) @ turn
    squares, axes = np.linalg.eigh(back.T @ back)
    values, axes = np.sqrt(np.maximum(squares[::-1], 0.0))[:count], axes[:, ::-1][:, :count]
    return back @ axes if wide else reached @ (turn @ axes * values), values


def _parts(columns: Numbers) -> list[Numbers]:
    """A few columns at a time, each part together in memory: what a sparse row meets then stays close at hand."""
    return [np.ascontiguousarray(columns[:, i : i + TOGETHER]) for i in range(0, columns.shape[1], TOGETHER)]


def _orthonormal(columns: Numbers) -> tuple[Numbers, Numbers]:
    """Two matrices whose product is an orthonormal basis of the space of some columns.

    The first are the columns themselves, and the second comes from the Cholesky factor of their products: that takes
    far less time than reflections, which are left for columns that are nearly dependent.
    """
    try:
        factor = np.linalg.cholesky(columns.T @ columns)
    except np.linalg.LinAlgError:
        factor = np.zeros((1, 1))
    pivots = np.diag(factor)
    if pivots.min() > INDEPENDENT * pivots.max():
        return columns, np.linalg.inv(factor).T
    basis = np.linalg.qr(columns)[0]
    return basis, np.eye(basis.shape[1])


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
