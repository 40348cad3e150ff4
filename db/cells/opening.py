"""A set of cells opened as a file of cells is: its matrix in pieces, with what describes cells and genes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix

from db.cells.packing import unpacked_amounts, unpacked_places, unpacked_texts
from db.cells.reading import CellSet, columns_of
from db.errors import StoreError
from db.files.cells.genes import described_genes
from db.files.cells.matrices import checked_places, spans
from db.files.cells.open_cells import Layer, OpenCells, Texts
from db.store import Store

TITLE = "cells of the store"
LAYER = "values"
_CELLS = "FROM cell_set_cell WHERE cell_set_id = ?"


def opened_set(store: Store, cell_set: CellSet) -> OpenCells:
    """A set as an open file; nothing of its matrix is in memory.

    Args:
        store: The store.
        cell_set: The set.
    """
    with store.read() as connection:
        genes = connection.execute(
            "SELECT name, identifier FROM cell_set_gene WHERE cell_set_id = ? ORDER BY number", [cell_set.id]
        ).df()
        barcodes = [
            row[0] for row in connection.execute(f"SELECT barcode {_CELLS} ORDER BY number", [cell_set.id]).fetchall()
        ]
    described = described_genes(genes["name"].to_numpy(dtype=object), {})
    described["id"] = genes["identifier"].astype(described["id"].dtype)
    return OpenCells(
        path=Path(cell_set.name),
        title=TITLE,
        barcodes=pd.Index(barcodes, dtype="str"),
        genes=described,
        describing={name: partial(_texts, store, cell_set, name) for name in columns_of(store, cell_set.id)},
        matrices={LAYER: Layer(partial(_StoredCells.of, store, cell_set))},
    ).check()


@dataclass(frozen=True, eq=False)
class _StoredCells:
    """The matrix of a set; see `db.files.cells.matrices.Matrix`."""

    store: Store
    cell_set: CellSet
    ends: npt.NDArray[np.int64]

    @classmethod
    def of(cls, store: Store, cell_set: CellSet) -> _StoredCells:
        with store.read() as connection:
            rows = connection.execute(f"SELECT genes {_CELLS} ORDER BY number", [cell_set.id]).fetchall()
        return cls(store, cell_set, np.cumsum([0, *(row[0] for row in rows)], dtype=np.int64))

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.ends) - 1, self.cell_set.genes

    def pieces(self, cells: int, start: int) -> Iterator[tuple[int, csr_matrix]]:
        for first, last in spans(self.ends, start, cells):
            yield first, self._part(first, last)

    def _part(self, first: int, last: int) -> csr_matrix:
        with self.store.read() as connection:
            rows = connection.execute(
                f"SELECT places, amounts {_CELLS} AND number >= ? AND number < ? ORDER BY number",
                [self.cell_set.id, first, last],
            ).fetchall()
        if len(rows) != last - first:
            raise StoreError(
                f"The cells {self.cell_set.name!r} were removed while they were read.",
                "Add them again, or name others.",
            )
        ends = self.ends[first : last + 1] - self.ends[first]
        places = _joined([unpacked_places(row[0]) for row in rows], np.int32)
        values = _joined([unpacked_amounts(row[1]) for row in rows], np.float32)
        if len(places) != ends[-1] or len(values) != ends[-1]:
            raise StoreError(
                f"The cells {self.cell_set.name!r} are damaged: their values do not fit their genes.",
                "Put back a copy of the store.",
            )
        known = checked_places(places, self.shape[1], self.cell_set.name)
        return csr_matrix((values, known, ends.astype(np.int32)), shape=(last - first, self.shape[1]), copy=False)


def _joined(parts: list[npt.NDArray[np.generic]], kind: type) -> npt.NDArray[np.generic]:
    return np.concatenate(parts) if parts else np.empty(0, dtype=kind)


def _texts(store: Store, cell_set: CellSet, name: str) -> Texts:
    with store.read() as connection:
        rows = connection.execute(
            "SELECT texts FROM cell_set_column WHERE cell_set_id = ? AND name = ?", [cell_set.id, name]
        ).fetchall()
    return np.array(unpacked_texts(rows[0][0]), dtype=object)
