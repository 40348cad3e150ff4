"""Excel workbooks (.xlsx): their sheets as rows of text."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from db.acts import option
from db.errors import InvalidValueError, NeedsChoiceError, RefusedFileError
from db.files.opening import damage_refused
from db.files.unpacking import MAX_RATIO, RATIO_FROM, packing_refused, too_large

_HELP = "Open it in a spreadsheet, save the sheet as csv (UTF-8), and give that file."
_KIND = "an Excel workbook"
_DATE = "%Y-%m-%d"


@dataclass(frozen=True)
class Sheet:
    """One sheet's cells as text.

    Attributes:
        name: Its name.
        rows: Its rows, blank ones too, so that the place of a row is its number less one.
        others: Names of the workbook's other sheets that hold something.
    """

    name: str
    rows: list[list[str]]
    others: tuple[str, ...]


def is_workbook(stream: IO[bytes], path: Path) -> bool:
    """Whether a zip archive is an Excel workbook.

    Args:
        stream: The open file.
        path: Where it lies, for messages.

    Raises:
        RefusedFileError: It is no zip archive that can be opened, or unpacks to far too much.
    """
    import zipfile

    stream.seek(0)
    with packing_refused(path, "zip archive or Excel workbook"), zipfile.ZipFile(stream) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return False
        unpacked = sum(one.file_size for one in archive.infolist())
        if unpacked > max(RATIO_FROM, MAX_RATIO * path.stat().st_size):
            raise too_large(path)
    return True


def read_sheet(stream: IO[bytes], path: Path, sheet: str = "") -> Sheet:
    """The sheet that is meant: the one that is named, else the only one that holds a table.

    Args:
        stream: The open workbook.
        path: Where it lies, for messages.
        sheet: A sheet's name, or its number counted from 1.

    Raises:
        RefusedFileError: The workbook is damaged.
        InvalidValueError: It has no such sheet.
        NeedsChoiceError: Several sheets hold a table.
    """
    stream.seek(0)
    content = stream.read()
    found = _read(content, path, sheet)
    # Titles and headers stand above.
    if any(not any(column) for column in zip(*found.rows[len(found.rows) // 2 :], strict=True)):
        _refuse_formulas(content, path, found.name)
    return found


def _refuse_formulas(content: bytes, path: Path, sheet: str) -> None:
    """Refuses formulas that a program wrote and none has computed: their cells are read as empty ones."""
    with _opened(BytesIO(content), path, data_only=False) as book:
        first = next((one for row in book[sheet].iter_rows() for one in row if one.data_type == "f"), None)
        if first is not None:
            raise RefusedFileError(
                f"Cell {first.coordinate} of {path.name} is a formula whose value was never saved.",
                "Open the workbook in a spreadsheet program and save it, or save the sheet as csv.",
            )


def _read(content: bytes, path: Path, sheet: str) -> Sheet:
    with _opened(BytesIO(content), path) as book:
        names = [one.title for one in book.worksheets]
        if sheet:
            chosen = _named(sheet, names, path)
            return Sheet(chosen, _rows(book[chosen]), tuple(name for name in names if name != chosen))
        held = {one.title: rows for one in book.worksheets if (rows := _rows(one))}
    tables = {name: rows for name, rows in held.items() if _is_table(rows)} or held
    if len(tables) > 1:
        listed = ", ".join(repr(name) for name in list(tables)[:12])
        raise NeedsChoiceError(
            f"{path.name} has {len(tables)} sheets that hold a table: {listed}.",
            f"Say which: {option(sheet=next(iter(tables)))}.",
        )
    name, rows = next(iter(tables.items()), (names[0] if names else "", []))
    return Sheet(name, rows, tuple(other for other in held if other != name))


@contextmanager
def _opened(stream: IO[bytes], path: Path, *, data_only: bool = True) -> Iterator[Any]:
    import openpyxl

    with damage_refused(path, _KIND, _HELP):
        book = openpyxl.load_workbook(stream, read_only=True, data_only=data_only, keep_links=False)
        try:
            yield book
        finally:
            book.close()


def _named(sheet: str, names: Sequence[str], path: Path) -> str:
    by_case = {name.strip().casefold(): name for name in names}
    if (found := by_case.get(sheet.strip().casefold())) is not None:
        return found
    if sheet.strip().isdecimal() and 1 <= int(sheet) <= len(names):
        return names[int(sheet) - 1]
    listed = ", ".join(repr(name) for name in names[:20])
    raise InvalidValueError(f"{path.name} has no sheet {sheet!r}.", f"Its sheets are: {listed}.")


def _rows(sheet: Any) -> list[list[str]]:  # noqa: ANN401 - openpyxl has no types
    """Rows of text without the blank cells and rows that a sheet carries at its ends."""
    rows: list[list[str]] = []
    if hasattr(sheet, "reset_dimensions"):
        # Programs write a sheet's size wrongly, and rows beyond it would be lost.
        sheet.reset_dimensions()
    for row in sheet.iter_rows():
        rows.append([_text(cell) for cell in row])
    width = max((n for row in rows for n, text in enumerate(row, 1) if text), default=0)
    while rows and not any(rows[-1]):
        rows.pop()
    return [row[:width] + [""] * (width - len(row)) for row in rows]


def _text(cell: Any) -> str:  # noqa: ANN401 - openpyxl has no types
    """A cell as it would stand in a csv file, with all of its digits."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if "%" in (cell.number_format or ""):
            return f"{value * 100:.15g}%"
        return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.strftime(_DATE) if value.time() == datetime.time() else value.isoformat(" ")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a sheet may be a table of effects: two columns and three rows that hold something in both."""
    return sum(sum(bool(text.strip()) for text in row) >= 2 for row in rows) >= 3
