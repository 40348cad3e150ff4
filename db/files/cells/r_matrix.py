"""A matrix of genes × cells in R data, dense or sparse, with the names of both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from db.files.cells.genes import gene_table
from db.files.cells.hdf5 import texts_of
from db.files.cells.matrices import ByCell
from db.files.cells.open_cells import Layer, OpenCells, Texts
from db.files.cells.r_sparse import is_sparse, sparse_by_cell

TITLE = "a matrix of R (.rda)"
NAMES = "name"
"""The column that holds what the file calls its cells: where many are called alike, that is what describes them."""


def recognises(found: Any) -> bool:  # noqa: ANN401 - rdata's own objects
    """Whether an object of R is a matrix of numbers whose rows and columns have names.

    Args:
        found: The object, as rdata gives it.
    """
    if is_sparse(found):
        return all(names is not None for names in vars(found)["Dimnames"])
    numbers = getattr(found, "dtype", np.dtype(object)).kind in "iuf"
    return numbers and len(getattr(found, "dims", ())) == 2 and set(found.dims) <= set(found.coords)


def read(found: Any, path: Path) -> OpenCells:  # noqa: ANN401 - rdata's own objects
    """The cells of a matrix with a row for each gene and a column for each cell.

    Args:
        found: The object, which `recognises` knows.
        path: The file.
    """
    matrix, genes, names = _by_cell(found)
    unique = len(set(names)) == len(names)
    barcodes = pd.Index(names if unique else [str(number) for number in range(1, len(names) + 1)], dtype="str")
    notes = () if unique else (f"Its cells share names: they are numbered, and the names are the column {NAMES}.",)
    kept = ByCell(matrix.data, matrix.indices, matrix.indptr.astype(np.int64), matrix.shape, path.name)
    return OpenCells(
        path, TITLE, barcodes, gene_table(genes), {NAMES: lambda: names}, {"matrix": Layer(lambda: kept)}, notes
    )


def _by_cell(found: Any) -> tuple[csr_matrix, Texts, Texts]:  # noqa: ANN401 - rdata's own objects
    """Cells × genes, the names of the genes and of the cells."""
    if is_sparse(found):
        genes, cells = (texts_of(np.asarray(names)) for names in vars(found)["Dimnames"])
        return sparse_by_cell(found), genes, cells
    genes, cells = (texts_of(np.asarray(found.coords[dim])) for dim in found.dims)
    return csr_matrix(np.asarray(found.values, dtype=np.float32).T), genes, cells
