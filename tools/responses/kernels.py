"""Kernels: how alike two genes are by annotation, and two readouts by what moves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tools.genes.matrices import VERSION as MATRICES
from tools.genes.matrices import Matrix

Floats = npt.NDArray[np.floating[Any]]

VERSION = ("kernels 1", *MATRICES)
DENSE = 0.02
"""Share of filled cells from which a dense product is quicker than a sparse one."""


def cosine(x: Matrix, y: Matrix) -> Floats:
    """Cosine similarity of unit rows, negative values set to zero: n × m.

    Args:
        x: n × d, rows of length one (or zero), sparse or dense.
        y: m × d, likewise.
    """
    from scipy.sparse import issparse

    if issparse(x) and x.nnz > DENSE * np.prod(x.shape):
        # One array for both sides where they are one: numpy then computes half of the product.
        x, y = (dense := x.toarray()), dense if y is x else y.toarray()
    product = x @ y.T
    full = product.toarray() if issparse(product) else product
    return np.asarray(np.maximum(full, 0), dtype=np.float32)


def cosines(x: Mapping[str, Matrix], y: Mapping[str, Matrix]) -> dict[str, Floats]:
    """Source → cosine similarity, n × m.

    Args:
        x: Source → rows.
        y: Source → rows of the same sources.
    """
    return {source: cosine(rows, y[source]) for source, rows in x.items()}


def unit_of(kernel: Floats) -> float:
    """The 99th percentile of a kernel, by which sources are made comparable; never zero.

    Args:
        kernel: n × m, not negative.
    """
    high = float(np.quantile(kernel, 0.99))
    if high <= 0:
        high = float(kernel.max())
    return high if high > 0 else 1.0


def mixed(kernels: Mapping[str, Floats], units: Mapping[str, float], sources: Sequence[str], power: float) -> Floats:
    """(mean over sources of kernel / unit) ^ power, n × m.

    Args:
        kernels: Source → cosine similarity, n × m.
        units: Source → its unit.
        sources: Those that are mixed, where they are there; all others where none is.
        power: Above 1 close neighbours count for more.
    """
    used = [source for source in sources if source in kernels] or list(kernels)
    total = sum((kernels[source] / units[source] for source in used), start=np.float32(0))
    return np.asarray((total / np.float32(len(used))) ** np.float32(power), dtype=np.float32)


@dataclass(frozen=True)
class Coresponses:
    """How alike readouts answer, among those that respond in training at all.

    Attributes:
        live: Places of those readouts.
        by_sign: `coresponse` of their signs, live × live.
        by_response: `coresponse` of whether they respond, centred, live × live.
    """

    live: npt.NDArray[np.int64]
    by_sign: Floats
    by_response: Floats


def coresponses(kernel: Floats, sign: Floats, responds: Floats) -> Coresponses:
    """Both readings of how alike readouts answer.

    Args:
        kernel: Perturbations × perturbations.
        sign: +1 up, −1 down, 0 not known, perturbations × readouts.
        responds: 1 where the readout responds, likewise.
    """
    # A readout that never responds in training has no co-response with any.
    live = np.flatnonzero(responds.sum(axis=0) > 0)
    return Coresponses(
        live,
        coresponse(kernel, sign[:, live], centred=False),
        coresponse(kernel, responds[:, live], centred=True),
    )


def coresponse(kernel: Floats, responses: Floats, *, centred: bool) -> Floats:
    """Readouts that answer alike: the squared cosine, r × r, of their responses smoothed over perturbations.

    With Z = rows of (K / row sums) T, taken down the columns and scaled to length one: max(0, ZᵀZ)².

    Args:
        kernel: K, perturbations × perturbations.
        responses: T, perturbations × r readouts.
        centred: Whether the mean over perturbations is taken off first.
    """
    smooth = (kernel / (kernel.sum(axis=1, keepdims=True) + 1e-6)) @ responses
    if centred:
        smooth = smooth - smooth.mean(axis=0)
    scaled = smooth / np.maximum(np.linalg.norm(smooth, axis=0, keepdims=True), 1e-9)
    return np.asarray(np.maximum(scaled.T @ scaled, 0) ** 2, dtype=np.float32)
