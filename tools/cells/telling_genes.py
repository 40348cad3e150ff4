"""Genes that tell the labels of a reference apart."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from tools.cells.scaling import ROWS, Floats, moments

VERSION = ("telling genes 1",)
FEWEST_CELLS = 10
"""Cells that must show a gene, where the reference has as many of it as that; of small ones a tenth of the cells."""
Codes = npt.NDArray[np.int64]


def class_means(values: csr_matrix | Floats, codes: Codes) -> npt.NDArray[np.float64]:
    """The mean of each label's cells: labels × columns.

    Args:
        values: Cells × columns.
        codes: Number of each cell's label, from 0 and without a gap.
    """
    counts = np.bincount(codes)
    sums = np.zeros((len(counts), values.shape[1]))
    for start in range(0, len(codes), ROWS):
        part = codes[start : start + ROWS]
        member = csr_matrix((np.ones(len(part)), (part, np.arange(len(part)))), shape=(len(counts), len(part)))
        own = member @ values[start : start + ROWS]
        sums += own.toarray() if hasattr(own, "toarray") else own
    return np.asarray(sums / counts[:, None], dtype=np.float64)


def explained(amounts: csr_matrix, codes: Codes) -> npt.NDArray[np.float64]:
    """The share of each gene's variance that lies between labels (η²), 0 for a gene that too few cells show.

    Args:
        amounts: Cells × genes.
        codes: Number of each cell's label.
    """
    counts = np.bincount(codes)
    means = class_means(amounts, codes)
    mean, squares = moments(amounts)
    squares = squares * amounts.shape[0]
    total = squares - amounts.shape[0] * mean**2
    between = (counts[:, None] * (means - mean) ** 2).sum(axis=0)
    shown = np.bincount(amounts.indices, minlength=amounts.shape[1])
    told = (shown >= min(FEWEST_CELLS, max(2, amounts.shape[0] // 10))) & (total > 1e-9)
    share: npt.NDArray[np.float64] = np.divide(between, total, out=np.zeros(len(total)), where=told)
    return share


def telling_genes(amounts: csr_matrix, codes: Codes, count: int) -> Codes:
    """Places of the genes with the largest `explained`, ascending; fewer where fewer tell anything.

    Args:
        amounts: Cells × genes.
        codes: Number of each cell's label.
        count: How many at most.
    """
    share = explained(amounts, codes)
    order = np.argsort(-share, kind="stable")[:count]
    return np.sort(order[share[order] > 0])
