"""Folders of matrix.mtx, features.tsv (or genes.tsv) and barcodes.tsv, as Cell Ranger, STARsolo and archives have them.

Text cannot be entered in the middle: it is read once, and its numbers are put aside (`db.files.cells.scattered`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from db.errors import NeedsChoiceError, RefusedFileError
from db.files.cells.genes import gene_table
from db.files.cells.market_text import Header, header_of, triplets
from db.files.cells.open_cells import Layer, OpenCells, Texts
from db.files.cells.scattered import Block, Scattered
from db.files.opening import open_ordinary
from db.files.plain_table import read_plain_table

TITLE = "a folder of matrix.mtx, features.tsv and barcodes.tsv"
MATRIX = re.compile(r"(?P<prefix>.*)matrix\.mtx(\.gz)?$", re.IGNORECASE)
_FEATURES = ("features.tsv", "genes.tsv")
_BARCODES = ("barcodes.tsv",)


@dataclass(frozen=True)
class Parts:
    """Three files that belong together.

    Attributes:
        matrix: The numbers.
        features: Names of the genes.
        barcodes: Names of the cells.
    """

    matrix: Path
    features: Path
    barcodes: Path


def matrices_in(folder: Path) -> list[Path]:
    """The matrices that lie in a folder, whatever stands before their names; of one and its packed copy the first.

    Args:
        folder: The folder.
    """
    found = sorted(path for path in folder.iterdir() if MATRIX.match(path.name))
    return list({path.name.removesuffix(".gz"): path for path in reversed(found)}.values())[::-1]


def parts_of(path: Path) -> Parts:
    """The files that belong to a matrix.

    Args:
        path: A folder with one matrix in it, or a matrix in a folder of several.

    Raises:
        RefusedFileError: There is no matrix, or it lacks its names.
        NeedsChoiceError: The folder has several.
    """
    matrix = _only_matrix(path) if path.is_dir() else path
    named = MATRIX.match(matrix.name)
    prefix = named["prefix"] if named else ""
    return Parts(matrix, _beside(matrix, prefix, _FEATURES), _beside(matrix, prefix, _BARCODES))


def _only_matrix(folder: Path) -> Path:
    found = matrices_in(folder)
    if not found:
        inside = sorted(path.parent for path in folder.glob("*/*") if MATRIX.match(path.name))
        raise RefusedFileError(
            f"{folder} is a folder without a matrix.mtx or matrix.mtx.gz.",
            f"Name the folder {inside[0]}."
            if inside
            else "Name the folder that has it, features.tsv and barcodes.tsv.",
        )
    if len(found) > 1:
        listed = ", ".join(one.name for one in found[:6]) + (" …" if len(found) > 6 else "")
        raise NeedsChoiceError(
            f"{folder} has {len(found)} matrices: {listed}.", f"Name one of them, such as {found[0]}."
        )
    return found[0]


def _beside(matrix: Path, prefix: str, names: Sequence[str]) -> Path:
    """The file of names that has what stands before the matrix's name before its own."""
    for name in names:
        for ending in ("", ".gz"):
            if (path := matrix.with_name(f"{prefix}{name}{ending}")).exists():
                return path
    wanted = " or ".join(f"{prefix}{name}" for name in names)
    raise RefusedFileError(
        f"{matrix.name} has no {wanted} beside it.", "Put the names there, packed by gzip or not, one on each line."
    )


def read(path: Path, stack: ExitStack) -> OpenCells:
    """A folder of three files, or its matrix.

    Args:
        path: The folder or the matrix.
        stack: Closes the temporary file.

    Raises:
        RefusedFileError: A file is missing, damaged or cut, or they do not fit each other.
        NeedsChoiceError: The folder has several matrices.
    """
    parts = parts_of(path)
    table = _table(parts.features)
    names, barcodes = _column(table, 1 if table.shape[1] > 1 else 0), _column(_table(parts.barcodes), 0)
    genes = gene_table(names, id=_column(table, 0), kind=_column(table, 2) if table.shape[1] > 2 else None)
    with open_ordinary(parts.matrix) as stream:
        header = header_of(stream, parts.matrix)
    by_row = _genes_are_rows(header, len(genes), len(barcodes), parts)
    layer = Layer(partial(_matrix, parts.matrix, header, by_row, stack))
    return OpenCells(path, TITLE, pd.Index(barcodes, dtype="str"), genes, {}, {"matrix": layer})


def _table(path: Path) -> pd.DataFrame:
    return read_plain_table(path, "\t", header=None, quoting=3, skip_blank_lines=True)


def _column(table: pd.DataFrame, number: int) -> Texts:
    return table.iloc[:, number].to_numpy(dtype=object)


def _genes_are_rows(header: Header, genes: int, cells: int, parts: Parts) -> bool:
    """Whether the matrix is genes × cells, as Cell Ranger has it and as a square one is taken."""
    if (header.rows, header.columns) == (genes, cells):
        return True
    if (header.rows, header.columns) == (cells, genes):
        return False
    raise RefusedFileError(
        f"{parts.matrix.name} is {header.rows:,} × {header.columns:,}, but {parts.features.name} names {genes:,} genes"
        f" and {parts.barcodes.name} {cells:,} cells.",
        "Take the three files of one run; a header line in the names, or cells that were filtered in one of them only,"
        " make such a difference.",
    )


def _matrix(path: Path, header: Header, genes_are_rows: bool, stack: ExitStack) -> Scattered:  # noqa: FBT001
    def blocks() -> Iterator[Block]:
        for rows, columns, values in triplets(path):
            yield (columns, rows, values) if genes_are_rows else (rows, columns, values)

    shape = (header.columns, header.rows) if genes_are_rows else (header.rows, header.columns)
    return Scattered(blocks, header.entries, shape, stack, once=True)
