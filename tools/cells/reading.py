"""Cells with labels, out of a file into memory: sparse, as log1p CP10k, genes by the names of the store."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix, vstack

from db.files.cells.base import CellFile
from db.records import Organism
from tools.cells.organisms import organism_of_cells
from tools.expression.cell_files.layers import ChosenLayer, chosen_layer, normalised_pieces
from tools.expression.cell_files.readouts import readouts_of
from tools.expression.cell_files.source import donor_of, key_of, opened_source
from tools.workspace import Progress, Workspace

DONORS = ("donor", "donor_id", "individual", "subject", "patient", "mouse", "animal")
"""How a column of donors is called, the likeliest first."""
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class CellGenes:
    """What a file of cells measures.

    Attributes:
        organism: Whose genes.
        symbols: Approved symbols, each once, ascending by place; the file's name where it is no known gene.
        columns: Their places in the layer.
        chosen: The layer that is read.
        described: Names of the columns that describe cells.
    """

    organism: Organism
    symbols: tuple[str, ...]
    columns: npt.NDArray[np.int64]
    chosen: ChosenLayer
    described: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class LabelledCells:
    """The cells of one file.

    Attributes:
        name: The file's name.
        organism: Whose cells.
        symbols: Genes that were read, by approved symbols.
        amounts: Cells × genes, float32: log1p of counts scaled to 10,000 a cell.
        barcodes: Names of the cells.
        labels: One for each cell, empty where the file gives none.
        donors: Likewise; empty texts where no column names donors.
        donor_column: The column that does; empty where there is none.
        key: SHA-256 of the file.
        said: How the matrix was chosen, and what was noticed, a sentence each.
    """

    name: str
    organism: Organism
    symbols: tuple[str, ...]
    amounts: csr_matrix
    barcodes: Texts
    labels: Texts
    donors: Texts
    donor_column: str
    key: str
    said: tuple[str, ...]

    def of_cells(self, places: npt.NDArray[np.int64]) -> LabelledCells:
        """Some of the cells.

        Args:
            places: Their numbers.
        """
        parts = {name: getattr(self, name)[places] for name in ("amounts", "barcodes", "labels", "donors")}
        return LabelledCells(**{**vars(self), **parts})

    def of_genes(self, symbols: Collection[str]) -> csr_matrix:
        """The amounts of some genes, in their order.

        Args:
            symbols: Genes that were read.
        """
        return self.amounts[:, pd.Index(self.symbols).get_indexer(pd.Index(list(symbols)))]


def genes_of_file(workspace: Workspace, path: Path) -> CellGenes:
    """What a file measures, without a look at its cells.

    Args:
        workspace: Its store has the gene names.
        path: Cells of the store by their name, or a file or folder of cells.

    Raises:
        RefusedFileError: The file cannot be used.
        NotFoundError: The store names no genes.
    """
    with opened_source(workspace, path) as file:
        return genes_of(workspace, file)


def read_cells(
    workspace: Workspace, path: Path, genes: CellGenes, label: str = "", donor: str = "",
    only: Collection[str] | None = None,
) -> LabelledCells:  # fmt: skip
    """Reads a file piece by piece; only the genes that are wanted stay in memory.

    Args:
        workspace: What is told of progress.
        path: Cells of the store by their name, or a file or folder of cells.
        genes: What it measures, by `genes_of_file`.
        label: The column of labels; no labels where empty.
        donor: The column of donors; where empty, by its name (`DONORS`), if it has two at least.
        only: Symbols of the genes that are wanted; all where None.

    Raises:
        RefusedFileError: The file cannot be used.
        InvalidValueError: There is no such column.
    """
    with opened_source(workspace, path) as file:
        labels = _column(file, label)
        column = donor_of(workspace, path, donor) or donor_column(file)
        donors = _column(file, column)
        kept = np.array([only is None or symbol in only for symbol in genes.symbols], dtype=bool)
        amounts = _amounts(workspace, file, genes.chosen, genes.columns[kept])
        symbols = tuple(symbol for symbol, wanted in zip(genes.symbols, kept, strict=True) if wanted)
        return LabelledCells(
            path.name, genes.organism, symbols, amounts, file.barcodes.to_numpy(dtype=object), labels, donors, column,
            key_of(workspace, path), (*genes.chosen.said, *file.notes),
        )  # fmt: skip


def read_column(workspace: Workspace, path: Path, name: str) -> Texts:
    """One column that describes the cells of a file, empty where it says nothing.

    Args:
        workspace: Its store has the sets of cells.
        path: Cells of the store by their name, or a file or folder of cells.
        name: The column.

    Raises:
        RefusedFileError: The file cannot be used.
        InvalidValueError: There is no such column.
    """
    with opened_source(workspace, path) as file:
        return _column(file, name)


def genes_of(workspace: Workspace, file: CellFile) -> CellGenes:
    """What an open file measures.

    Args:
        workspace: Its store has the gene names.
        file: The open file.

    Raises:
        RefusedFileError: The file cannot be used.
        NotFoundError: The store names no genes.
    """
    chosen = chosen_layer(file, "")
    organism = organism_of_cells(workspace, file, chosen.layer)
    readouts = readouts_of(workspace, file, chosen.layer, organism)
    # Two names of one gene: the first column is read, as for names that come twice.
    first = ~pd.Index(readouts.symbols).duplicated()
    symbols = tuple(symbol for symbol, kept in zip(readouts.symbols, first, strict=True) if kept)
    return CellGenes(organism, symbols, readouts.columns[first], chosen, file.columns)


def _column(file: CellFile, name: str) -> Texts:
    if not name:
        return np.full(file.cells, "", dtype=object)
    return file.column(name).str.strip().to_numpy(dtype=object)


def donor_column(file: CellFile) -> str:
    """The column that names two donors at least, by its name; empty where there is none.

    Args:
        file: The open file.
    """
    by_name = {name.casefold(): name for name in file.columns}
    found = [by_name[name] for name in DONORS if name in by_name]
    return next((name for name in found if 2 <= len(set(file.column(name)) - {""}) <= file.cells // 2), "")


def _amounts(workspace: Workspace, file: CellFile, chosen: ChosenLayer, columns: npt.NDArray[np.int64]) -> csr_matrix:
    parts = []
    for first, piece in normalised_pieces(file, chosen, columns):
        workspace.report(Progress(f"read {file.path.name}", first, file.cells, "cells"))
        parts.append(piece.astype(np.float32))
    workspace.report(Progress(f"read {file.path.name}", file.cells, file.cells, "done"))
    return vstack(parts, format="csr")
