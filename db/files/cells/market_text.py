"""Matrix Market files: their header, and their numbers put aside in a temporary file as they are read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.errors import RefusedFileError
from db.files.opening import open_ordinary
from db.files.unpacking import MAX_RATIO, RATIO_FROM, packing_refused, too_large

MARK = b"%%MatrixMarket"
LINES = 1 << 20
"""Lines that are read at once."""
SHORTEST = 4
"""Bytes of the shortest line: two numbers and what stands between and behind them."""
_HELP = "Download it again, or write it with scipy.io.mmwrite as a sparse matrix of numbers."


@dataclass(frozen=True)
class Header:
    """What a file says of itself.

    Attributes:
        rows: Number of rows.
        columns: Number of columns.
        entries: Number of values.
        pattern: Whether values are not written, each being 1.
    """

    rows: int
    columns: int
    entries: int
    pattern: bool


@dataclass(frozen=True)
class Kept:
    """The numbers of a file, in its order, in a temporary file.

    Attributes:
        header: What the file says of itself.
        rows: The row of each value, from 0 (int32).
        columns: Its column, from 0 (int32).
        values: The values (float32).
    """

    header: Header
    rows: npt.NDArray[np.int32]
    columns: npt.NDArray[np.int32]
    values: npt.NDArray[np.float32]

    def sorted_by(self, places: npt.NDArray[np.int32]) -> bool:
        """Whether some places never go back.

        Args:
            places: `rows` or `columns`.
        """
        return all(
            bool((np.diff(places[at : at + LINES + 1]) >= 0).all()) for at in range(0, max(1, len(places)), LINES)
        )


@contextmanager
def unpacked(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """What a file holds, packed by gzip or not.

    Args:
        stream: The open file, at its start.
    """
    import gzip

    start = stream.read(2)
    stream.seek(0)
    if start == b"\x1f\x8b":
        with gzip.GzipFile(fileobj=stream) as inside:
            yield cast("IO[bytes]", inside)
    else:
        yield stream


def is_market(stream: IO[bytes]) -> bool:
    """Whether a file is one.

    Args:
        stream: The open file, at its start, to which it returns.
    """
    try:
        with unpacked(stream) as inside:
            return inside.read(len(MARK)) == MARK
    except (OSError, EOFError):
        return False
    finally:
        stream.seek(0)


def header_of(stream: IO[bytes], path: Path) -> Header:
    """What a file says of itself.

    Args:
        stream: The open file, at its start.
        path: Where it lies, for messages.

    Raises:
        RefusedFileError: It is no sparse matrix of numbers, or claims more than a file of its size can hold.
    """
    with packing_refused(path, "gzip file"), unpacked(stream) as inside:
        return _header(inside, path)


def _header(inside: IO[bytes], path: Path) -> Header:
    said = inside.readline(1000).decode("ascii", "replace").casefold().split()
    if said[:3] != ["%%matrixmarket", "matrix", "coordinate"] or said[3:4] not in (["integer"], ["real"], ["pattern"]):
        given = " ".join(said[1:]) if said[:1] == ["%%matrixmarket"] else "without its first line"
        raise RefusedFileError(f"{path.name} is no sparse Matrix Market file of numbers, but {given}.", _HELP)
    if said[4:5] not in ([], ["general"]):
        raise RefusedFileError(f"{path.name} is a {said[4]} matrix, which one of cells is not.", _HELP)
    line = inside.readline(100_000)
    while line.startswith(b"%") or line.strip() == b"" != line:
        line = inside.readline(100_000)
    sizes = line.split()
    if len(sizes) != 3 or not all(size.isdigit() and len(size) < 16 for size in sizes):
        raise RefusedFileError(f"{path.name} does not say how large it is.", _HELP)
    rows, columns, entries = map(int, sizes)
    if entries * SHORTEST > max(RATIO_FROM, MAX_RATIO * path.stat().st_size) or max(rows, columns) >= 1 << 31:
        raise too_large(path)
    return Header(rows, columns, entries, said[3] == "pattern")


def kept(path: Path, stack: ExitStack) -> Kept:
    """Reads a file once and puts its numbers aside.

    Args:
        path: The file.
        stack: Closes the temporary file, which then is gone.

    Raises:
        RefusedFileError: It is cut, or a line is no row, column and value.
    """
    with packing_refused(path, "Matrix Market file"), open_ordinary(path) as stream, unpacked(stream) as inside:
        header = _header(inside, path)
        size = header.entries
        stored = _room(size, stack)
        at = 0
        for lines in _lines(inside, header):
            end = at + len(lines)
            if end > size:
                raise RefusedFileError(f"{path.name} has more than the {size:,} values that it claims.", _HELP)
            for axis, most in ((0, header.rows), (1, header.columns)):
                stored[axis, at:end] = _places(lines[axis], most, path)
            values = np.ones(len(lines)) if header.pattern else lines[2].to_numpy()
            stored[2, at:end] = values.astype(np.float32).view(np.int32)
            at = end
    if at < size:
        raise RefusedFileError(f"{path.name} is cut: it has {at:,} of the {size:,} values that it claims.", _HELP)
    return Kept(header, stored[0], stored[1], stored[2].view(np.float32))


def _room(size: int, stack: ExitStack) -> npt.NDArray[np.int32]:
    """A temporary file for so many rows, columns and values, as an array: 3 × size."""
    if not size:
        return np.zeros((3, 0), np.int32)
    file = stack.enter_context(tempfile.TemporaryFile(prefix="hitscout-"))  # noqa: SIM115 - closed by the stack
    return np.memmap(cast("BinaryIO", file), dtype=np.int32, mode="w+", shape=(3, size))


def _lines(inside: IO[bytes], header: Header) -> Iterator[pd.DataFrame]:
    if not header.entries:
        return
    kinds = {0: np.int64, 1: np.int64} | ({} if header.pattern else {2: np.float64})
    with pd.read_csv(
        inside, sep=r"\s+", header=None, names=list(kinds), dtype=kinds, index_col=False, chunksize=LINES,
        na_filter=False, on_bad_lines="error",
    ) as reader:  # fmt: skip
        yield from reader


def _places(numbers: pd.Series[int], most: int, path: Path) -> npt.NDArray[np.int32]:
    """Numbers of rows or columns, counted from 0."""
    places = numbers.to_numpy() - 1
    if places.size and not 0 <= places.min() <= places.max() < most:
        raise RefusedFileError(f"{path.name} has a value in row or column {int(places.max()) + 1} of {most:,}.", _HELP)
    return places.astype(np.int32)
