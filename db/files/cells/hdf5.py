"""HDF5 files, opened with suspicion: what lies in them is read from the file itself or refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt

from db.errors import RefusedFileError
from db.files.cells.heaps import check_heaps
from db.files.opening import reason_of, refuse_extraordinary

PLAIN_ROWS = 1_000_000
"""Cells or genes that any file may name."""
ROWS_A_BYTE = 10
"""Those that a larger file may name for each of its bytes: more is a trap, not a file of cells."""
MOST_CHUNK = 1 << 29
"""Bytes that a file may make us unpack at once."""
_FILTERS = {
    32001: "Blosc", 32004: "LZ4", 32008: "bitshuffle", 32013: "ZFP", 32015: "Zstandard", 32026: "Blosc2", 307: "bzip2",
    4: "szip",
}  # fmt: skip
_SAVE_AGAIN = "Save it again where that works, such as adata.write_h5ad(…, compression='gzip') in Python."


@contextmanager
def opened_hdf5(path: Path) -> Iterator[h5py.File]:
    """An HDF5 file, open for reading.

    Args:
        path: The file.

    Yields:
        Its root.

    Raises:
        RefusedFileError: It is no ordinary file, no HDF5, cut, or damaged at its start.
    """
    refuse_extraordinary(path)
    try:
        file = h5py.File(path, "r", locking="best-effort")
    except OSError as error:
        raise _unopened(path, error) from error
    with file:
        check_heaps(file, path)
        yield file


def _unopened(path: Path, error: OSError) -> RefusedFileError:
    if "truncated" in str(error):
        return RefusedFileError(
            f"{path.name} is cut: its end is missing.", "Download or copy it again, and compare its size."
        )
    if "unable to lock" in str(error):
        return RefusedFileError(f"{path.name} is being written.", "Try again when it is finished, or copy it.")
    return RefusedFileError(f"{path.name} cannot be read as HDF5: {reason_of(error)}.", "Download or write it again.")


def member(group: h5py.Group, place: str) -> h5py.Group | h5py.Dataset | None:
    """What lies at a place below a group; None where nothing does.

    Args:
        group: The group.
        place: Names with slashes between them.

    Raises:
        RefusedFileError: A link leads elsewhere, which could be another file, or the values lie outside of the file.
    """
    node: h5py.Group | h5py.Dataset = group
    for part in place.split("/"):
        link = node.get(part, getlink=True) if isinstance(node, h5py.Group) else None
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise _elsewhere(group, place)
        node = node[part]
    if isinstance(node, h5py.Dataset):
        _check_values(node)
    return node


def values_at(group: h5py.Group, place: str) -> h5py.Dataset:
    """The values at a place, of whatever shape; nothing of them is read yet.

    Args:
        group: A group above.
        place: Names with slashes between them.

    Raises:
        RefusedFileError: There are none, or they cannot be read.
    """
    node = member(group, place)
    if not isinstance(node, h5py.Dataset):
        raise RefusedFileError(f"{_file(group)} has no values at {_path(group, place)}.", _SAVE_AGAIN)
    return node


def numbers_at(group: h5py.Group, place: str) -> h5py.Dataset:
    """As `values_at`, for numbers.

    Raises:
        RefusedFileError: They are none.
    """
    node = values_at(group, place)
    if node.dtype.kind not in "iufb":
        raise RefusedFileError(
            f"{_file(group)} has no numbers at {_path(group, place)}, but {node.dtype}.", _SAVE_AGAIN
        )
    return node


def texts_at(group: h5py.Group, place: str) -> npt.NDArray[np.object_]:
    """One-dimensional values as text; see `texts_of`.

    Args:
        group: A group above.
        place: Names with slashes between them.

    Raises:
        RefusedFileError: There are none, or far more than the file could honestly hold.
    """
    node = values_at(group, place)
    check_length(node)
    return texts_of(node.asstr()[()] if h5py.check_string_dtype(node.dtype) else node[()])


def texts_of(values: npt.NDArray[Any]) -> npt.NDArray[np.object_]:
    """Values as text, missing ones empty.

    Args:
        values: Texts, bytes in UTF-8, numbers or truth values, of any shape.
    """
    if values.dtype.kind == "f":
        texts = values.astype(str).astype(object)
        texts[np.isnan(values)] = ""
        return texts
    if values.dtype.kind == "O":
        plain = [value if isinstance(value, str) else _text(value) for value in values.ravel().tolist()]
        return np.array(plain, dtype=object).reshape(values.shape)
    if values.dtype.kind == "S":
        return np.char.decode(values, "utf-8").astype(object)
    return values.astype(str).astype(object)


def _text(value: object) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else "" if value is None else str(value)


def check_length(node: h5py.Dataset) -> None:
    """Refuses what is no list, or one too long for its file.

    Args:
        node: Values that describe cells or genes.

    Raises:
        RefusedFileError: It is so.
    """
    if node.ndim != 1:
        raise RefusedFileError(f"{_file(node)} has a table of {node.shape} at {node.name}, not a list.", _SAVE_AGAIN)
    if node.shape[0] > max(PLAIN_ROWS, ROWS_A_BYTE * Path(node.file.filename).stat().st_size):
        raise RefusedFileError(
            f"{_file(node)} claims {node.shape[0]:,} values at {node.name}, more than a file of its size can hold.",
            "Download or write it again.",
        )


def text_attribute(node: h5py.Group | h5py.Dataset, name: str) -> str:
    """An attribute as text; empty where it is missing or no text.

    Args:
        node: What has it.
        name: Its name.
    """
    value = node.attrs.get(name, "")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value if isinstance(value, str) else ""


def _check_values(node: h5py.Dataset) -> None:
    """Refuses values that lie in another file, are packed by what is not here, or unpack to too much at once."""
    if node.is_virtual or node.external:
        raise _elsewhere(node.parent, node.name)
    plan = node.id.get_create_plist()
    for number in range(plan.get_nfilters()):
        code = plan.get_filter(number)[0]
        if not h5py.h5z.filter_avail(code):
            packing = _FILTERS.get(code, f"filter {code}")
            raise RefusedFileError(f"{_file(node)} is packed by {packing}, which cannot be unpacked here.", _SAVE_AGAIN)
    if node.chunks and int(np.prod(node.chunks, dtype=np.float64)) * node.dtype.itemsize > MOST_CHUNK:
        raise RefusedFileError(f"{_file(node)} is packed in pieces of more than {MOST_CHUNK >> 20} MB.", _SAVE_AGAIN)


def _elsewhere(group: h5py.Group, place: str) -> RefusedFileError:
    return RefusedFileError(
        f"{_file(group)} has a link in place of {_path(group, place)}; what another file holds is not read.",
        "Write everything into one file.",
    )


def _file(node: h5py.Group | h5py.Dataset) -> str:
    return Path(node.file.filename).name


def _path(group: h5py.Group, place: str) -> str:
    return place if place.startswith("/") else f"{group.name.rstrip('/')}/{place}"
