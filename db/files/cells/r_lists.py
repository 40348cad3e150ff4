"""Lists of R in which sceptre keeps a screen: responses, guides, their targets, and what describes cells."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix, csc_matrix, csr_matrix, hstack

from db.errors import RefusedFileError
from db.files.cells.genes import EXPRESSION, GUIDES, gene_table
from db.files.cells.hdf5 import texts_of
from db.files.cells.matrices import ByCell
from db.files.cells.open_cells import Layer, OpenCells, Texts
from db.files.objects import read_r_data

TITLE = "R data (.rda) of sceptre"
_RESPONSES, _GUIDES, _COVARIATES, _TARGETS = (
    "response_matrix", "grna_matrix", "extra_covariates", "grna_target_data_frame",
)  # fmt: skip


def read(path: Path) -> OpenCells:
    """A list with the matrices ``response_matrix`` and ``grna_matrix`` (genes and guides × cells), as sceptre has it.

    Guides come after the genes as features of their own kind, with their targets, as Cell Ranger writes them.

    Args:
        path: The file.

    Raises:
        RefusedFileError: It holds no such list, or its parts do not fit each other.
    """
    held = _held(path)
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
    return _found(path) is not None


def _held(path: Path) -> Mapping[str, Any]:
    found = _found(path)
    if found is None:
        raise RefusedFileError(
            f"{path.name} is R data without a list of {_RESPONSES} and {_GUIDES}.",
            "In R, write the counts with DropletUtils::write10xCounts, or an .h5ad with zellkonverter::writeH5AD.",
        )
    return found


def _found(path: Path) -> Mapping[str, Any] | None:
    import rdata

    with warnings.catch_warnings():
        # Of classes that rdata does not know it keeps the parts, which is what is wanted.
        warnings.simplefilter("ignore")
        objects = rdata.conversion.convert(read_r_data(path))
    held = objects.values() if isinstance(objects, dict) else ()
    return next((one for one in held if isinstance(one, dict) and {_RESPONSES, _GUIDES} <= set(one)), None)


def _matrix(found: Any, name: str, path: Path) -> tuple[csr_matrix, Texts]:  # noqa: ANN401 - rdata's own objects
    """A sparse matrix of R's package Matrix, turned to cells × features, and the names of its features."""
    parts = vars(found) if hasattr(found, "__dict__") else {}
    names = (parts.get("Dimnames") or [None])[0]
    if not {"i", "x", "Dim"} <= set(parts) or not {"j", "p"} & set(parts) or names is None:
        raise RefusedFileError(
            f"{path.name}: {name} is no sparse matrix with names of rows (dgTMatrix, dgCMatrix).",
            "In R, make it one: as(x, 'CsparseMatrix').",
        )
    shape = tuple(int(size) for size in parts["Dim"])
    values, rows = np.asarray(parts["x"], dtype=np.float32), np.asarray(parts["i"])
    if "p" in parts:
        return csr_matrix(csc_matrix((values, rows, np.asarray(parts["p"])), shape=shape).T), texts_of(
            np.asarray(names)
        )
    made = coo_matrix((values, (rows, np.asarray(parts["j"]))), shape=shape)
    return csr_matrix(made.T), texts_of(np.asarray(names))


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
