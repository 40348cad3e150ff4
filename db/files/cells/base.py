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

    @property
    def path(self) -> Path:
        """The file or folder."""
        ...

    @property
    def title(self) -> str:
        """The format in a few words, such as ``AnnData (.h5ad)``."""
        ...

    @property
    def cells(self) -> int:
        """Number of cells."""
        ...

    @property
    def barcodes(self) -> pd.Index[str]:
        """Names of the cells."""
        ...

    @property
    def genes(self) -> pd.DataFrame:
        """One row for each gene in the order of the matrix.

        Columns name (as in the file; names may come twice), id (Ensembl id without its version, or empty), kind (``Gene
        Expression``, ``CRISPR Guide Capture`` …), genome (``GRCh38`` …) and target (of a guide, the gene that it is
        against); the last three are empty where the file does not say.
        """
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that describe cells."""
        ...

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the matrices in it, such as ``X``, ``raw``, ``layers/counts``; the first is the file's main one."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noticed and does not stop the reading, in sentences, such as names that come twice."""
        ...

    def column(self, name: str) -> pd.Series[str]:
        """One column that describes cells: cells × 1, as text, empty where it is missing, numbered from 0.

        Raises:
            InvalidValueError: There is no such column; those that are there are named.
        """
        ...

    def genes_of(self, layer: str) -> pd.DataFrame:
        """As `genes`, for a layer that has genes of its own (``raw`` may)."""
        ...

    def pieces(self, layer: str = "", cells: int = PIECE, start: int = 0) -> Iterator[tuple[int, csr_matrix]]:
        """The matrix of a layer, from the first cell to the last.

        Args:
            layer: One of `layers`; the first where empty.
            cells: How many cells a piece has at most; it has fewer where they would take much memory.
            start: Number of the first cell that is wanted. What lies before it is not read where the file is by cell.

        Yields:
            Number of the first cell, and a piece of cells × genes (float32).

        Raises:
            InvalidValueError: There is no such layer; those that are there are named.
            RefusedFileError: The file is cut or damaged, or a value is no finite number.
        """
        ...
