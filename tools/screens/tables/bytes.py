"""The bytes of a file that somebody named: opened with suspicion, unpacked with a limit, decoded strictly."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO

from db.errors import InvalidValueError, RefusedFileError

HEADER_BYTES = 1 << 20
"""How much of a file is looked at for its header."""
MAX_RATIO = 200
"""Compressed tables of real screens shrink three- to twentyfold; a thousandfold one is a trap."""
_RATIO_FROM = 1 << 20
_CHUNK = 1 << 18


def check_file(path: Path) -> None:
    """Refuses what cannot be a table before anything of it is read.

    Args:
        path: What the user named.

    Raises:
        RefusedFileError: It is missing, a folder, empty, or may not be read.
    """
    if path.is_dir():
        raise RefusedFileError(f"{path} is a folder, not a file.", "Name one file; several files are added one by one.")
    try:
        with path.open("rb") as stream:
            if not stream.read(1):
                raise RefusedFileError(
                    f"{path.name} is empty.", "Check the export that wrote it; a table needs a header and rows."
                )
    except FileNotFoundError as error:
        raise RefusedFileError(f"There is no file {path}.", "Check the name and the folder.") from error
    except PermissionError as error:
        raise RefusedFileError(
            f"There is no permission to read {path}.", f"Allow it (`chmod u+r {path}`), or copy the file."
        ) from error
    except OSError as error:
        raise RefusedFileError(f"{path} cannot be read: {error.strerror}.", "Name an ordinary file.") from error


def kind(path: Path) -> str:
    """What a file is by its first bytes: ``parquet``, ``gzip`` or ``plain``.

    Args:
        path: The file.

    Raises:
        RefusedFileError: It cannot be a table.
    """
    check_file(path)
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic == b"PAR1":
        return "parquet"
    if magic[:2] == b"\x1f\x8b":
        return "gzip"
    if magic[:2] == b"PK":
        raise RefusedFileError(
            f"{path.name} is a zip archive or an Excel workbook, not a table of text.",
            "Save the sheet as csv (UTF-8), or unpack the archive, and give that file.",
        )
    return "plain"


def opened(path: Path) -> BinaryIO:
    """The beginning of a file of text, unpacked where it is gzipped.

    Args:
        path: The file.
    """
    if kind(path) == "gzip":
        return io.BytesIO(_unpacked(path, HEADER_BYTES))
    return path.open("rb")


def all_bytes(path: Path) -> bytes:
    """All bytes of a file of text, unpacked where it is gzipped.

    Args:
        path: The file.

    Raises:
        RefusedFileError: It is damaged, or unpacks to far more than it could honestly hold.
    """
    return _unpacked(path, None) if kind(path) == "gzip" else path.read_bytes()


def _unpacked(path: Path, limit: int | None) -> bytes:
    """The bytes inside a gzip file; stops as soon as there are far more of them than the file could honestly hold."""
    most = max(_RATIO_FROM, MAX_RATIO * path.stat().st_size)
    parts: list[bytes] = []
    size = 0
    try:
        with gzip.open(path, "rb") as stream:
            while chunk := stream.read(_CHUNK):
                parts.append(chunk)
                size += len(chunk)
                if size > most:
                    raise RefusedFileError(
                        f"{path.name} unpacks to more than {MAX_RATIO} times its size, as no table of a screen does.",
                        "Unpack it yourself, look at it, and give the plain file.",
                    )
                if limit is not None and size >= limit:
                    break
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RefusedFileError(
            f"{path.name} is a damaged or incomplete gzip file ({error}).", "Download or compress it again."
        ) from error
    return b"".join(parts)


def decoded(content: bytes, path: Path, encoding: str, *, whole: bool = True) -> str:
    """Bytes as text.

    Args:
        content: The bytes.
        path: Their file, for messages.
        encoding: Name of an encoding; UTF-8, with or without a byte-order mark, where empty.
        whole: Whether the bytes are all of the file; a cut piece may end within a character.

    Raises:
        RefusedFileError: The bytes are not text in this encoding.
        InvalidValueError: There is no encoding of the name.
    """
    if not encoding and content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise RefusedFileError(f"{path.name} is UTF-16, not UTF-8.", "Give --encoding utf-16, or save it as UTF-8.")
    try:
        text = content.decode(encoding or "utf-8-sig", "strict" if whole else "ignore")
    except LookupError as error:
        raise InvalidValueError(
            f"There is no text encoding {encoding!r}.", "Such as utf-8, latin-1, cp1252 or utf-16."
        ) from error
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        line = content.count(b"\n", 0, start) + 1
        raise RefusedFileError(
            f"{path.name} is not {encoding or 'UTF-8'}: line {line} has the byte 0x{content[start]:02x}.",
            "Name the file's encoding, such as --encoding latin-1 or --encoding cp1252.",
        ) from error
    if "\x00" in text[:HEADER_BYTES]:
        raise RefusedFileError(f"{path.name} is not text: it has zero bytes.", "Give a csv, tsv or Parquet table.")
    return text
