"""The genes that vary most among the cells of a file, whatever their labels."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter
from scipy.sparse import csr_matrix

from tools.cells.reading import CellGenes
from tools.cells.scaling import moments
from tools.cells.telling_genes import FEWEST_CELLS, Codes
from tools.expression.cell_files.layers import normalised_pieces
from tools.expression.cell_files.source import opened_source
from tools.workspace import Progress, Workspace

GENES, WINDOW = 2_000, 301
"""Genes that are taken; genes of like means that each one's variance is compared with."""


@dataclass(frozen=True, eq=False)
class Moments:
    """What is known of genes over some cells.

    Attributes:
        cells: How many cells.
        mean: Of each gene.
        squares: The mean of its square.
        shown: Cells that show it.
    """

    cells: int
    mean: npt.NDArray[np.float64]
    squares: npt.NDArray[np.float64]
    shown: npt.NDArray[np.int64]

    @classmethod
    def of(cls, amounts: csr_matrix) -> Moments:
        """Over some cells.

        Args:
            amounts: Cells × genes.
        """
        shown = np.bincount(amounts.indices, minlength=amounts.shape[1])
        return cls(amounts.shape[0], *moments(amounts), shown)

    def variable(self) -> Codes:
        """Places of the `GENES` genes whose variance lies most above that of genes with a like mean, ascending.

        Variances are compared by their logarithms, with the running median over `WINDOW` genes in the order of means,
        because a count's variance rises with its mean. Genes that too few cells show are no candidates.
        """
        shown = self.shown >= min(FEWEST_CELLS, max(2, self.cells // 10))
        spread = self.squares - self.mean**2
        places = np.flatnonzero(shown & (spread > 1e-9))
        places = places[np.argsort(self.mean[places], kind="stable")]
        if not len(places):
            return places
        log = np.log(spread[places])
        above = log - median_filter(log, size=min(WINDOW, len(places)), mode="reflect")
        return np.sort(places[np.argsort(-above, kind="stable")[:GENES]])


def variable_in_file(workspace: Workspace, path: Path, genes: CellGenes, among: Collection[str]) -> tuple[str, ...]:
    """Symbols of the genes that vary most among the cells of a file, which is read once for it, piece by piece.

    Args:
        workspace: What is told of progress.
        path: Cells of the store by their name, or a file or folder of cells.
        genes: What it measures.
        among: Symbols of the genes that may be taken.

    Raises:
        RefusedFileError: The file cannot be used.
    """
    wanted, kept = set(among), np.zeros(len(genes.symbols), dtype=bool)
    kept[:] = [symbol in wanted for symbol in genes.symbols]
    columns = genes.columns[kept]
    sums, squares, shown = np.zeros(len(columns)), np.zeros(len(columns)), np.zeros(len(columns), dtype=np.int64)
    with opened_source(workspace, path) as file:
        for first, piece in normalised_pieces(file, genes.chosen, columns):
            workspace.report(Progress(f"look for telling genes in {path.name}", first, file.cells, "cells"))
            part = Moments.of(piece)
            sums, squares = sums + part.cells * part.mean, squares + part.cells * part.squares
            shown = shown + part.shown
        cells = file.cells
    places = Moments(cells, sums / cells, squares / cells, shown).variable()
    symbols = [symbol for symbol, one in zip(genes.symbols, kept, strict=True) if one]
    return tuple(symbols[place] for place in places)
