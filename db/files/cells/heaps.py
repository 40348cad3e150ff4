"""The places of an HDF5 file in which texts lie, checked before they are read.

HDF5 walks through such a place by the sizes that are written in it, and trusts them: where one is damaged, it may never
come to an end. A walk that ends costs little here, because the numbers of a file, nearly all of it, are passed over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import h5py

from db.errors import RefusedFileError

_MARK = b"GCOL\x01\0\0\0"
_HEAD = 16
"""Bytes before the first text, and before each."""
_WINDOW = 1 << 20


def check_heaps(file: h5py.File, path: Path) -> None:
    """Refuses a file in which the sizes of texts lead nowhere (HDF5 file format, III.E, global heaps).

    Args:
        file: The open file, of which only the places of its numbers are asked.
        path: Where it lies.

    Raises:
        RefusedFileError: It is damaged so.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        for begin, end in _between(_places_of_numbers(file), size):
            for at in _marks(stream, begin, end):
                if not _walks(stream, at, size):
                    raise RefusedFileError(
                        f"{path.name} is damaged: its texts do not lie where it says.", "Download or copy it again."
                    )


def _places_of_numbers(file: h5py.File) -> list[tuple[int, int]]:
    """Where the values of each table of numbers begin and end."""
    found: list[tuple[int, int]] = []

    def look(_: str, node: h5py.Group | h5py.Dataset) -> None:
        if not isinstance(node, h5py.Dataset):
            return
        offset = node.id.get_offset()
        if offset is not None:
            found.append((offset, offset + node.id.get_storage_size()))
        elif node.chunks:
            node.id.chunk_iter(lambda chunk: found.append((chunk.byte_offset, chunk.byte_offset + chunk.size)))

    try:
        file.visititems(look)
    except Exception:  # noqa: BLE001 - what is damaged is looked through byte by byte, and refused where it is read
        return []
    return found


def _between(taken: list[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """What is left of a file, from the first byte to the last."""
    at = 0
    for begin, end in sorted(taken):
        if begin > at:
            yield at, min(begin, size)
        at = max(at, end)
    if at < size:
        yield at, size


def _marks(stream: BinaryIO, begin: int, end: int) -> Iterator[int]:
    """Where such places begin."""
    while begin < end:
        stream.seek(begin)
        # Longer than its step, so that a mark across two windows is seen.
        window = stream.read(min(_WINDOW, end - begin) + len(_MARK) - 1)
        found = window.find(_MARK)
        while found >= 0:
            yield begin + found
            found = window.find(_MARK, found + 1)
        begin += _WINDOW


def _walks(stream: BinaryIO, at: int, size: int) -> bool:
    """Whether the sizes in a place lead to its end."""
    stream.seek(at + len(_MARK))
    length = int.from_bytes(stream.read(8), "little")
    if length < _HEAD or at + length > size:
        return False
    stream.seek(at)
    place, step = stream.read(length), _HEAD
    while length - step >= _HEAD:
        number, _, _, bytes_ = struct.unpack_from("<HHIQ", place, step)
        needed = bytes_ if number == 0 else _HEAD + -(-bytes_ // 8) * 8
        if needed < _HEAD or step + needed > length:
            return False
        step += needed
    return True
