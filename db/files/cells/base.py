"""What a file of cells is: genes, columns that describe cells, and layers that are read piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pandas as pd
from scipy.sparse import csr_matrix

PIECE = 4_096
"""Cells that are read at once, where nothing else is said."""


class CellFile(Protocol):
    """An open file; nothing of its matrix is in memory but the piece that was asked for."""

    path: Path
    """The file or folder."""
    title: str
    """The format in a few words, such as ``AnnData (.h5ad)``."""
    cells: int
    """Number of cells."""
    barcodes: pd.Index[str]
    """Names of the cells."""
    genes: pd.DataFrame
    """One row for each gene in the order of the matrix: columns name (as in the file), id (Ensembl id without its
    version, or empty) and kind (``Gene Expression``, ``CRISPR Guide Capture`` …, empty where the file does not say)."""
    columns: tuple[str, ...]
    """Names of the columns that describe cells."""
    layers: tuple[str, ...]
    """Names of the matrices in it, such as ``X``, ``raw``, ``layers/counts``; the first is the file's own main one."""

    def column(self, name: str) -> pd.Series[str]:
        """One column that describes cells: cells × 1, as text, empty where it is missing.

        Raises:
            InvalidValueError: There is no such column; those that are there are named.
        """
        ...

    def genes_of(self, layer: str) -> pd.DataFrame:
        """As `genes`, for a layer that has genes of its own (``raw`` may)."""
        ...

    def pieces(self, layer: str = "", cells: int = PIECE) -> Iterator[tuple[int, csr_matrix]]:
        """The matrix of a layer, from the first cell to the last.

        Args:
            layer: One of `layers`; the first where empty.
            cells: How many cells a piece has at most.

        Yields:
            Number of the first cell, and a piece of cells × genes (float32).

        Raises:
            RefusedFileError: The file is cut or damaged.
        """
        ...
