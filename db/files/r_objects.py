"""Files of R (.rda, .rds), packed in any of R's ways: the first object, as Python has it."""

from __future__ import annotations

import bz2
import gzip
import lzma
import warnings
import zlib
from pathlib import Path
from typing import IO, Any

from db.files.objects import R_HELP
from db.files.opening import damage_refused, open_ordinary
from db.files.unpacking import CHUNK, MAX_RATIO, RATIO_FROM, too_large

_SAVED = (b"RDX2\n", b"RDX3\n", b"RDA2\n", b"RDA3\n")
_ONE = (b"X\n\x00\x00\x00", b"B\n\x02\x00\x00\x00", b"B\n\x03\x00\x00\x00", b"A\n2\n", b"A\n3\n")


def holds_r_objects(path: Path) -> bool:
    """Whether a file is R data by its first bytes, packed or not.

    Args:
        path: An ordinary file.
    """
    with open_ordinary(path) as stream:
        try:
            with _unpacked(stream) as inside:
                return inside.read(5).startswith((*_SAVED, *_ONE))
        except (OSError, EOFError, lzma.LZMAError, zlib.error):
            return False


def read_r_object(path: Path) -> tuple[str, Any]:
    """The first object of a file of R.

    Args:
        path: The file.

    Returns:
        Its name (empty in an .rds) and the object: a data frame as `pandas.DataFrame`, a matrix with names as
        `xarray.DataArray`, a named list as a dictionary, a vector as an array.

    Raises:
        RefusedFileError: It is no R data, is damaged, or unpacks to far more than it can honestly hold.
    """
    import rdata

    with damage_refused(path, "R data", R_HELP), open_ordinary(path) as stream, warnings.catch_warnings():
        # R's own encoding notes say nothing on gene names.
        warnings.simplefilter("ignore")
        content = _content(stream, path)
        saved = content.startswith(_SAVED)
        found = rdata.conversion.convert(rdata.parser.parse_data(content, extension=".rda" if saved else ".rds"))
        return next((str(name), value) for name, value in found.items()) if saved else ("", found)


def _content(stream: IO[bytes], path: Path) -> bytes:
    most = max(RATIO_FROM, MAX_RATIO * path.stat().st_size)
    parts, size = [], 0
    with _unpacked(stream) as inside:
        while chunk := inside.read(CHUNK):
            parts.append(chunk)
            size += len(chunk)
            if size > most:
                raise too_large(path)
    return b"".join(parts)


def _unpacked(stream: IO[bytes]) -> IO[bytes]:
    start = stream.read(6)
    stream.seek(0)
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=stream)  # type: ignore[return-value]
    if start.startswith(b"BZh"):
        return bz2.BZ2File(stream)
    if start.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(stream)
    return stream
