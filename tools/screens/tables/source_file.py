"""A file that somebody named: opened once, unpacked, decoded, and cut into cells below a header.

Whatever stands between a file and its cells is undone here, so that readers see a header and a table. Everything is
read as text first: a spreadsheet's dates, ``NA`` and numbers below 1e-308 would otherwise be changed before anybody
could see them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from io import BufferedReader
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from db.acts import option
from db.errors import InvalidValueError, RefusedFileError
from db.files.kinds import START, Kind, kind_of
from db.files.opening import open_ordinary
from db.files.parquet import parquet_columns, read_parquet_as_text
from db.files.text import decoded
from db.files.unpacking import text_inside
from db.files.workbook import Sheet, is_workbook, read_sheet
from db.genes.name_forms import clean
from tools.screens.tables.body import rows_of
from tools.screens.tables.delimited_text import Cutting, Records, cutting_of, decimal_of_text, records_of
from tools.screens.tables.framing import Frame, frame_of
from tools.screens.tables.raw_table import RawTable, picked, without_suffix
from tools.screens.tables.reading import BY_ITSELF, Reading

HEADER_BYTES = 1 << 20
"""How much of a text is looked at for its header."""
_ENDINGS = re.compile(r"(\.(gz|bz2|xz|zip|csv|tsv|txt|xlsx|parquet|gene_summary|npz|rda|rds))+$")


@dataclass(frozen=True, eq=False)
class SourceFile:
    """An open file of a table: its header by itself, its rows when they are asked for.

    Attributes:
        path: Where it lies, for messages and for files beside it.
        kind: What it is by its first bytes: text, packed text, ``workbook`` or ``parquet``.
        reading: How it is opened: its encoding, sheet, and whether it has a header.
    """

    path: Path
    kind: Kind | Literal["workbook"]
    reading: Reading
    _stream: BufferedReader = field(repr=False)

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns; of a header of several lines the cells above each other, joined by ``:``.

        Raises:
            RefusedFileError: The file is no table, or has no line that could be a header.
        """
        return tuple(name for at, name in enumerate(self._frame.names) if at not in self._frame.void)

    @property
    def header_lines(self) -> tuple[tuple[str, ...], ...]:
        """The cells of each line of the header, the first line first; none where the file has no header.

        Raises:
            RefusedFileError: The file is no table, or has no line that could be a header.
        """
        return self._frame.header_lines

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
            cells.columns = pd.Index(list(self._frame.names))
            cells.index = pd.RangeIndex(1, len(cells) + 1)
            return picked(RawTable(cells, self.path), reading)
        if self.kind == "workbook":
            records, decimal = self._sheet_records, "."
        else:
            text = decoded(self._bytes(None), self.path, self.reading.encoding)
            records = records_of(text, self._cutting, self.path.name)
            decimal = decimal_of_text(text, self._cutting.delimiter)
        rows, frame = rows_of(records, self._frame, self.path.name)
        return picked(RawTable(_cells_of(rows, frame, self.path.name), self.path, decimal, self._said(frame)), reading)

    @property
    def plain_delimiter(self) -> str:
        """What stands between the cells of a text that begins with a header of one line; empty for any other file."""
        if self.kind not in ("text", "gzip") or self.reading.encoding or self._frame.void:
            return ""
        plain = self._cutting.start == 0 and self._frame.skip == len(self._frame.header_lines) == 1
        return self._cutting.delimiter if plain and not self._frame.said else ""

    def sha256(self) -> str:
        """SHA-256 of the file's bytes as they lie there, in hexadecimal."""
        self._stream.seek(0)
        return hashlib.file_digest(self._stream, "sha256").hexdigest()

    def _said(self, frame: Frame) -> tuple[str, ...]:
        if self.kind != "workbook":
            return (*self._cutting.said, *frame.said)
        others = ", ".join(repr(name) for name in self._sheet.others[:8])
        more = f"; the workbook also has {others}" if others else ""
        return (f"Read from the sheet {self._sheet.name!r}{more}.", *frame.said)

    @property
    def _cutting(self) -> Cutting:
        return self._top[0]

    @property
    def _frame(self) -> Frame:
        return self._top[1]

    @cached_property
    def _top(self) -> tuple[Cutting, Frame]:
        """How the file is cut, and where its table stands; for a text by its beginning alone."""
        name, cutting = self.path.name, Cutting("")
        if self.kind == "parquet":
            names = tuple(clean(column) for column in parquet_columns(self.path))
            return cutting, Frame(names, (names,), 0)
        if self.kind == "workbook":
            records = self._sheet_records
        else:
            start = self._bytes(HEADER_BYTES)
            whole = len(start) < HEADER_BYTES
            head = decoded(start, self.path, self.reading.encoding, whole=whole)
            cutting = cutting_of(head, name)
            records = records_of(head, cutting, name, whole=whole)
        return cutting, frame_of(records, name, no_header=self.reading.no_header)

    @cached_property
    def _sheet(self) -> Sheet:
        return read_sheet(self._stream, self.path, self.reading.sheet)

    @property
    def _sheet_records(self) -> Records:
        rows = [(row, number) for number, row in enumerate(self._sheet.rows, 1) if any(row)]
        if not rows:
            raise RefusedFileError(f"{self.path.name} has no cell with anything in it.", "Check the workbook.")
        return Records([row for row, _ in rows], [number for _, number in rows])

    def _bytes(self, limit: int | None) -> bytes:
        """The first bytes of a text, or all of them, unpacked where it is packed."""
        kind = "zip" if self.kind == "workbook" else self.kind
        return text_inside(self._stream, kind, self.path, limit)


