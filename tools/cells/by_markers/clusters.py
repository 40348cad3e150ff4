"""Clusters of cells: those of a column, or found by k-means in the usual space of expression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from db.acts import COLUMN, option
from db.errors import RefusedFileError
from tools.cells.reading import LabelledCells, Texts
from tools.cells.scaling import Scale
from tools.cells.telling_genes import Codes, class_means, telling_genes
from tools.cells.vectors.expression_pca import ExpressionPca

FEWEST, MOST = 2, 300
FOUND = 30
"""Clusters that are found at most."""
TELLING, HIGHER = 1_500, 0.3
"""Genes that tell clusters apart; and how far above the mean of all cells, in sd, a gene of a cluster stands."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """Which cluster each cell is in.

    Attributes:
        names: Of the clusters.
        codes: Number of each cell's cluster, −1 for a cell that is in none.
        by: Where they come from, in words.
    """

    names: Texts
    codes: Codes
    by: str


def clusters_of(cells: LabelledCells, given: Texts, column: str, seed: int) -> Clusters:
    """The clusters of a column, or found ones.

    Args:
        cells: The cells.
        given: Values of the column; not looked at where no column is named.
        column: Its name; clusters are found where empty.
        seed: Of the search.

    Raises:
        RefusedFileError: There are too few cells or clusters, or more clusters than a column of clusters has.
    """
    if column:
        return _given(cells.name, given, column)
    if len(cells.barcodes) < 2 * FEWEST:
        raise RefusedFileError(
            f"{cells.name} has {len(cells.barcodes)} cells: too few to find clusters in.",
            f"Name a column of clusters: {option(clusters=COLUMN)}.",
        )
    return _found(cells.amounts, seed)


def _given(name: str, given: Texts, column: str) -> Clusters:
    names = np.array(sorted(set(given) - {""}), dtype=object)
    if not FEWEST <= len(names) <= MOST:
        raise RefusedFileError(
            f"Column {column!r} of {name} has {len(names)} values; clusters are {FEWEST} to {MOST}.",
            f"Name another column, {option(clusters=COLUMN)}, or none, so that clusters are found.",
        )
    codes = np.where(given == "", -1, np.searchsorted(names, given).clip(0, len(names) - 1))
    return Clusters(names, codes.astype(np.int64), f"column {column}")


def _found(amounts: csr_matrix, seed: int) -> Clusters:
    from sklearn.cluster import KMeans

    fit = ExpressionPca().fit(amounts, np.zeros(amounts.shape[0], dtype=np.int64), np.zeros((0, 0), dtype=np.float32))
    vectors = fit.of(amounts[:, fit.places], own_scale=False)
    # Rather too many than too few: clusters that are called the same are seen to be one, two in one are not.
    count = int(np.clip(np.sqrt(len(vectors)) / 2, FEWEST, FOUND))
    codes = KMeans(count, n_init=3, random_state=seed).fit_predict(vectors)
    there, again = np.unique(codes, return_inverse=True)
    names = np.array([str(one + 1) for one in range(len(there))], dtype=object)
    return Clusters(names, again.astype(np.int64), f"k-means on 50 principal components, {len(there)} clusters")


def top_genes(amounts: csr_matrix, codes: Codes, count: int) -> list[Codes]:
    """Places of the genes of each cluster whose mean lies highest above that of all cells, in sd, the highest first.

    Args:
        amounts: Cells × genes.
        codes: Cluster of each cell, from 0 and without a gap.
        count: How many at most.
    """
    places = telling_genes(amounts, codes, TELLING)
    own = amounts[:, places]
    scale = Scale.of(own)
    higher = (class_means(own, codes) - scale.mean) / scale.sd
    found = []
    for row in higher:
        order = np.argsort(-row, kind="stable")[:count]
        found.append(places[order[row[order] > HIGHER]])
    return found
