"""What a file of responses is, told by what it holds: a long table, contrasts, a matrix, arrays, ranks or R data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from db.errors import RefusedFileError
from db.files.arrays import holds_arrays, read_arrays
from db.files.large_text import LARGE
from db.files.opening import refuse_extraordinary
from db.files.parquet import read_parquet_typed, refuse_unfolding_parquet
from db.files.r_objects import holds_r_objects, read_r_object
from db.screens.response_plan import RowSource
from tools.screens.response_files import contrasts
from tools.screens.response_files.matrices import is_wide, of_arrays, of_matrix, of_wide_table
from tools.screens.response_files.names import NAMES
from tools.screens.response_files.ranks import of_ranks, ranks_in
from tools.screens.response_files.table import ResponseTable
from tools.screens.tables.raw_table import refuse_double_names
from tools.screens.tables.reading import Reading
from tools.screens.tables.rows import folded
from tools.screens.tables.source_file import SourceFile, opened

_HEAD = 50
_ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")


def files_of(path: Path) -> list[Path]:
    """The files that are read: one, or those of a folder, by name.

    Args:
        path: A file or a folder.

    Raises:
        RefusedFileError: There is none.
    """
    if not path.is_dir():
        refuse_extraordinary(path)
        return [path]
    found = [one for one in sorted(path.iterdir()) if one.is_file() and not one.name.startswith(".")]
    found = [one for one in found if one.name.casefold().removesuffix(".gz").endswith(_ENDINGS)]
    if not found:
        raise RefusedFileError(f"{path} holds no table (csv, tsv, txt or xlsx).", "Name a file, or another folder.")
    return found


def opened_responses(path: Path, reading: Reading, perturbation: str = "", files: Sequence[Path] = ()) -> ResponseTable:
    """Opens a file of responses.

    Args:
        path: The file, or a folder of tables of one contrast each.
        reading: Its columns, conditions, encoding, sheet, and whether it has a header are used.
        perturbation: What was perturbed, where the file holds one contrast.
        files: Tables of contrasts in the folder, where not all of it is read.

    Raises:
        RefusedFileError: It is no such file.
        NeedsChoiceError: What it holds cannot be told.
    """
    files = files or files_of(path)
    if path.is_dir():
        return of_contrasts(path, files, reading)
    if holds_arrays(path):
        return of_arrays(path, read_arrays(path), reading.where)
    if holds_r_objects(path):
        return _of_r(path, reading, perturbation)
    with opened(path, reading) as source:
        if source.kind == "parquet":
            return _of_parquet(source, reading, perturbation)
        if path.stat().st_size >= LARGE and source.plain_delimiter and _is_long(source.header, reading.columns):
            refuse_double_names(list(source.header), path)
            return ResponseTable(RowSource(path, source.header, delimiter=source.plain_delimiter))
        table = source.table(replace(reading, where={}))
    return replace(_of_cells(path, table.cells, reading, perturbation), decimal=table.decimal)


def _of_parquet(source: SourceFile, reading: Reading, perturbation: str) -> ResponseTable:
    refuse_unfolding_parquet(source.path)
    refuse_double_names(list(source.header), source.path)
    if _is_long(source.header, reading.columns):
        return ResponseTable(RowSource(source.path, source.header))
    cells = read_parquet_typed(source.path).set_axis(list(source.header), axis=1)
    cells.index = pd.RangeIndex(1, len(cells) + 1)
    return _of_cells(source.path, cells, reading, perturbation)


def _is_long(columns: tuple[str, ...], given: Mapping[str, str]) -> bool:
    known = {folded(name) for name in columns}
    return all(field in given or not known.isdisjoint(NAMES[field]) for field in ("perturbation", "readout"))


def _of_cells(path: Path, cells: pd.DataFrame, reading: Reading, perturbation: str) -> ResponseTable:
    """A table by its columns: one row a pair, contrasts, or a matrix."""
    names = tuple(str(name) for name in cells.columns)
    if beside := contrasts.contrasts_beside(names):
        return _stacked(path, cells, reading, beside)
    if not _is_long(names, reading.columns) or perturbation:
        if perturbation or contrasts.is_one_contrast(cells, reading.columns):
            name = perturbation or contrasts.name_in(path)
            cells = contrasts.with_perturbation(cells, name, reading.columns, path)
            return ResponseTable(RowSource(path, frame=cells), made=contrasts.MADE, contrasts=not perturbation)
        if is_wide(cells.head(_HEAD)):
            return of_wide_table(path, cells, reading.columns)
    return ResponseTable(RowSource(path, frame=cells))


def _stacked(path: Path, cells: pd.DataFrame, reading: Reading, beside: dict[str, dict[str, str]]) -> ResponseTable:
    whole = contrasts.with_perturbation(cells, "", reading.columns, path)
    return _contrasts(path, contrasts.stacked(whole, beside, "readout"))


def _contrasts(path: Path, cells: pd.DataFrame) -> ResponseTable:
    return ResponseTable(RowSource(path, frame=cells), made=contrasts.MADE, contrasts=True)


def of_contrasts(path: Path, files: Sequence[Path], reading: Reading) -> ResponseTable:
    """Tables of contrasts, one below the other.

    Args:
        path: Their folder, for messages.
        files: The tables.
        reading: How each is read.

    Raises:
        RefusedFileError: One is no table of contrasts.
    """
    tables = {file: _cells(file, reading) for file in files}
    found = {file: contrasts.contrasts_beside([str(name) for name in cells.columns]) for file, cells in tables.items()}
    times = Counter(name for beside in found.values() for name in beside)
    parts = []
    for file, cells in tables.items():
        beside, name = found[file], contrasts.name_in(file, files)
        if not beside and not contrasts.is_one_contrast(cells, reading.columns):
            raise contrasts.refuse_other(file, path)
        whole = contrasts.with_perturbation(cells, name, reading.columns, file)
        if not beside:
            parts.append(whole)
            continue
        # A name that stands in several files says against what was compared; the file's own then says what.
        named = {name if len(beside) == 1 < times[one] else one: fields for one, fields in beside.items()}
        parts.append(contrasts.stacked(whole, named, "readout"))
    return _contrasts(path, pd.concat(parts))


def _cells(file: Path, reading: Reading) -> pd.DataFrame:
    with opened(file, reading) as source:
        return source.table(replace(reading, where={})).cells


def _of_r(path: Path, reading: Reading, perturbation: str) -> ResponseTable:
    name, held = read_r_object(path)
    if isinstance(held, pd.DataFrame):
        cells = held if isinstance(held.index, pd.RangeIndex) else held.reset_index(names="row")
        cells.index = pd.RangeIndex(1, len(cells) + 1)
        return _of_cells(path, cells.set_axis([str(one) for one in cells.columns], axis=1), reading, perturbation)
    if getattr(held, "ndim", 0) == 2 and hasattr(held, "coords"):
        sides = [np.asarray(held.coords[dimension]).astype(str) for dimension in held.dims if dimension in held.coords]
        if len(sides) == 2:
            return of_matrix(path, {"estimate": np.asarray(held, dtype=np.float64)}, sides[0], sides[1])
    if (ranks := ranks_in(held)) is not None:
        return of_ranks(path, ranks)
    raise RefusedFileError(
        f"{path.name} holds {name or 'an object'} of R that is no table of responses: {_what(held)}.",
        "In R, write a data frame with write.csv(x, 'responses.csv'), or a matrix with names of rows and columns.",
    )


def _what(held: Any) -> str:  # noqa: ANN401 - whatever R held
    return "a matrix without names" if getattr(held, "ndim", 0) == 2 else type(held).__name__
