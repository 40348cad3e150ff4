"""What predictors learn from and are judged on: files of cells or of responses, or tables of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.errors import RefusedFileError
from db.files.cells.opening import holds_cells
from db.files.opening import damage_refused, open_ordinary
from tools.expression.expression_responses import LEAST_SHARE, ExpressionResponses
from tools.expression.response_sources import (
    approved,
    responses_of_cells,
    responses_of_store,
    responses_of_table,
)
from tools.workspace import Workspace

HELP = "Save one matrix lfc with the arrays gene and symbol, which name its rows and columns."
ROWS, READOUTS, MATRICES = ("gene", "perturbation"), ("symbol", "readout"), ("lfc", "estimate")
UNPERTURBED = ("reverted", "revertant", "wt")


def set_of_store(workspace: Workspace, context: str) -> ExpressionResponses:
    """Responses of a table of the store; see `set_of_file`.

    Args:
        workspace: The workspace.
        context: Name of the table.

    Raises:
        NotFoundError: There is no such table.
        InvalidValueError: It has no effect sizes.
    """
    return set_of_tables(workspace, [context])


def set_of_tables(workspace: Workspace, contexts: Sequence[str]) -> ExpressionResponses:
    """Responses of tables of the store, each a context; see `set_of_file`.

    Args:
        workspace: The workspace.
        contexts: Names of the tables.

    Raises:
        NotFoundError: There is no such table.
        InvalidValueError: They have no effect sizes, or no readout gene in common.
    """
    return _complete(responses_of_store(workspace, contexts))


def set_of_file(workspace: Workspace, path: Path) -> ExpressionResponses:
    """Responses of a file, with approved names.

    A readout gene that some row lacks is left out. Where most pairs have no number, as in lists of the genes that
    respond most, a missing one counts as 0.

    Args:
        workspace: Its store has the gene names.
        path: The file.

    Raises:
        RefusedFileError: It holds nothing of the kind.
    """
    found = _of_file(workspace, path)
    rows = found.rows.assign(perturbation=approved(workspace, list(found.rows["perturbation"])))
    readouts = pd.Index(approved(workspace, list(found.readouts)), dtype=object)
    return _complete(replace(found, name=path.name, rows=rows, readouts=readouts))


def _of_file(workspace: Workspace, path: Path) -> ExpressionResponses:
    if path.suffix.casefold() == ".npz":
        return _of_arrays(path)
    return responses_of_cells(workspace, path) if holds_cells(path) else responses_of_table(workspace, path)


def _of_arrays(path: Path) -> ExpressionResponses:
    """A matrix lfc with the arrays gene and symbol, and perhaps context, release and allele beside it.

    Rows of an allele that was put right again are left out: no gene is perturbed in them.
    """
    with damage_refused(path, "an archive of arrays", HELP), open_ordinary(path) as stream:
        held = np.load(stream, allow_pickle=False)
        arrays = {name: held[name] for name in held.files}
    estimate, rows, readouts = (_first(path, arrays, names) for names in (MATRICES, ROWS, READOUTS))
    if estimate.shape != (len(rows), len(readouts)):
        raise RefusedFileError(f"{path.name}: {estimate.shape} effects for {len(rows)} rows.", HELP)
    empty = np.full(len(rows), "")
    beside = {name: arrays.get(name, empty).astype(str) for name in ("context", "release", "allele")}
    frame = pd.DataFrame({
        "perturbation": rows.astype(object), "context": beside["context"],
        "replicate": [" ".join(one).strip() for one in zip(beside["release"], beside["allele"], strict=True)],
    })  # fmt: skip
    kept = ~np.isin(np.char.lower(beside["allele"]), UNPERTURBED)
    frame, estimate = frame[kept].reset_index(drop=True), estimate[kept].astype(np.float32)
    return ExpressionResponses(path.name, frame, pd.Index(readouts.astype(object)), estimate)


def _first(path: Path, arrays: Mapping[str, npt.NDArray[Any]], names: tuple[str, ...]) -> npt.NDArray[Any]:
    for name in names:
        if name in arrays:
            return arrays[name]
    raise RefusedFileError(f"{path.name} has no array {' or '.join(names)}: {', '.join(arrays)}.", HELP)


def _complete(found: ExpressionResponses) -> ExpressionResponses:
    there = np.isfinite(found.estimates)
    if there.mean() < LEAST_SHARE:
        return replace(found, estimates=np.nan_to_num(found.estimates))
    return found.among(np.flatnonzero(there.all(axis=0) if there.all(axis=0).any() else there.any(axis=0)))
