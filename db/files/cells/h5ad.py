"""AnnData files (.h5ad), as h5py sees them: anndata itself would need an older pandas."""

from __future__ import annotations

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
from db.files.cells.matrices import ByCell, ByGene, Dense, Matrix
from db.files.cells.open_cells import DAMAGE_HELP, Layer, OpenCells

TITLE = "AnnData (.h5ad)"
_RAW = (("raw/X", "raw/var"), ("raw.X", "raw.var"))
"""Where the matrix before normalising lies, and its genes: since anndata 0.7, and before."""


def recognises(root: h5py.Group) -> bool:
    """Whether a file is one.

    Args:
        root: The file.
    """
    return text_attribute(root, "encoding-type") == "anndata" or {"obs", "var"} <= set(root)


def read(root: h5py.File, path: Path) -> OpenCells:
    """An AnnData file; its matrix, where it has one, comes before what it was made from and before further layers.

    Args:
        root: The open file.
        path: Where it lies.

    Raises:
        RefusedFileError: Something that it must have is missing or damaged.
    """
    cells = Frame(root, "obs")
    layers = {"X": Layer(partial(matrix_at, root, "X"))} if "X" in root else {}
    for matrix, genes in _RAW:
        if member(root, matrix) is not None:
            layers["raw"] = Layer(partial(matrix_at, root, matrix), partial(_genes, root, genes))
    further = member(root, "layers")
    for name in further if isinstance(further, h5py.Group) else ():
        layers[f"layers/{name}"] = Layer(partial(matrix_at, root, f"layers/{name}"))
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


def matrix_at(root: h5py.Group, place: str) -> Matrix:
    """A matrix of cells × genes: dense, or sparse by cell or by gene.

    Args:
        root: The file.
        place: Where it lies.

    Raises:
        RefusedFileError: There is none, or its parts do not fit each other.
    """
    node = member(root, place)
    name = f"{Path(root.file.filename).name}: {place}"
    if isinstance(node, h5py.Group):
        return _sparse(node, name)
    values = numbers_at(root, place)
    if values.ndim != 2:
        raise RefusedFileError(f"{name} is no matrix: its size is {values.shape}.", DAMAGE_HELP)
    return Dense(values, (values.shape[0], values.shape[1]), name, chunk=values.chunks[0] if values.chunks else 1)


def _sparse(node: h5py.Group, name: str) -> Matrix:
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
    return (
        ByCell(values, places, ends, size, name) if encoding[:3] == "csr" else ByGene(values, places, ends, size, name)
    )


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
