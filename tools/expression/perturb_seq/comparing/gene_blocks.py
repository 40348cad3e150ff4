"""A matrix turned on disk: read once by cells, and given back by genes, a block of them at a time.

A test of one gene needs all cells, and files hold cells one after the other. Entries go to one temporary file in the
order in which they come; each block remembers where its own lie.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

ENTRIES = 3_000_000
"""Entries that a block should have: some hundred megabytes while they are ranked."""
_ENTRY = np.dtype([("cell", "<i4"), ("gene", "<i4"), ("value", "<f4")])


@dataclass(frozen=True, eq=False)
class GeneBlock:
    """The entries, other than zero, of some genes that stand side by side.

    Attributes:
        first: Number of the first gene.
        genes: How many genes.
        cell: Number of the cell of each entry, shape (entries,).
        gene: Number of the gene within the block, shape (entries,).
        value: Shape (entries,), float64.
    """

    first: int
    genes: int
    cell: npt.NDArray[np.int64]
    gene: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]


@dataclass(eq=False)
class GeneBlocks:
    """Entries on disk, written by cells and read by genes.

    Attributes:
        genes: How many genes there are.
        cells: How many cells, by which the size of blocks is foreseen.
    """

    genes: int
    cells: int
    _stream: IO[bytes]
    _width: int = 0
    _places: list[list[tuple[int, int]]] = field(default_factory=list)

    def add(self, first: int, piece: csr_matrix) -> None:
        """Writes the entries of some cells.

        Args:
            first: Number of the first cell.
            piece: Cells × genes.
        """
        if not self._width:
            foreseen = piece.nnz / max(1, piece.shape[0]) * self.cells / max(1, self.genes)
            self._width = int(np.clip(ENTRIES / max(1.0, foreseen), 1, max(1, self.genes)))
            self._places = [[] for _ in range(-(-self.genes // self._width))]
        by_gene = piece.tocsc()
        entries = np.empty(by_gene.nnz, dtype=_ENTRY)
        entries["cell"] = by_gene.indices + first
        entries["gene"] = np.repeat(np.arange(self.genes) % self._width, np.diff(by_gene.indptr))
        entries["value"] = by_gene.data
        bounds = by_gene.indptr[[*range(0, self.genes, self._width), self.genes]]
        start = self._stream.seek(0, 2)
        self._stream.write(entries.data)
        for block, (low, high) in enumerate(pairwise(bounds)):
            if high > low:
                self._places[block].append((start + int(low) * _ENTRY.itemsize, int(high - low)))

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[GeneBlock]:
        for number, places in enumerate(self._places):
            entries = np.empty(sum(count for _, count in places), dtype=_ENTRY)
            filled = 0
            for place, count in places:
                self._stream.seek(place)
                entries[filled : filled + count] = np.frombuffer(self._stream.read(count * _ENTRY.itemsize), _ENTRY)
                filled += count
            first = number * self._width
            yield GeneBlock(
                first, min(self._width, self.genes - first), entries["cell"].astype(np.int64),
                entries["gene"].astype(np.int64), entries["value"].astype(np.float64),
            )  # fmt: skip


@contextmanager
def gene_blocks(folder: Path, cells: int, genes: int) -> Iterator[GeneBlocks]:
    """Blocks in a temporary file that is gone when they are.

    Args:
        folder: Where it lies; made where there is none.
        cells: How many cells there are.
        genes: How many genes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=folder) as stream:
        yield GeneBlocks(genes, cells, stream)
