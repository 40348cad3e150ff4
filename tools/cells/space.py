"""Vectors of the cells of one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from db.acts import option
from db.errors import InvalidValueError
from tools.cells.reading import LabelledCells, genes_of_file, read_cells
from tools.cells.scaling import Floats
from tools.cells.shared_genes import shared_genes
from tools.expression.cell_files.source import label_of
from tools.expression.vectors import encoded_vectors
from tools.registry import load
from tools.workspace import Workspace

DEFAULT = "expression_pca"
"""Vectors that need no labels."""


@dataclass(frozen=True, eq=False)
class CellSpace:
    """Cells and their vectors.

    Attributes:
        cells: The cells.
        vectors: Cells × d.
    """

    cells: LabelledCells
    vectors: Floats


def space_of(
    workspace: Workspace, path: Path, *, vectors: str = DEFAULT, label: str = "", gene_vectors: Path | None = None
) -> CellSpace:
    """Reads a file and makes vectors of its cells.

    Args:
        workspace: Its store has gene names, and texts where the vectors rest on them.
        path: A file or folder of cells.
        vectors: A way to make vectors of cells.
        label: The column of labels; empty for none, which some ways need.
        gene_vectors: A file of vectors of genes; the store's encoded texts where None.

    Raises:
        RefusedFileError: The file cannot be used.
        InvalidValueError: There is no such column, or these vectors need labels.
        NotFoundError: There are no such vectors, or the store lacks names or texts.
    """
    method = load("cell_vectors", vectors)()
    label = label_of(workspace, path, label)
    genes = genes_of_file(workspace, path)
    own = shared_genes(workspace.store, genes, genes, (path.name, path.name), across_species=False)
    known = encoded_vectors(workspace, own.human, gene_vectors) if method.TEXTS else np.zeros((len(own.human), 0))
    cells = read_cells(workspace, path, genes, label)
    amounts = cells.of_genes(own.reference)
    codes = np.unique(cells.labels, return_inverse=True)[1].astype(np.int64)
    fit = method.fit(amounts, codes, known.astype(np.float32))
    if not len(fit.places):
        raise InvalidValueError(
            f"No gene of {path.name} tells its cells apart for the vectors {vectors}"
            + ("." if label else ": they rest on labels."),
            f"Name a column of labels ({option(label='COLUMN')}), or take {option(vectors=DEFAULT)}.",
        )
    return CellSpace(cells, fit.of(amounts[:, fit.places], own_scale=False))
