"""Archives of numpy arrays (.npz): every array by its name, or a refusal; nothing in them is ever run."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy.typing as npt

from db.errors import RefusedFileError
from db.files.objects import array_in
from db.files.opening import damage_refused, open_ordinary
from db.files.unpacking import MAX_RATIO, RATIO_FROM, too_large

HELP = "Save it again with numpy.savez_compressed, without objects in it."


def holds_arrays(path: Path) -> bool:
    """Whether a file is an archive of numpy arrays and of nothing else.

    Args:
        path: An ordinary file.
    """
    with open_ordinary(path) as stream:
        if stream.read(2) != b"PK":
            return False
        try:
            names = zipfile.ZipFile(stream).namelist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return False
    return bool(names) and all(name.endswith(".npy") for name in names)


def read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The arrays of an archive; texts come as text.

    Args:
        path: The file.

    Raises:
        RefusedFileError: It is damaged, holds objects, or unpacks to far more than arrays of its size would.
    """
    with damage_refused(path, "an archive of numpy arrays", HELP), open_ordinary(path) as stream:
        archive = zipfile.ZipFile(stream)
        if sum(one.file_size for one in archive.infolist()) > max(RATIO_FROM, MAX_RATIO * path.stat().st_size):
            raise too_large(path)
        found = {}
        for one in archive.infolist():
            with archive.open(one) as member:
                found[one.filename.removesuffix(".npy")] = array_in(member, path, HELP)
        if not found:
            raise RefusedFileError(f"{path.name} holds no arrays.", HELP)
        return found
