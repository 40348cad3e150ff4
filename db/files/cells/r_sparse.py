"""Sparse matrices of R's package Matrix, as rdata gives them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import coo_matrix, csc_matrix, csr_matrix


def is_sparse(found: Any) -> bool:  # noqa: ANN401 - rdata's own objects
    """Whether an object is a sparse matrix of numbers (dgTMatrix, dgCMatrix).

    Args:
        found: The object.
    """
    parts = vars(found) if hasattr(found, "__dict__") else {}
    return {"i", "x", "Dim", "Dimnames"} <= set(parts) and bool({"j", "p"} & set(parts))


def sparse_by_cell(found: Any) -> csr_matrix:  # noqa: ANN401 - rdata's own objects
    """Its columns as rows: cells × features, float32.

    Args:
        found: A matrix that `is_sparse` knows.
    """
    parts = vars(found)
    shape = tuple(int(size) for size in parts["Dim"])
    values, rows = np.asarray(parts["x"], dtype=np.float32), np.asarray(parts["i"])
    if "p" in parts:
        return csr_matrix(csc_matrix((values, rows, np.asarray(parts["p"])), shape=shape).T)
    return csr_matrix(coo_matrix((values, (rows, np.asarray(parts["j"]))), shape=shape).T)
