"""Genes in the order of their expression: the mean of the vectors of the first 2,048, weighted by place."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes
from tools.cells.vectors._fitted import Plain
from tools.cells.vectors.base import FittedCellVectors
from tools.genes.matrices import unit_rows

LENGTH = 2_048


class TextRanked:
    """A cell as scReader orders it: its 2,048 most expressed genes (Li et al. 2024), without a language model.

    The gene at place r weighs 1 / log2(1 + r); genes of equal expression share the mean weight of their places.
    """  # fmt: skip

    TEXTS = True

    def fit(self, reference: csr_matrix, codes: Codes, genes: Floats) -> FittedCellVectors:  # noqa: ARG002
        """See `tools.cells.vectors.base.CellVectors`."""
        places = np.flatnonzero(np.abs(genes).sum(axis=1) > 0)
        known = genes[places]
        return Plain(places, lambda amounts: unit_rows(np.asarray(ranked(amounts) @ known, dtype=np.float32)))


def ranked(amounts: csr_matrix) -> csr_matrix:
    """The weight of each gene of each cell by its place, in the shape of the amounts.

    Args:
        amounts: Cells × genes.
    """
    weights = np.zeros_like(amounts.data)
    of_place = 1.0 / np.log2(2.0 + np.arange(LENGTH))
    for start, end in zip(amounts.indptr[:-1], amounts.indptr[1:], strict=True):
        values = amounts.data[start:end]
        padded = np.zeros(len(values))
        padded[:LENGTH] = of_place[: len(values)]
        order = np.argsort(-values, kind="stable")
        # Most counts of a cell are one: an order among them would be that of the file's columns.
        _, group = np.unique(-values[order], return_inverse=True)
        shared = np.bincount(group, padded) / np.bincount(group) if len(values) else padded
        weights[start + order] = shared[group] if len(values) else padded
    return csr_matrix((weights, amounts.indices, amounts.indptr), shape=amounts.shape)


METHOD = TextRanked
