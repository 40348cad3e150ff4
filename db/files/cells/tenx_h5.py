"""Matrices that Cell Ranger writes as HDF5 (.h5), since version 3 in one group, before in one for each genome."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from db.errors import RefusedFileError
from db.files.cells.genes import gene_table
from db.files.cells.h5ad import ends_at
from db.files.cells.hdf5 import member, numbers_at, texts_at
from db.files.cells.matrices import Beside, ByCell, Matrix
from db.files.cells.open_cells import Layer, OpenCells

TITLE = "10x Genomics (.h5)"
_PARTS = frozenset({"barcodes", "data", "indices", "indptr", "shape"})


def recognises(root: h5py.Group) -> bool:
    """Whether a file is one.

    Args:
        root: The file.
    """
    return bool(_groups(root))


def _groups(root: h5py.Group) -> list[str]:
    """Its matrices: ``matrix``, or one for each genome."""
    found = {name: member(root, name) for name in root}
    return [name for name, node in found.items() if isinstance(node, h5py.Group) and set(node) >= _PARTS]


def read(root: h5py.File, path: Path, stack: ExitStack) -> OpenCells:  # noqa: ARG001 - as every reader has it
    """A matrix of Cell Ranger; it is written by cell.

    Args:
        root: The open file.
        path: Where it lies.
        stack: Not needed here.

    Raises:
        RefusedFileError: Something that it must have is missing or damaged, or several genomes have cells of their own.
    """
    groups = _groups(root)
    barcodes = [texts_at(root, f"{name}/barcodes") for name in groups]
    if any(len(other) != len(barcodes[0]) or (other != barcodes[0]).any() for other in barcodes[1:]):
        raise RefusedFileError(
            f"{path.name} has {len(groups)} genomes, {', '.join(groups)}, each with cells of its own.",
            "Write the cells of one genome to a file, or take the matrix that Cell Ranger did not filter.",
        )
    genes = pd.concat([_genes(root, name) for name in groups], ignore_index=True)
    genomes = sorted(set(genes["genome"]) - {""})
    notes = (f"Genes of {len(genomes)} genomes are in it: {', '.join(genomes)}.",) if len(genomes) > 1 else ()
    layer = Layer(partial(_matrix, root, groups, path))
    return OpenCells(path, TITLE, pd.Index(barcodes[0], dtype="str"), genes, {}, {"matrix": layer}, notes)


def _genes(root: h5py.Group, group: str) -> pd.DataFrame:
    if member(root, f"{group}/features") is None:
        ids = texts_at(root, f"{group}/genes")
        genome = None if group == "matrix" else np.full(len(ids), group, dtype=object)
        return gene_table(texts_at(root, f"{group}/gene_names"), id=ids, genome=genome)
    told = {"id": "id", "kind": "feature_type", "genome": "genome", "target": "target_gene_name"}
    columns = {
        column: texts_at(root, f"{group}/features/{name}")
        for column, name in told.items()
        if member(root, f"{group}/features/{name}") is not None
    }
    return gene_table(texts_at(root, f"{group}/features/name"), **columns)


def _matrix(root: h5py.Group, groups: Sequence[str], path: Path) -> Matrix:
    parts = [_one(root, name, path) for name in groups]
    return parts[0] if len(parts) == 1 else Beside(parts)


def _one(root: h5py.Group, group: str, path: Path) -> ByCell:
    genes, cells = (int(size) for size in np.ravel(numbers_at(root, f"{group}/shape")[()])[:2])
    ends = ends_at(root, f"{group}/indptr")
    values, places = numbers_at(root, f"{group}/data"), numbers_at(root, f"{group}/indices")
    return ByCell(values, places, ends, (cells, genes), f"{path.name}: {group}")
