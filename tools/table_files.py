"""Tables that tools write: the format told by the ending, safe to open in a spreadsheet, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from db.acts import option
from db.clean_text import clean
from db.errors import InvalidValueError
from db.files.parquet import write_parquet
from tools.output_files import write_whole

Format = Literal["csv", "tsv", "parquet", "xlsx", "markdown"]
FORMAT_OF_SUFFIX: Mapping[str, Format] = {
    ".csv": "csv", ".tsv": "tsv", ".txt": "tsv", ".parquet": "parquet", ".xlsx": "xlsx", ".md": "markdown",
    ".markdown": "markdown",
}  # fmt: skip
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""The wide forms too, which spreadsheets of some languages take for the others."""


def format_of(out: Path, format: Format | None = None) -> Format:  # noqa: A002
    """The format of a file to write, checked before any work is done.

    Args:
        out: The file.
        format: The format, if it was named.

    Raises:
        InvalidValueError: There is no such format, or the ending names none.
    """
    known = tuple(dict.fromkeys(FORMAT_OF_SUFFIX.values()))
    if format is not None and format not in known:
        raise InvalidValueError(f"There is no format {format!r}.", f"There are: {', '.join(known)}.")
    chosen = format or FORMAT_OF_SUFFIX.get(out.suffix.lower())
    if chosen is None:
        raise InvalidValueError(
            f"The ending of {out.name!r} names no format.",
            f"End it with {', '.join(FORMAT_OF_SUFFIX)}, or give {option('format')} ({', '.join(known)}).",
        )
    return chosen


def write_table(frame: pd.DataFrame, out: Path, format: Format, *, overwrite: bool = False) -> None:  # noqa: A002
    """Writes a table whole or not at all, without characters that a terminal or a spreadsheet acts on.

    Args:
        frame: The table.
        out: The file, as `tools.output_files.output_path` gave it.
        format: Its format.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        RefusedFileError: The file cannot be written; an older file of the name is unharmed.
    """
    made = cleaned(frame) if format == "parquet" else spreadsheet_safe(frame)
    write_whole(out, lambda path: _WRITERS[format](made, path), overwrite=overwrite)


def cleaned(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with headings and text cells on one line, without control, bidi and zero-width characters.

    Args:
        frame: The table; numbers are left as they are.
    """
    safe = frame.rename(columns=lambda name: clean(str(name)))
    return _with_texts(safe, lambda value: clean(value) if isinstance(value, str) else value)


def spreadsheet_safe(frame: pd.DataFrame) -> pd.DataFrame:
    """The cleaned table with an apostrophe before each text that a spreadsheet would take for a formula.

    Args:
        frame: The table; numbers are left as they are, negative ones too.
    """
    safe = cleaned(frame)
    return _with_texts(safe.rename(columns=_inert), _inert)


def _with_texts(frame: pd.DataFrame, change: Callable[[Any], Any]) -> pd.DataFrame:
    made = frame.copy()
    for column in made.columns:
        if not pd.api.types.is_numeric_dtype(made[column]):
            made[column] = made[column].map(change)
    return made


def _inert(value: Any) -> Any:  # noqa: ANN401 – a cell of any kind
    starts = isinstance(value, str) and value.lstrip().startswith(FORMULA_STARTS)
    return f"'{value}" if starts else value


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _write_tsv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, sep="\t", index=False, lineterminator="\n", encoding="utf-8")


def _write_markdown(frame: pd.DataFrame, path: Path) -> None:
    lines = [_line(frame.columns), _line("---" for _ in frame.columns)]
    lines += [_line(_shown(value) for value in row) for row in frame.itertuples(index=False, name=None)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(cells: object) -> str:
    texts = [str(cell) for cell in cells]  # type: ignore[attr-defined]
    return f"| {' | '.join(text.replace('|', chr(92) + '|').replace(chr(10), ' ') for text in texts)} |"


def _shown(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _write_xlsx(frame: pd.DataFrame, path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook()
    sheet = book.active
    sheet.title = "round"
    sheet.append(list(frame.columns))
    for row in frame.itertuples(index=False, name=None):
        sheet.append([None if value is None or value is pd.NA or value != value else value for value in row])
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                # Text stays text when it is edited: a symbol must not become a date, nor a cell a formula.
                cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", cell.value)
                cell.data_type, cell.number_format = "s", "@"
    sheet.freeze_panes = "C2"
    with path.open("wb") as stream:
        book.save(stream)


_WRITERS: Mapping[Format, Callable[[pd.DataFrame, Path], None]] = {
    "csv": _write_csv,
    "tsv": _write_tsv,
    "markdown": _write_markdown,
    "xlsx": _write_xlsx,
    "parquet": write_parquet,
}
