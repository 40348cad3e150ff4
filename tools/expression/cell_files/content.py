"""What a file or folder of cells is known by: its name, and the hash of its bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from db.errors import RefusedFileError
from db.provenance import file_hash
from tools.screens.ingestion.adding import name_of

_ENDINGS = (".h5ad", ".h5", ".loom", ".rda", ".mtx")


def cells_name(path: Path) -> str:
    """What the cells of a file are called where nothing else is said: its name without endings.

    Args:
        path: The file or folder.
    """
    stem = name_of(path)
    for ending in _ENDINGS:
        stem = stem.removesuffix(ending)
    return stem.replace(":", "-")


def source_hash(path: Path) -> str:
    """SHA-256 of a file, or of all files of a folder and their names, in hexadecimal.

    Args:
        path: The file or folder.

    Raises:
        RefusedFileError: There is no such file, or it may not be read.
    """
    try:
        if not path.is_dir():
            return file_hash(path)
        parts = [f"{one.name} {file_hash(one)}" for one in sorted(path.iterdir()) if one.is_file()]
    except OSError as error:
        raise RefusedFileError(f"{path} cannot be read: {error.strerror}.", "Check the name and the folder.") from error
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
