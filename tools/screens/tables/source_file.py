"""A file that somebody named: opened once and with suspicion, unpacked with a limit, decoded strictly, cut into cells.

Whatever stands between a file and its cells is undone here, so that readers see a header and a table. Everything is
read as text first: a spreadsheet's dates, ``NA`` and numbers below 1e-308 would otherwise be changed before anybody
could see them.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Literal

import pandas as pd

from db.acts import option
from db.errors import InvalidValueError, RefusedFileError
from db.files import parquet_columns, read_parquet_as_text
from db.genes.name_forms import clean
from tools.screens.tables.delimited_text import cells_of, header_of
from tools.screens.tables.raw_table import RawTable, picked, without_suffix
from tools.screens.tables.reading import Reading

HEADER_BYTES = 1 << 20
"""How much of a file is looked at for its header."""
MAX_RATIO = 200
"""Compressed tables of real screens shrink three- to twentyfold; a thousandfold one is a trap."""
_RATIO_FROM = 1 << 20
_CHUNK = 1 << 18
_ENDINGS = re.compile(r"(\.(gz|csv|tsv|txt|parquet|gene_summary))+$")


@dataclass(frozen=True, eq=False)
class SourceFile:
    """An open file of a table: its header by itself, its rows when they are asked for; neither is kept here.

    Attributes:
        path: Where it lies, for messages and for files beside it.
        kind: ``plain`` or ``gzip`` text, or ``parquet``.
        encoding: Its text encoding; UTF-8, with or without a byte-order mark, where empty.
    """

    path: Path
    kind: Literal["plain", "gzip", "parquet"]
    encoding: str
    _stream: BufferedReader = field(repr=False)

    @cached_property
    def header(self) -> tuple[str, ...]:
        """Names of the columns, from the first line alone.

        Raises:
            RefusedFileError: The file is no text, or has no line that could be a header.
        """
        if self.kind == "parquet":
            return tuple(clean(name) for name in parquet_columns(self.path))
        start = self._bytes(HEADER_BYTES)
        end = start.find(b"\n")
        utf16 = start[:2] in (b"\xff\xfe", b"\xfe\xff")
        line = start if end < 0 or utf16 else start[: end + 1]
        return tuple(header_of(decoded(line, self.path, self.encoding, whole=False), self.path.name)[0])

    def columns(self, reading: Reading) -> list[str]:
        """Names of the columns as `table` would give them.

        Args:
            reading: Its suffix is used.

        Raises:
            RefusedFileError: There is no header.
            InvalidValueError: No column ends in the suffix.
        """
        return without_suffix(list(self.header), reading.suffix)

    def table(self, reading: Reading) -> RawTable:
        """All rows that are asked for, as text.

        Args:
            reading: Its suffix and row conditions are used.

        Raises:
            RefusedFileError: The file cannot be read as one table.
            InvalidValueError: A condition or suffix names what the file does not have.
        """
        if self.kind == "parquet":
            cells = read_parquet_as_text(self.path)
            cells.columns = pd.Index([clean(str(name)) for name in cells.columns])
            cells.index = pd.RangeIndex(1, len(cells) + 1)
            return picked(RawTable(cells, self.path), reading)
        cells, decimal = cells_of(decoded(self._bytes(None), self.path, self.encoding), self.path.name)
        return picked(RawTable(cells, self.path, decimal), reading)

    def sha256(self) -> str:
        """SHA-256 of the file's bytes as they lie there, in hexadecimal."""
        self._stream.seek(0)
        return hashlib.file_digest(self._stream, "sha256").hexdigest()

    def _bytes(self, limit: int | None) -> bytes:
        """The first bytes of a text, or all of them, unpacked where it is gzipped."""
        self._stream.seek(0)
        if self.kind == "gzip":
            return _unpacked(self._stream, self.path, limit)
        return self._stream.read(-1 if limit is None else limit)


@contextmanager
def opened(path: Path, encoding: str = "") -> Iterator[SourceFile]:
    """Opens a file for as long as it is read; refuses what cannot be a table before anything of it is read.

    Args:
        path: What the user named.
        encoding: Its text encoding; UTF-8 where empty.

    Yields:
        The open file.

    Raises:
        RefusedFileError: It is missing, a folder, empty, an archive, or may not be read.
    """
    stream, start = _stream_of(path)
    with stream:
        yield SourceFile(path, _kind_of(start, path), encoding, stream)


def stem_of(path: Path) -> str:
    """A file's name without its endings.

    Args:
        path: The file.
    """
    return _ENDINGS.sub("", path.name)


def _stream_of(path: Path) -> tuple[BufferedReader, bytes]:
    """The open file and its first four bytes."""
    if path.is_dir():
        raise RefusedFileError(f"{path} is a folder, not a file.", "Name one file; several files are added one by one.")
    try:
        stream = path.open("rb")
        return stream, stream.read(4)
    except FileNotFoundError as error:
        raise RefusedFileError(f"There is no file {path}.", "Check the name and the folder.") from error
    except PermissionError as error:
        raise RefusedFileError(
            f"There is no permission to read {path}.", f"Allow it (`chmod u+r {path}`), or copy the file."
        ) from error
    except OSError as error:
        raise RefusedFileError(f"{path} cannot be read: {error.strerror}.", "Name an ordinary file.") from error


def _kind_of(start: bytes, path: Path) -> Literal["plain", "gzip", "parquet"]:
    """What a file is by its first bytes."""
    if not start:
        raise RefusedFileError(
            f"{path.name} is empty.", "Check the export that wrote it; a table needs a header and rows."
        )
    if start[:2] == b"PK":
        raise RefusedFileError(
            f"{path.name} is a zip archive or an Excel workbook, not a table of text.",
            "Save the sheet as csv (UTF-8), or unpack the archive, and give that file.",
        )
    if start == b"PAR1":
        return "parquet"
    return "gzip" if start[:2] == b"\x1f\x8b" else "plain"


def _unpacked(stream: BufferedReader, path: Path, limit: int | None) -> bytes:
    """The bytes inside a gzip file; stops as soon as there are far more of them than the file could honestly hold."""
    most = max(_RATIO_FROM, MAX_RATIO * os.fstat(stream.fileno()).st_size)
    unpacked = BytesIO()
    try:
        with gzip.GzipFile(fileobj=stream) as inside:
            while chunk := inside.read(_CHUNK):
                unpacked.write(chunk)
                if unpacked.tell() > most:
                    raise RefusedFileError(
                        f"{path.name} unpacks to more than {MAX_RATIO} times its size, as no table of a screen does.",
                        "Unpack it yourself, look at it, and give the plain file.",
                    )
                if limit is not None and unpacked.tell() >= limit:
                    break
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RefusedFileError(
            f"{path.name} is a damaged or incomplete gzip file ({error}).", "Download or compress it again."
        ) from error
    return unpacked.getvalue()


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
        raise RefusedFileError(
            f"{path.name} is UTF-16, not UTF-8.", f"Give {option(encoding='utf-16')}, or save it as UTF-8."
        )
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
            f"Name the file's encoding, such as {option(encoding='latin-1')} or {option(encoding='cp1252')}.",
        ) from error
    if "\x00" in text[:HEADER_BYTES]:
        raise RefusedFileError(f"{path.name} is not text: it has zero bytes.", "Give a csv, tsv or Parquet table.")
    return text
