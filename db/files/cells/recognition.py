"""Whether a file looks like cells, told by its first bytes: each table is asked too, and loads no library for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal, cast

from db.files.opening import open_ordinary

MAGIC = b"\x89HDF\r\n\x1a\n"
_USER_BLOCK = 512
"""HDF5 begins at the start of a file, or behind a foreign block of this size, or of twice as much, and so on."""
MARK = b"%%MatrixMarket"
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_R_DATA = (b"RDX2\n", b"RDX3\n")


def is_cells(path: Path) -> bool:
    """Whether something looks like cells: a folder, an HDF5 file, a Matrix Market file or R's saved objects.

    Whether it can be read is `db.files.cells.opening.opened_cells` to say.

    Args:
        path: What the user named.

    Raises:
        RefusedFileError: It is missing, a pipe or a device, or may not be read.
    """
    return path.is_dir() or bool(form_of(path))


def form_of(path: Path) -> Literal["hdf5", "market", "r", ""]:
    """What a file of cells is written as; empty where it is no such file.

    Args:
        path: The file.

    Raises:
        RefusedFileError: It is missing, a folder, a pipe or a device, or may not be read.
    """
    with open_ordinary(path) as stream:
        start = stream.read(len(MAGIC))
        if _is_hdf5(stream):
            return "hdf5"
        stream.seek(0)
        if _is_market(stream):
            return "market"
    return "r" if start[:5] in _R_DATA or (start.startswith(_PACKED) and path.suffix.casefold() == ".rda") else ""


def _is_hdf5(stream: IO[bytes]) -> bool:
    """As h5py.is_hdf5 tells it."""
    size, place = stream.seek(0, 2), 0
    while place < size:
        stream.seek(place)
        if stream.read(len(MAGIC)) == MAGIC:
            return True
        place = 2 * place or _USER_BLOCK
    return False


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


def _is_market(stream: IO[bytes]) -> bool:
    """Whether a file is one.

    Args:
        stream: The open file, at its start.
    """
    try:
        with unpacked(stream) as inside:
            return inside.read(len(MARK)) == MARK
    except (OSError, EOFError):
        return False
