"""Cells written as .h5ad, in the layout of anndata 0.8 and later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix

from db.errors import InvalidValueError
from db.partial_files import partial_of

_TEXT = h5py.string_dtype("utf-8")
_PACKING = {"compression": "gzip", "compression_opts": 4, "shuffle": True}
_EMPTY = ("layers", "obsm", "obsp", "uns", "varm", "varp")


def write_h5ad(
    path: Path, matrix: csr_matrix | npt.NDArray[np.float32], cells: pd.DataFrame, genes: pd.DataFrame
) -> None:
    """Writes a matrix and what describes its cells and genes; the file is there whole or not at all.

    Args:
        path: Where; a file that is there is replaced.
        matrix: Cells × genes, written as float32, sparse where it is sparse.
        cells: A row for each cell, named by its index: columns of numbers, truth values, or texts (where texts come
            again they are written as categories). Missing numbers are NaN, missing texts no category or empty.
        genes: The same for each gene.

    Raises:
        InvalidValueError: The parts do not fit each other, or a column's name is none that the format takes.
    """
    if matrix.shape != (len(cells), len(genes)):
        raise InvalidValueError(
            f"A matrix of {matrix.shape[0]:,} × {matrix.shape[1]:,} does not fit {len(cells):,} cells and"
            f" {len(genes):,} genes.",
            "Give a row for each cell, and a column for each gene.",
        )
    for name in map(str, (*cells.columns, *genes.columns)):
        if not name or "/" in name or name == "_index":
            raise InvalidValueError(f"{name!r} cannot be the name of a column of an .h5ad.", "Take letters and _ only.")
    with partial_of(path) as partial:
        with h5py.File(partial, "w") as file:
            _encode(file, "anndata", "0.1.0")
            _write_matrix(file, matrix)
            _write_frame(file, "obs", cells)
            _write_frame(file, "var", genes)
            for name in _EMPTY:
                _encode(file.create_group(name), "dict", "0.1.0")
        partial.replace(path)


def _encode(node: h5py.Group | h5py.Dataset, kind: str, version: str) -> None:
    node.attrs["encoding-type"], node.attrs["encoding-version"] = kind, version


def _write_matrix(file: h5py.File, matrix: csr_matrix | npt.NDArray[np.float32]) -> None:
    if isinstance(matrix, np.ndarray):
        _encode(file.create_dataset("X", data=matrix.astype(np.float32), **_PACKING), "array", "0.2.0")
        return
    by_cell = csr_matrix(matrix, dtype=np.float32)
    by_cell.sort_indices()
    group = file.create_group("X")
    _encode(group, "csr_matrix", "0.1.0")
    group.attrs["shape"] = np.array(by_cell.shape, dtype=np.int64)
    for name in ("data", "indices", "indptr"):
        group.create_dataset(name, data=getattr(by_cell, name), **_PACKING)


def _write_frame(file: h5py.File, name: str, frame: pd.DataFrame) -> None:
    group = file.create_group(name)
    _encode(group, "dataframe", "0.2.0")
    group.attrs["_index"] = "_index"
    group.attrs["column-order"] = np.array([str(column) for column in frame.columns], dtype=_TEXT)
    _write_texts(group, "_index", frame.index.to_series())
    for column in frame.columns:
        _write_column(group, str(column), frame[column])


def _write_column(group: h5py.Group, name: str, column: pd.Series[Any]) -> None:
    if pd.api.types.is_numeric_dtype(column.dtype):
        kind = np.bool_ if pd.api.types.is_bool_dtype(column.dtype) and not column.hasnans else None
        values = column.to_numpy(dtype=np.float64 if column.hasnans else kind)
        _encode(group.create_dataset(name, data=values), "array", "0.2.0")
    elif column.nunique() < len(column):
        made = column.astype("str").astype("category").cat
        inner = group.create_group(name)
        _encode(inner, "categorical", "0.2.0")
        inner.attrs["ordered"] = False
        _write_texts(inner, "categories", made.categories.to_series())
        _encode(inner.create_dataset("codes", data=made.codes.to_numpy()), "array", "0.2.0")
    else:
        _write_texts(group, name, column)


def _write_texts(group: h5py.Group, name: str, texts: pd.Series[Any]) -> None:
    values = texts.astype("str").fillna("").to_numpy(dtype=object)
    _encode(group.create_dataset(name, data=values, dtype=_TEXT), "string-array", "0.2.0")
