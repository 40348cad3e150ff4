"""Loom files: a dense matrix of genes × cells, with what describes both beside it."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path

import h5py
import pandas as pd

from db.errors import RefusedFileError
from db.files.cells.genes import ID_COLUMNS, NAME_COLUMNS, described_genes
from db.files.cells.hdf5 import member, numbers_at, texts_at
from db.files.cells.matrices import Dense
from db.files.cells.open_cells import DAMAGE_HELP, Layer, OpenCells, Texts

TITLE = "loom"
_CELLS = ("cellid", "cell_id", "obs_names", "barcode", "barcodes", "cell_names", "cell", "index")
_GENES = ("gene", "var_names", *NAME_COLUMNS, *ID_COLUMNS)


def recognises(root: h5py.Group) -> bool:
    """Whether a file is one.

    Args:
        root: The file.
    """
    return {"matrix", "row_attrs", "col_attrs"} <= set(root)


def read(root: h5py.File, path: Path, stack: ExitStack) -> OpenCells:  # noqa: ARG001 - as every reader has it
    """A loom file; cells without names are numbered, genes must have some.

    Args:
        root: The open file.
        path: Where it lies.
        stack: Not needed here.

    Raises:
        RefusedFileError: Something that it must have is missing or damaged.
    """
    describing, genes = _attributes(root, "col_attrs"), _attributes(root, "row_attrs")
    named = _first(genes, _GENES)
    if not named:
        raise RefusedFileError(
            f"{path.name} does not name its genes: its row attributes are {', '.join(genes) or 'none'}.",
            "Write them as the row attribute Gene, and Ensembl ids as Accession.",
        )
    texts = {name: texts_at(root, f"row_attrs/{name}") for name in genes}
    cells = _first(describing, _CELLS)
    barcodes = texts_at(root, f"col_attrs/{cells}") if cells else _numbers(root)
    layers = {"matrix": Layer(partial(_matrix, root, "matrix"))}
    further = member(root, "layers")
    for name in further if isinstance(further, h5py.Group) else ():
        layers[f"layers/{name}"] = Layer(partial(_matrix, root, f"layers/{name}"))
    return OpenCells(
        path=path,
        title=TITLE,
        barcodes=pd.Index(barcodes, dtype="str"),
        genes=described_genes(texts.pop(named), texts),
        describing={name: partial(texts_at, root, f"col_attrs/{name}") for name in describing if name != cells},
        matrices=layers,
        notes=() if cells else ("Its cells have no names; they are numbered.",),
    )


def _attributes(root: h5py.Group, place: str) -> list[str]:
    """Names of the attributes that have one value for each gene or cell."""
    group = member(root, place)
    found = {name: member(group, name) for name in group} if isinstance(group, h5py.Group) else {}
    return [name for name, node in found.items() if isinstance(node, h5py.Dataset) and node.ndim == 1]


def _first(names: list[str], wanted: tuple[str, ...]) -> str:
    by_case = {name.casefold(): name for name in reversed(names)}
    return next((by_case[name] for name in wanted if name in by_case), "")


def _numbers(root: h5py.Group) -> Texts:
    values = numbers_at(root, "matrix")
    return pd.Series(range(1, 1 + values.shape[-1])).astype(str).to_numpy(dtype=object)


def _matrix(root: h5py.Group, place: str) -> Dense:
    values = numbers_at(root, place)
    name = f"{Path(root.file.filename).name}: {place}"
    if values.ndim != 2:
        raise RefusedFileError(f"{name} is no matrix: its size is {values.shape}.", DAMAGE_HELP)
    chunk = values.chunks[1] if values.chunks else 1
    return Dense(values, (values.shape[1], values.shape[0]), name, chunk=chunk, transposed=True)
