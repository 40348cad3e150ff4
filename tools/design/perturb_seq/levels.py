"""How strongly readout genes are expressed in a cell, and how far cells differ: from a pilot's cells, or assumed.

Counts of a gene are negative binomial with mean μ and variance μ + φμ². A pilot's cells are kept as log1p of counts per
10,000, from which counts come back exactly: the smallest value that a cell shows is one count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from db.acts import FILE, act
from db.errors import InvalidValueError
from db.screens.response_cells import SampledCells, response_cells
from db.store import Store

Floats = npt.NDArray[np.floating[Any]]
GENES, UMIS = 8_000, 10_000
MEDIAN, SPREAD = 0.35, 1.0
"""Counts per 10,000 of the median of the 8,000 strongest genes, and the standard deviation of their logarithms."""
LEAST, BY_LEVEL = 0.15, 0.4
"""Dispersion φ = 0.15 + 0.4 / (counts per 10,000). These four by moments over beta and ductal cells of Baron 2016, each
donor for itself."""
FEWEST_CELLS = 50
_POINTS = 400


@dataclass(frozen=True, eq=False)
class Levels:
    """Expression of readout genes in cells without a perturbation.

    Attributes:
        means: Counts of a cell, shape (points,); each point stands for as many genes as any other.
        dispersions: φ of each, shape (points,).
        genes: Genes that the points stand for.
        umis: Counts of a cell over all genes.
        source: Where it comes from, in words.
    """

    means: Floats
    dispersions: Floats
    genes: int
    umis: float
    source: str


def assumed_levels(genes: int = GENES, umis: float = UMIS) -> Levels:
    """Expression as in cells of the human pancreas: log-normal, few genes strong.

    Args:
        genes: Genes that are tested.
        umis: Counts of a cell.
    """
    from scipy.special import ndtri

    places = (np.arange(_POINTS) + 0.5) / _POINTS
    levels = MEDIAN * np.exp(SPREAD * ndtri(places))
    return Levels(
        levels * umis / 1e4, LEAST + BY_LEVEL / levels, genes, umis, "cells of the human pancreas (Baron 2016)"
    )


def pilot_levels(store: Store, table: str) -> Levels:
    """Expression of a pilot's control cells.

    Args:
        store: The store.
        table: Table of responses.

    Raises:
        NotFoundError: There is no such table.
        InvalidValueError: The store has too few of its control cells, or they are no counts.
    """
    sample = response_cells(store, table)
    counts = _control_counts(sample, table)
    depth = np.asarray(counts.sum(axis=1)).ravel()
    relative = counts.multiply(1 / depth[:, None]).tocsc()
    means = np.asarray(relative.mean(axis=0)).ravel()
    squares = np.asarray(relative.multiply(relative).mean(axis=0)).ravel()
    there = means > 0
    means, squares = means[there], squares[there]
    # Of the variance of a share, what counting alone gives is mean / depth.
    beyond = (squares - means**2) * len(depth) / (len(depth) - 1) - means * np.mean(1 / depth)
    umis = float(np.median(depth))
    return Levels(means * umis, np.maximum(beyond / means**2, 0.0), int(there.sum()), umis, table)


def _control_counts(sample: SampledCells, table: str) -> Any:  # noqa: ANN401 – a sparse matrix, which scipy does not type
    rows = np.flatnonzero((sample.perturbations == "").to_numpy(bool))
    if len(rows) < FEWEST_CELLS:
        raise InvalidValueError(
            f"The store has {len(rows)} control cells of {table}, and {FEWEST_CELLS} are needed to tell expression.",
            f"Add the pilot's cells by {act('add_perturb_seq', FILE)}, which keeps a sample of them.",
        )
    natural = sample.amounts[rows].astype(float)
    natural.data = np.expm1(natural.data)
    least = np.array([natural.data[a:b].min() if b > a else 1.0 for a, b in _bounds(natural)])
    natural = natural.multiply(1 / least[:, None]).tocsr()
    rounded = np.rint(natural.data)
    if np.abs(natural.data - rounded).max(initial=0.0) > 0.05 * max(float(rounded.max(initial=1.0)), 1.0) ** 0.5:
        raise InvalidValueError(
            f"The cells of {table} are no counts, so how much of their spread is counting cannot be told.",
            "Name a pilot that was added from counts, or give its dispersion.",
        )
    natural.data = rounded
    return natural[np.asarray(natural.sum(axis=1)).ravel() > 0]


def _bounds(matrix: Any) -> list[tuple[int, int]]:  # noqa: ANN401 – as above
    return list(zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True))
