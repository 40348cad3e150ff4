"""Files and tables that tools write: where they may be, what they never replace, and that they appear whole or not."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from db.acts import PATH, act, option
from db.clean_text import clean
from db.errors import InvalidValueError, RefusedFileError
from db.files.parquet import write_parquet
from db.provenance import has_source
from tools.workspace import Workspace

_CHUNK = 1 << 20
Format = Literal["csv", "tsv", "parquet", "xlsx", "markdown"]
FORMAT_OF_SUFFIX: Mapping[str, Format] = {
    ".csv": "csv", ".tsv": "tsv", ".txt": "tsv", ".parquet": "parquet", ".xlsx": "xlsx", ".md": "markdown",
    ".markdown": "markdown",
}  # fmt: skip
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""The wide forms too, which spreadsheets of some languages take for the others."""


def output_path(workspace: Workspace, out: Path, *, overwrite: bool = False) -> Path:
    """The place of a file to write, links followed, after a look at what is there; nothing is written yet.

    The store, what lies beside it for its sake, and files whose rows the store holds are never replaced.

    Args:
        workspace: Its store, and the folder that it may write within.
        out: The file as it was named.
        overwrite: Whether another file that is there already may be replaced.

    Raises:
        RefusedFileError: It may not be written there.
    """
    if not str(out).isprintable():
        raise RefusedFileError("The file's name holds a line break or a control character.", "Give a name without.")
    named, target = _resolved(out)
    if target.is_dir():
        raise RefusedFileError(f"{out} is a folder.", f"Name a file in it: {out / 'round.csv'}.")
    require_within(workspace, target)
    folder = target.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise RefusedFileError(
            f"{out} cannot be written: {folder} is no folder that you may write to.",
            f"Name another file with {option('out')}.",
        )
    if os.path.lexists(named) or os.path.lexists(target):
        _require_replaceable(workspace, target, out, overwrite=overwrite)
    elif target in _own_files(workspace):
        raise _own(out)
    return target


def path_of_form(workspace: Workspace, out: Path, endings: Sequence[str], *, overwrite: bool) -> Path:
    """As `output_path`, for a file whose form is told by its ending.

    Args:
        workspace: As there.
        out: As there.
        endings: Those that can be written, with their dots; the first is proposed.
        overwrite: As there.

    Raises:
        InvalidValueError: Its ending is none of them.
        RefusedFileError: As there.
    """
    if out.suffix.casefold() not in endings:
        none_of = f"neither {' nor '.join(endings)}" if len(endings) == 2 else f"none of {', '.join(endings)}"
        raise InvalidValueError(
            f"{out.name} ends in {none_of}.", f"Name it so: {option(out=f'{out.stem}{endings[0]}')}."
        )
    return output_path(workspace, out, overwrite=overwrite)


def require_within(workspace: Workspace, place: Path) -> None:
    """Refuses a place outside the folder that a workspace writes within, links followed.

    Args:
        workspace: Where it may write.
        place: A file or folder, which need not exist.

    Raises:
        RefusedFileError: It lies outside.
    """
    within = workspace.writes_within
    if within is not None and not place.resolve().is_relative_to(within.resolve()):
        raise RefusedFileError(
            f"{place} lies outside the working folder, and an assistant writes files within it only.",
            f"Name a file or a folder within the working folder, or write it yourself: {act('campaign_export', PATH)}.",
        )


def write_whole(target: Path, write: Callable[[Path], None], *, overwrite: bool = False) -> None:
    """Writes a file beside its place first, then moves it there; an older file of the name is unharmed by a failure.

    Args:
        target: Where, as `output_path` gave it.
        write: Writes the content to the path that it is given.
        overwrite: Whether a file that is there by now may be replaced.

    Raises:
        RefusedFileError: The file cannot be written, or another one has appeared there.
    """
    # A name that nobody can have laid a link at.
    partial = target.with_name(f".{target.name[:60]}.{secrets.token_hex(6)}.part")
    try:
        write(partial)
        _put(partial, target, overwrite=overwrite)
    except FileExistsError as error:
        raise _exists(target) from error
    except OSError as error:
        raise RefusedFileError(
            f"{target} cannot be written: {error.strerror or error}.", "Name another file, or free some disk space."
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def _put(partial: Path, target: Path, *, overwrite: bool) -> None:
    if not overwrite:
        try:
            # Unlike a move, a link is never made over a file that has appeared meanwhile.
            os.link(partial, target)
        except FileExistsError:
            raise
        except OSError:
            # A file system without hard links.
            if os.path.lexists(target):
                raise FileExistsError(target) from None
        else:
            return
    partial.replace(target)


def _resolved(out: Path) -> tuple[Path, Path]:
    """The path without ``~``, and the place that it leads to."""
    try:
        named = out.expanduser()
        # Asked here, because a name that is too long is found out only when it is looked for.
        with suppress(FileNotFoundError):
            named.lstat()
        return named, named.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        # A loop of links, or a name that no file can have.
        raise RefusedFileError(f"{str(out)!r} names no file.", f"Name another file with {option('out')}.") from error


def _require_replaceable(workspace: Workspace, target: Path, out: Path, *, overwrite: bool) -> None:
    if not target.exists():
        # A link that leads nowhere: what it stands for is not known.
        raise RefusedFileError(f"{out} is a link that leads to no file.", f"Name another file with {option('out')}.")
    if not target.is_file():
        raise RefusedFileError(f"{out} is no plain file.", f"Name another file with {option('out')}.")
    if any(_same(target, own) for own in _own_files(workspace)):
        raise _own(out)
    if not overwrite:
        raise _exists(out)
    if _holds_rows_of(workspace, target):
        raise RefusedFileError(
            f"{out} is a file whose rows the store holds; it is never replaced.",
            f"Name another file with {option('out')}.",
        )


def _exists(out: Path) -> RefusedFileError:
    return RefusedFileError(
        f"{out} is there already.",
        f"Name another file with {option('out')}, or replace it with {option(overwrite=True)}.",
    )


def _own(out: Path) -> RefusedFileError:
    return RefusedFileError(
        f"{out} belongs to the store; it is never replaced.", f"Name another file with {option('out')}."
    )


def _own_files(workspace: Workspace) -> Iterator[Path]:
    """The store, its manifest and log, its transcripts, and this user's settings, whether they are there or not."""
    store = workspace.store
    yield from (store.path, store.manifest_path, store.path.with_name(store.path.name + ".wal"))
    for folder in (store.path.parent / "transcripts", workspace.paths.config):
        if folder.is_dir():
            yield from (path.resolve() for path in folder.iterdir())


def _same(path: Path, other: Path) -> bool:
    try:
        return path == other or path.samefile(other)
    except OSError:
        return False


def _holds_rows_of(workspace: Workspace, path: Path) -> bool:
    """Whether the store was filled from this file, or from one of the same content."""
    if not workspace.store.exists():
        return False
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    with workspace.store.read() as connection:
        return has_source(connection, digest.hexdigest(), path.name)


# Tables ------------------------------------------------------------------------------------------


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
