"""R data with cells: the lists in which sceptre keeps a screen, or else a matrix of genes × cells."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, hstack

from db.errors import RefusedFileError
from db.files.cells import r_matrix
from db.files.cells.genes import EXPRESSION, GUIDES, gene_table
from db.files.cells.hdf5 import texts_of
from db.files.cells.matrices import ByCell
from db.files.cells.open_cells import Layer, OpenCells, Texts
from db.files.cells.r_sparse import is_sparse, sparse_by_cell
from db.files.objects import read_r_data

TITLE = "R data (.rda) of sceptre"
_RESPONSES, _GUIDES, _COVARIATES, _TARGETS = (
    "response_matrix", "grna_matrix", "extra_covariates", "grna_target_data_frame",
)  # fmt: skip


def read(path: Path) -> OpenCells:
    """A list with the matrices ``response_matrix`` and ``grna_matrix``, as sceptre has it; else the first matrix.

    Rows are genes (and guides), columns are cells.

    Args:
        path: The file.

    Raises:
        RefusedFileError: It holds neither, or the parts of a list do not fit each other.
    """
    objects = _objects(path)
    if (held := _list_of(objects)) is not None:
        return _from_list(held, path)
    for found in objects:
        if r_matrix.recognises(found):
            return r_matrix.read(found, path)
    raise RefusedFileError(
        f"{path.name} is R data without a list of {_RESPONSES} and {_GUIDES}, and without a matrix of genes × cells"
        " that names both.",
        "In R, write the counts with DropletUtils::write10xCounts, or an .h5ad with zellkonverter::writeH5AD.",
    )


def _from_list(held: Mapping[str, Any], path: Path) -> OpenCells:
    """Guides come after the genes as features of their own kind, with their targets, as Cell Ranger writes them."""
    (responses, genes), (guides, names) = (_matrix(held[one], one, path) for one in (_RESPONSES, _GUIDES))
    if responses.shape[0] != guides.shape[0]:
        raise RefusedFileError(
            f"{path.name} has {responses.shape[0]:,} cells with responses and {guides.shape[0]:,} with guides.",
            "Save both for the same cells.",
        )
    both = csr_matrix(hstack([responses, guides], format="csr"))
    kinds = np.repeat(np.array([EXPRESSION, GUIDES], dtype=object), [len(genes), len(names)])
    targets = np.concatenate([np.full(len(genes), "", dtype=object), _targets(held.get(_TARGETS), names)])
    features = gene_table(np.concatenate([genes, names]), kind=kinds, target=targets)
    matrix = ByCell(both.data, both.indices, both.indptr.astype(np.int64), both.shape, path.name)
    describing = _covariates(held.get(_COVARIATES))
    numbers = pd.Index([str(number) for number in range(1, both.shape[0] + 1)], dtype="str")
    notes = ("Its cells have no names; they are numbered.",)
    columns = {name: lambda texts=texts: texts for name, texts in describing.items()}
    return OpenCells(path, TITLE, numbers, features, columns, {"matrix": Layer(lambda: matrix)}, notes)


def recognises(path: Path) -> bool:
    """Whether R data hold such a list.

    Args:
        path: The file.

    Raises:
        RefusedFileError: It is no R data that can be read.
    """
    return _list_of(_objects(path)) is not None


def _objects(path: Path) -> list[Any]:
    import rdata

    with warnings.catch_warnings():
        # Of classes that rdata does not know it keeps the parts, which is what is wanted.
        warnings.simplefilter("ignore")
        objects = rdata.conversion.convert(read_r_data(path))
    return list(objects.values()) if isinstance(objects, dict) else [objects]


def _list_of(objects: list[Any]) -> Mapping[str, Any] | None:
    return next((one for one in objects if isinstance(one, dict) and {_RESPONSES, _GUIDES} <= set(one)), None)


def _matrix(found: Any, name: str, path: Path) -> tuple[csr_matrix, Texts]:  # noqa: ANN401 - rdata's own objects
    """A sparse matrix turned to cells × features, and the names of its features."""
    names = vars(found)["Dimnames"][0] if is_sparse(found) else None
    if names is None:
        raise RefusedFileError(
            f"{path.name}: {name} is no sparse matrix with names of rows (dgTMatrix, dgCMatrix).",
            "In R, make it one: as(x, 'CsparseMatrix').",
        )
    return sparse_by_cell(found), texts_of(np.asarray(names))


def _targets(table: Any, guides: Texts) -> Texts:  # noqa: ANN401 - a frame, where there is one
    """The gene that each guide is against; empty where the file does not say."""
    if not isinstance(table, pd.DataFrame) or not {"grna_id", "grna_target"} <= set(table.columns):
        return np.full(len(guides), "", dtype=object)
    known = dict(zip(table["grna_id"].astype(str), table["grna_target"].astype(str), strict=True))
    return np.array([known.get(guide, "") for guide in guides], dtype=object)


def _covariates(table: Any) -> dict[str, Texts]:  # noqa: ANN401 - a frame, where there is one
    if not isinstance(table, pd.DataFrame):
        return {}
    return {
        str(name): texts_of(table[name].astype(object).where(table[name].notna(), None).to_numpy()) for name in table
    }
