"""Matrices of cells × genes in whatever order a file holds them, read as pieces of cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack

from db.errors import RefusedFileError

ENTRIES = 1 << 23
"""Values that are read at once: 64 MB of numbers and places."""
_HELP = "Download or write it again."

Array = npt.NDArray[Any]


class Stored(Protocol):
    """Numbers on disk, or in memory, that can be cut."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its size."""
        ...

    def __getitem__(self, part: Any, /) -> Any:  # noqa: ANN401 - as numpy and h5py have it
        """A part of it."""
        ...


class Matrix(Protocol):
    """A matrix of cells × genes."""

    @property
    def shape(self) -> tuple[int, int]:
        """Cells, genes."""
        ...

    def pieces(self, cells: int, start: int) -> Iterator[tuple[int, csr_matrix]]:
        """See `db.files.cells.base.CellFile.pieces`."""
        ...


def spans(ends: npt.NDArray[np.int64], start: int, cells: int, most: int = ENTRIES) -> Iterator[tuple[int, int]]:
    """Cells from a first one to the one after a last, so that each lot has few enough values.

    Args:
        ends: Number of values before each cell, and of all: cells + 1.
        start: The first cell.
        cells: How many there are in a lot at most.
        most: How many values there are in a lot at most, unless it is a single cell.
    """
    count = len(ends) - 1
    while start < count:
        fitting = int(np.searchsorted(ends, ends[start] + most, side="right")) - 1
        end = min(max(fitting, start + 1), start + cells, count)
        yield start, end
        start = end


@dataclass(frozen=True)
class ByCell:
    """Values stored cell after cell.

    Attributes:
        values: The values.
        places: Number of the gene of each.
        ends: Number of values before each cell, and of all.
        shape: Cells, genes.
        name: What to call it in messages.
    """

    values: Stored
    places: Stored
    ends: npt.NDArray[np.int64]
    shape: tuple[int, int]
    name: str

    def __post_init__(self) -> None:
        check_ends(self.ends, self.shape[0], self.shape[1], self.values, self.places, self.name)

    def pieces(self, cells: int, start: int) -> Iterator[tuple[int, csr_matrix]]:
        """See `Matrix`."""
        for first, last in spans(self.ends, start, cells):
            yield first, self.part(first, last)

    def part(self, first: int, last: int) -> csr_matrix:
        """Some cells.

        Args:
            first: The first.
            last: The one after the last.
        """
        begin, end = int(self.ends[first]), int(self.ends[last])
        values = checked_values(self.values[begin:end], self.name)
        places = checked_places(self.places[begin:end], self.shape[1], self.name)
        ends = (self.ends[first : last + 1] - begin).astype(np.int32)
        return csr_matrix((values, places, ends), shape=(last - first, self.shape[1]), copy=False)


@dataclass(frozen=True)
class Dense:
    """Every value stored, zeros too.

    Attributes:
        values: Cells × genes, or genes × cells where `transposed`.
        shape: Cells, genes.
        name: What to call it in messages.
        chunk: How many cells are packed together in the file.
        transposed: Whether genes are the first axis.
    """

    values: Stored
    shape: tuple[int, int]
    name: str
    chunk: int = 1
    transposed: bool = False

    def pieces(self, cells: int, start: int) -> Iterator[tuple[int, csr_matrix]]:
        """See `Matrix`; whole chunks are read, so that none is unpacked twice."""
        fitting = max(1, ENTRIES // max(1, self.shape[1]))
        step = max(self.chunk, fitting // self.chunk * self.chunk)
        while start < self.shape[0]:
            end = min((start // step + 1) * step, self.shape[0])
            block = self.values[:, start:end].T if self.transposed else self.values[start:end]
            found = csr_matrix(checked_values(block, self.name))
            for at in range(0, end - start, cells):
                yield start + at, found[at : at + cells] if cells < end - start else found
            start = end


@dataclass(frozen=True)
class Beside:
    """Matrices of the same cells, the genes of one after those of another.

    Attributes:
        parts: The matrices.
    """

    parts: Sequence[ByCell]

    @property
    def shape(self) -> tuple[int, int]:
        """Cells, genes."""
        return self.parts[0].shape[0], sum(part.shape[1] for part in self.parts)

    def pieces(self, cells: int, start: int) -> Iterator[tuple[int, csr_matrix]]:
        """See `Matrix`."""
        ends = np.sum([part.ends for part in self.parts], axis=0)
        for first, last in spans(ends, start, cells):
            yield first, csr_matrix(hstack([part.part(first, last) for part in self.parts], format="csr"))


def checked_values(values: Array, name: str) -> Array:
    """Values as float32, all of them finite numbers.

    Args:
        values: Numbers.
        name: What to call the matrix in messages.

    Raises:
        RefusedFileError: One is missing or infinite.
    """
    with np.errstate(over="ignore"):
        plain = values.astype(np.float32, copy=False)
    # A sum tells of a missing or infinite value in one pass; one that is too large for it is no fault of theirs.
    with np.errstate(over="ignore", invalid="ignore"):
        suspect = not np.isfinite(plain.sum())
    if suspect and not np.isfinite(plain).all():
        raise RefusedFileError(
            f"{name} has values that are missing or infinite.", "Set them to numbers, or leave their genes out."
        )
    return plain


def checked_places(places: Array, count: int, name: str) -> Array:
    """Numbers of genes or cells as int32, all of which there are.

    Args:
        places: The numbers.
        count: How many there are.
        name: What to call the matrix in messages.

    Raises:
        RefusedFileError: One is too large, negative or no whole number.
    """
    # A negative number read without its sign is larger than any count, so that one pass tells of both.
    if places.dtype.kind not in "iu" or (places.size and places.view(f"u{places.itemsize}").max() >= count):
        raise RefusedFileError(f"{name} has a value for a gene or cell that there is not.", _HELP)
    return places.astype(np.int32, copy=False)


def check_ends(ends: npt.NDArray[np.int64], rows: int, most: int, values: Stored, places: Stored, name: str) -> None:
    """Refuses bounds of rows that cannot be.

    Args:
        ends: Number of values before each row, and of all.
        rows: How many rows there are.
        most: How many values a row can have.
        values: The values.
        places: Their places in the rows.
        name: What to call the matrix in messages.

    Raises:
        RefusedFileError: They are not as many as the rows, decrease, or lead beyond what is there.
    """
    sizes = np.diff(ends)
    if (
        len(ends) != rows + 1 or ends[0] != 0 or (sizes < 0).any() or (sizes > most).any()
        or values.shape != places.shape or ends[-1] > values.shape[0]
    ):  # fmt: skip
        raise RefusedFileError(f"{name} is damaged: its rows, values and places do not fit each other.", _HELP)
