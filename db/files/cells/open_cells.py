"""An open file of cells, whatever its format: what every reader gives back, and the one place where damage is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix

from db.errors import InvalidValueError, RefusedFileError, did_you_mean
from db.files.cells.base import PIECE
from db.files.cells.genes import repeated
from db.files.cells.matrices import Matrix
from db.files.opening import damage_refused

DAMAGE_HELP = "Download or copy it again; if it stays so, write it again with the program that made it."

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Layer:
    """One matrix of a file.

    Attributes:
        matrix: Gives it; nothing is read before.
        genes: Gives its genes where they are not those of the file.
    """

    matrix: Callable[[], Matrix]
    genes: Callable[[], pd.DataFrame] | None = None


@dataclass(frozen=True)
class OpenCells:
    """See `db.files.cells.base.CellFile`, which this is.

    Attributes:
        describing: Name of each column that describes cells → gives its texts.
        matrices: Name of each layer → its matrix and genes, the main one first.
    """

    path: Path
    title: str
    barcodes: pd.Index[str]
    genes: pd.DataFrame
    describing: Mapping[str, Callable[[], Texts]]
    matrices: Mapping[str, Layer]
    notes: tuple[str, ...] = ()
    _read: dict[str, tuple[Matrix, pd.DataFrame]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def cells(self) -> int:
        """See `db.files.cells.base.CellFile`."""
        return len(self.barcodes)

    @property
    def columns(self) -> tuple[str, ...]:
        """See `db.files.cells.base.CellFile`."""
        return tuple(self.describing)

    @property
    def layers(self) -> tuple[str, ...]:
        """See `db.files.cells.base.CellFile`."""
        return tuple(self.matrices)

    def column(self, name: str) -> pd.Series[str]:
        """See `db.files.cells.base.CellFile`."""
        if name not in self.describing:
            raise _unknown(self.path, "column", name, self.columns)
        with self._guarded():
            texts = self.describing[name]()
            if len(texts) != self.cells:
                raise RefusedFileError(
                    f"{self.path.name} has {self.cells:,} cells, and {len(texts):,} values in {name!r}.", DAMAGE_HELP
                )
            return pd.Series(texts, name=name, dtype="str")

    def genes_of(self, layer: str) -> pd.DataFrame:
        """See `db.files.cells.base.CellFile`."""
        return self._opened(layer)[1]

    def pieces(self, layer: str = "", cells: int = PIECE, start: int = 0) -> Iterator[tuple[int, csr_matrix]]:
        """See `db.files.cells.base.CellFile`."""
        # Piece by piece, so that what goes wrong at the reader's between two of them is not taken for damage.
        with self._guarded():
            pieces = iter(self._opened(layer)[0].pieces(max(1, cells), max(0, start)))
        while True:
            with self._guarded():
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece

    def check(self) -> OpenCells:
        """Refuses a file without cells, or whose main matrix does not fit its names; says what is noticed.

        Returns:
            The same, with notes on names that come twice.

        Raises:
            RefusedFileError: It is so.
        """
        for what, there in (("cells", self.cells), ("genes", len(self.genes)), ("matrices", len(self.matrices))):
            if not there:
                raise RefusedFileError(f"{self.path.name} has no {what}.", "Check the export that wrote it.")
        self._opened("")
        object.__setattr__(self, "notes", (*self.notes, *repeated(self.genes["name"], "genes"),
                                           *repeated(self.barcodes.to_series(), "cells")))  # fmt: skip
        return self

    def _opened(self, layer: str) -> tuple[Matrix, pd.DataFrame]:
        name = layer or next(iter(self.matrices))
        if name not in self.matrices:
            raise _unknown(self.path, "layer", name, self.layers)
        if name not in self._read:
            with self._guarded():
                made = self.matrices[name]
                genes = self.genes if made.genes is None else made.genes()
                self._read[name] = _fitting(self.path, name, made.matrix(), self.cells, genes), genes
        return self._read[name]

    def _guarded(self) -> Any:  # noqa: ANN401 - a context manager, whose exact kind says nothing
        return damage_refused(self.path, self.title, DAMAGE_HELP)


def _fitting(path: Path, name: str, matrix: Matrix, cells: int, genes: pd.DataFrame) -> Matrix:
    """The matrix, where it is as large as the names say."""
    if matrix.shape == (cells, len(genes)):
        return matrix
    turned = " It is the other way round: genes × cells." if matrix.shape == (len(genes), cells) else ""
    raise RefusedFileError(
        f"{path.name} names {cells:,} cells and {len(genes):,} genes, but its matrix {name} is"
        f" {matrix.shape[0]:,} × {matrix.shape[1]:,}.{turned}",
        "Write it again, so that the names are those of the matrix.",
    )


def _unknown(path: Path, what: str, name: str, there: tuple[str, ...]) -> InvalidValueError:
    listed = ", ".join(repr(one) for one in there[:30]) + (" …" if len(there) > 30 else "")
    has = f"There are: {listed}." if there else f"It has no {what} at all."
    return InvalidValueError(f"{path.name} has no {what} {name!r}.", f"{did_you_mean(name, there)} {has}".strip())
