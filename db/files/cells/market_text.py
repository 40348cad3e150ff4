"""Matrix Market files: their header, and their numbers as they are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.errors import RefusedFileError
from db.files.cells.matrices import checked_places, checked_values
from db.files.opening import open_ordinary, reason_of
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


def triplets(path: Path) -> Iterator[tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float32]]]:
    """Reads a file from its start to its end.

    Args:
        path: The file.

    Yields:
        Rows, columns (both from 0) and values of some lines.

    Raises:
        RefusedFileError: It is cut, or a line is no row, column and value.
    """
    with packing_refused(path, "Matrix Market file"), open_ordinary(path) as stream, unpacked(stream) as inside:
        header = _header(inside, path)
        left = header.entries
        for lines in _lines(inside, header, path):
            left -= len(lines)
            if left < 0:
                raise RefusedFileError(f"{path.name} has more than the {header.entries:,} values it claims.", _HELP)
            values = np.ones(len(lines)) if header.pattern else lines[2].to_numpy()
            rows, columns = _places(lines[0], header.rows, path), _places(lines[1], header.columns, path)
            yield rows, columns, checked_values(values, path.name)
    if left:
        raise RefusedFileError(f"{path.name} is cut: of {header.entries:,} values {left:,} are missing.", _HELP)


def _lines(inside: IO[bytes], header: Header, path: Path) -> Iterator[pd.DataFrame]:
    if not header.entries:
        return
    kinds = {0: np.int64, 1: np.int64} | ({} if header.pattern else {2: np.float64})
    try:
        with pd.read_csv(
            inside, sep=r"\s+", header=None, names=list(kinds), dtype=kinds, index_col=False, chunksize=LINES,
            na_filter=False, on_bad_lines="error",
        ) as reader:  # fmt: skip
            yield from reader
    except ValueError as error:
        raise RefusedFileError(
            f"{path.name} has a line that is no row, column and value ({reason_of(error)}).", _HELP
        ) from error


def _places(numbers: pd.Series[int], most: int, path: Path) -> npt.NDArray[np.int32]:
    """Numbers of rows or columns, counted from 0."""
    return checked_places(numbers.to_numpy() - 1, most, path.name)