@contextmanager
def opened(path: Path, reading: Reading = BY_ITSELF) -> Iterator[SourceFile]:
    """Opens a file for as long as it is read; refuses what cannot be a table before anything of it is read.

    Args:
        path: What the user named.
        reading: Its encoding, its sheet, and whether it has a header are used.

    Yields:
        The open file.

    Raises:
        RefusedFileError: It is missing, no ordinary file, empty, of another form than a table, or may not be read.
        InvalidValueError: A sheet is named, and it is no workbook.
    """
    with open_ordinary(path) as stream:
        kind: Kind | Literal["workbook"] = kind_of(stream.read(START), path.name)
        if kind == "zip" and is_workbook(stream, path):
            kind = "workbook"
        if reading.sheet and kind != "workbook":
            raise InvalidValueError(f"{path.name} is no workbook and has no sheets.", f"Leave {option('sheet')} out.")
        yield SourceFile(path, kind, reading, stream)


def stem_of(path: Path) -> str:
    """A file's name without its endings.

    Args:
        path: The file.
    """
    return _ENDINGS.sub("", path.name)


def _cells_of(records: Records, frame: Frame, file: str) -> pd.DataFrame:
    """One column of text for each column of a file, indexed by the line of the file; blank nameless ones left out."""
    columns = dict(enumerate(zip(*records.rows, strict=True)))
    kept = [at for at in columns if at not in frame.void or any(map(str.strip, columns[at]))]
    cells = pd.DataFrame({at: columns[at] for at in kept}, index=np.asarray(records.lines, dtype="int64"), dtype=object)
    cells.columns = pd.Index([frame.names[at] for at in kept])
    _refuse_repeated_header(cells, file)
    return cells


def _refuse_repeated_header(cells: pd.DataFrame, file: str) -> None:
    names = [str(name) for name in cells.columns]
    alike = cells[cells.iloc[:, -1] == names[-1]]
    repeated = alike.index[(alike == names).all(axis=1)]
    if len(repeated):
        raise RefusedFileError(f"Line {repeated[0]} of {file} repeats the header.", "Give each table as its own file.")
