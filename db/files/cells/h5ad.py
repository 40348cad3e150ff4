"""AnnData files (.h5ad), as h5py sees them: anndata itself would need an older pandas."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt
import pandas as pd

from db.errors import RefusedFileError
from db.files.cells.frames import Frame
from db.files.cells.genes import described_genes
from db.files.cells.hdf5 import check_length, member, numbers_at, text_attribute
from db.files.cells.matrices import ENTRIES, ByCell, Dense, Matrix, check_ends, checked_places, checked_values
from db.files.cells.open_cells import DAMAGE_HELP, Layer, OpenCells
from db.files.cells.scattered import Block, Scattered

TITLE = "AnnData (.h5ad)"
_RAW = (("raw/X", "raw/var"), ("raw.X", "raw.var"))
"""Where the matrix before normalising lies, and its genes: since anndata 0.7, and before."""


def recognises(root: h5py.Group) -> bool:
    """Whether a file is one.

    Args:
        root: The file.
    """
    return text_attribute(root, "encoding-type") == "anndata" or {"obs", "var"} <= set(root)


def read(root: h5py.File, path: Path, stack: ExitStack) -> OpenCells:
    """An AnnData file; its matrix, where it has one, comes before what it was made from and before further layers.

    Args:
        root: The open file.
        path: Where it lies.
        stack: Closes temporary files.

    Raises:
        RefusedFileError: Something that it must have is missing or damaged.
    """
    cells = Frame(root, "obs")
    layers = {"X": Layer(partial(_matrix_at, root, "X", stack=stack))} if "X" in root else {}
    for matrix, genes in _RAW:
        if member(root, matrix) is not None:
            layers["raw"] = Layer(partial(_matrix_at, root, matrix, stack=stack), partial(_genes, root, genes))
    further = member(root, "layers")
    for name in further if isinstance(further, h5py.Group) else ():
        layers[f"layers/{name}"] = Layer(partial(_matrix_at, root, f"layers/{name}", stack=stack))
    return OpenCells(
        path=path,
        title=TITLE,
        barcodes=pd.Index(cells.names, dtype="str"),
        genes=_genes(root, "var"),
        describing={name: partial(cells.column, name) for name in cells.columns},
        matrices=layers,
    )


def _genes(root: h5py.Group, place: str) -> pd.DataFrame:
    frame = Frame(root, place)
    return described_genes(frame.names, frame.texts())


def _matrix_at(root: h5py.Group, place: str, stack: ExitStack) -> Matrix:
    """A matrix of cells × genes: dense, or sparse by cell or by gene."""
    node = member(root, place)
    name = f"{Path(root.file.filename).name}: {place}"
    if isinstance(node, h5py.Group):
        return _sparse(node, name, stack)
    values = numbers_at(root, place)
    if values.ndim != 2:
        raise RefusedFileError(f"{name} is no matrix: its size is {values.shape}.", DAMAGE_HELP)
    return Dense(values, (values.shape[0], values.shape[1]), name, chunk=values.chunks[0] if values.chunks else 1)


def _sparse(node: h5py.Group, name: str, stack: ExitStack) -> Matrix:
    encoding = text_attribute(node, "encoding-type") or text_attribute(node, "h5sparse_format")
    shape = np.ravel(node.attrs.get("shape", node.attrs.get("h5sparse_shape", ())))
    if encoding[:3] not in ("csr", "csc") or len(shape) != 2:
        raise RefusedFileError(
            f"{name} is {encoding or 'a group of another kind'}, no matrix that is read here.",
            "Write it dense, or as a sparse matrix (scipy's csr or csc).",
        )
    size = (int(shape[0]), int(shape[1]))
    ends = ends_at(node, "indptr")
    values, places = numbers_at(node, "data"), numbers_at(node, "indices")
    if encoding[:3] == "csr":
        return ByCell(values, places, ends, size, name)
    check_ends(ends, size[1], size[0], values, places, name)

    def blocks() -> Iterator[Block]:
        for begin in range(0, int(ends[-1]), ENTRIES):
            end = min(begin + ENTRIES, int(ends[-1]))
            cells = checked_places(places[begin:end], size[0], name)
            yield cells, _genes_between(ends, begin, end), checked_values(values[begin:end], name)

    return Scattered(blocks, int(ends[-1]), size, stack)


def _genes_between(ends: npt.NDArray[np.int64], begin: int, end: int) -> npt.NDArray[np.int32]:
    """The gene of each of some values that are stored gene after gene."""
    first = int(np.searchsorted(ends, begin, side="right")) - 1
    last = int(np.searchsorted(ends, end, side="left"))
    bounds = np.clip(ends[first : last + 1], begin, end)
    return np.repeat(np.arange(first, last, dtype=np.int32), bounds[1:] - bounds[:-1])


def ends_at(group: h5py.Group, place: str) -> npt.NDArray[np.int64]:
    """Bounds of the rows of a sparse matrix: int64, rows + 1.

    Args:
        group: The group of the matrix.
        place: Their name.

    Raises:
        RefusedFileError: They are no list of numbers.
    """
    node = numbers_at(group, place)
    check_length(node)
    ends: npt.NDArray[np.int64] = node[()].astype(np.int64)
    return ends
