"""What predictors learn from and are judged on: files of cells or of responses, or tables of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.acts import FILE, act
from db.errors import RefusedFileError
from db.files.cells.recognition import is_cells
from db.files.objects import read_r_data
from db.files.opening import damage_refused, open_ordinary
from tools.expression.expression_responses import ExpressionResponses
from tools.expression.response_sources import approved, responses_of_cells, responses_of_store
from tools.workspace import Workspace

HELP = (
    "Give a file of cells, an .npz of the arrays lfc, gene and symbol, or ranked lists of R; other tables of responses"
    f" are added to the store first: {act('add_responses', FILE)}."
)
ROWS, READOUTS, MATRICES = ("gene", "perturbation"), ("symbol", "readout"), ("lfc", "estimate")
LEAST_SHARE = 0.5
"""Share of pairs with a number below which a missing one means that nothing was found."""


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
    if path.suffix.casefold() in (".rda", ".rdata") and (lists := _ranked_lists(path)):
        return _of_lists(path, lists)
    if is_cells(path):
        return responses_of_cells(workspace, path)
    raise RefusedFileError(f"{path.name} holds no cells and no responses that can be told.", HELP)


def _of_arrays(path: Path) -> ExpressionResponses:
    """A matrix lfc with the arrays gene and symbol, and perhaps context, release and allele beside it."""
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
    return ExpressionResponses(path.name, frame, pd.Index(readouts.astype(object)), estimate.astype(np.float32))


def _first(path: Path, arrays: Mapping[str, npt.NDArray[Any]], names: tuple[str, ...]) -> npt.NDArray[Any]:
    for name in names:
        if name in arrays:
            return arrays[name]
    raise RefusedFileError(f"{path.name} has no array {' or '.join(names)}: {', '.join(arrays)}.", HELP)


def _ranked_lists(path: Path) -> dict[str, list[str]]:
    """Perturbation → readout genes, those that rise most first, where R's data are such lists; else nothing."""
    import rdata

    with damage_refused(path, "R data", HELP):
        objects = rdata.conversion.convert(read_r_data(path))
    found = next(iter(objects.values())) if len(objects) == 1 else None
    if not isinstance(found, dict) or not all(isinstance(one, dict) and "up_full" in one for one in found.values()):
        return {}
    return {str(name): [str(gene) for gene in one["up_full"]] for name, one in found.items()}


def _of_lists(path: Path, lists: Mapping[str, list[str]]) -> ExpressionResponses:
    """1 for the first of a list, falling evenly to 0; what is not on it is 0."""
    readouts = pd.Index(sorted({gene for genes in lists.values() for gene in genes}), dtype=object)
    estimates = np.zeros((len(lists), len(readouts)), dtype=np.float32)
    for row, genes in enumerate(lists.values()):
        estimates[row, readouts.get_indexer(pd.Index(genes))] = 1 - np.arange(len(genes)) / len(genes)
    frame = pd.DataFrame({"perturbation": list(lists), "context": path.name, "replicate": ""})
    return ExpressionResponses(path.name, frame, readouts, estimates)


def _complete(found: ExpressionResponses) -> ExpressionResponses:
    there = np.isfinite(found.estimates)
    if there.mean() < LEAST_SHARE:
        return replace(found, estimates=np.nan_to_num(found.estimates))
    kept = np.flatnonzero(there.all(axis=0) if there.all(axis=0).any() else there.any(axis=0))
    cells = found.cells
    return replace(
        found,
        readouts=found.readouts[kept],
        estimates=found.estimates[:, kept],
        cells=cells and replace(cells, expression=cells.expression[:, kept]),
    )
