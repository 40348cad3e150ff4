"""Matrices that a file holds by gene, or in no order: laid by cell in a temporary file, then read as often as wanted.

Neither the matrix nor anything as large as its dense form is ever in memory. A file is read twice, to count the values
of each cell and to lay them, or once where reading is what costs; then only the temporary file is read, which has no
name and is gone with the process. It takes 12 bytes for each value.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from db.errors import RefusedFileError
from db.files.cells.matrices import ENTRIES, spans

LOT = 1 << 22
"""Values that lie together, in no order, and are sorted by cell when they are read."""
_BYTES = 4

Block = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float32]]
"""Cells, genes and values."""


@dataclass(frozen=True)
class _Aside:
    """A temporary file of cells, then genes, then values.

    Attributes:
        file: The file.
        size: How many of each there are.
    """

    file: IO[bytes]
    size: int

    def write(self, at: int, block: Block) -> None:
        try:
            for number, part in enumerate(block):
                self.file.seek((number * self.size + at) * _BYTES)
                self.file.write(np.ascontiguousarray(part).data)
        except OSError as error:
            room = f"{3 * _BYTES * self.size / 1e9:.1f} GB in {tempfile.gettempdir()}"
            raise RefusedFileError(
                f"A matrix that is not by cell is laid anew in a temporary file, which needs {room}: {error.strerror}.",
                "Make room there, name another folder by the environment's TMPDIR, or write the matrix as csr.",
            ) from error

    def read(self, begin: int, end: int) -> Block:
        return (
            self._part(0, begin, end, np.int32), self._part(1, begin, end, np.int32),
            self._part(2, begin, end, np.float32),
        )  # fmt: skip

    def _part(self, number: int, begin: int, end: int, kind: type[Any]) -> npt.NDArray[Any]:
        self.file.seek((number * self.size + begin) * _BYTES)
        return np.frombuffer(self.file.read((end - begin) * _BYTES), dtype=kind)

    def blocks(self) -> Iterator[Block]:
        return (self.read(at, min(at + ENTRIES, self.size)) for at in range(0, self.size, ENTRIES))


@dataclass(frozen=True)
class Scattered:
    """A matrix whose values come in an order that is not that of cells.

    Attributes:
        blocks: Reads all values from the first to the last.
        size: How many there are.
        shape: Cells, genes.
        stack: Closes the temporary files.
        once: Whether reading is what costs, so that it is done once, and a second temporary file is made where need be.
    """

    blocks: Callable[[], Iterator[Block]]
    size: int
    shape: tuple[int, int]
    stack: ExitStack
    once: bool = False

    def pieces(self, cells: int, start: int) -> Iterator[tuple[int, csr_matrix]]:
        """See `db.files.cells.matrices.Matrix`."""
        ends, aside = self._laid
        for first, last in _lots(ends):
            if last <= start:
                continue
            places, genes, values = aside.read(int(ends[first]), int(ends[last]))
            lot = csr_matrix((values, (places - first, genes)), shape=(last - first, self.shape[1]))
            for at, end in spans(ends[first : last + 1] - ends[first], max(0, start - first), cells):
                yield first + at, lot if end - at == last - first else lot[at:end]

    @cached_property
    def _laid(self) -> tuple[npt.NDArray[np.int64], _Aside]:
        """Number of values before each cell, and the values, those of each lot of cells together."""
        counts, ordered, last, at = np.zeros(self.shape[0], np.int64), True, 0, 0
        aside = self._room() if self.once else None
        for block in self.blocks():
            cells = block[0]
            counts += np.bincount(cells, minlength=self.shape[0])
            if aside is not None:
                ordered = ordered and len(cells) > 0 and cells[0] >= last and bool((cells[1:] >= cells[:-1]).all())
                last, at = int(cells[-1]), _written(aside, at, block)
        ends = np.concatenate([[0], np.cumsum(counts)])
        if aside is not None and ordered:
            return ends, aside
        return ends, self._lay(ends, self.blocks() if aside is None else aside.blocks())

    def _lay(self, ends: npt.NDArray[np.int64], blocks: Iterator[Block]) -> _Aside:
        """Writes each value to the lot of its cell."""
        firsts = np.array([first for first, _ in _lots(ends)])
        lot_of = np.repeat(np.arange(len(firsts), dtype=np.uint16), np.diff([*firsts, self.shape[0]]))
        free = ends[firsts]
        laid = self._room()
        for cells, genes, values in blocks:
            # Sixteen bits are sorted by their digits, in a few passes.
            lots = lot_of[cells]
            order = np.argsort(lots, kind="stable")
            found = np.bincount(lots, minlength=len(firsts))
            bounds = np.concatenate([[0], np.cumsum(found)])
            for lot in np.flatnonzero(found):
                own = order[bounds[lot] : bounds[lot + 1]]
                laid.write(int(free[lot]), (cells[own], genes[own], values[own]))
            free += found
        return laid

    def _room(self) -> _Aside:
        file = self.stack.enter_context(tempfile.TemporaryFile(prefix="hitscout-"))  # noqa: SIM115 - closed by the stack
        return _Aside(file, self.size)


def _written(aside: _Aside, at: int, block: Block) -> int:
    aside.write(at, block)
    return at + len(block[0])


def _lots(ends: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """First cell and the one after the last of each lot; there are no more lots than sixteen bits can number."""
    return spans(ends, 0, len(ends) - 1, max(LOT, int(ends[-1]) >> 15))
