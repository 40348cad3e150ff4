"""Where responses are learnt from: tables and cells of the store, or files of cells and of responses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, csr_matrix, vstack

from db.errors import InvalidValueError
from db.files.cells.opening import opened_cells
from db.genes.perturbation_names import genes_in, name_of_genes
from db.screens.response_cells import response_cells
from db.screens.response_rows import looked_at
from db.screens.response_stages import stage
from db.store import Connection
from tools.expression.cell_files.layers import chosen_layer, normalised_pieces
from tools.expression.cell_files.readouts import readouts_of
from tools.expression.expression_responses import CONTROL, Cells, ExpressionResponses, Floats, common_readouts
from tools.expression.perturb_seq.cells_grouped.arms import Arms
from tools.expression.perturb_seq.cells_grouped.grouping import grouped_cells
from tools.expression.perturb_seq.comparing.sample import sampled_cells
from tools.expression.perturb_seq.options import CellReading
from tools.genes.placed_names import place
from tools.responses.response_matrix import ResponseMatrix, response_matrix
from tools.screens.response_files.found import read_responses
from tools.screens.response_files.writing import genes_of
from tools.screens.tables.reading import Reading
from tools.workspace import Workspace

ANY_SIZE = "|lfc|>0"
"""What is learnt from is the size of a response, whatever its FDR."""


def responses_of_store(workspace: Workspace, contexts: Sequence[str], name: str = "") -> ExpressionResponses:
    """Responses of some tables of the store, and the cells that were kept of them.

    Args:
        workspace: The workspace.
        contexts: Names of tables of responses, each a context; readout genes are those that all of them have.
        name: How the whole is called; as the first table where empty.

    Raises:
        NotFoundError: There is no such table.
        InvalidValueError: They have no readout gene in common, or no estimates.
    """
    found = [response_matrix(workspace, context) for context in contexts]
    readouts = common_readouts([one.readouts for one in found])
    estimates = [one.estimate[:, _places(one.readouts, readouts)] for one in found]
    if not len(readouts) or not any(np.isfinite(one).any() for one in estimates):
        raise InvalidValueError(
            f"{', '.join(contexts)}: no effect sizes of a readout gene that all of them measured.",
            "Name tables with estimates (log fold changes) of the same kind of genes.",
        )
    rows = pd.concat([_rows(one) for one in found], ignore_index=True)
    cells = [_cells(workspace, context, readouts) for context in contexts]
    kept = [one for one in cells if one is not None]
    return ExpressionResponses(name or contexts[0], rows, readouts, np.vstack(estimates), _joined(kept))


def _places(readouts: Sequence[str], wanted: pd.Index[str]) -> npt.NDArray[np.intp]:
    """Where each wanted readout stands; the first place of a gene that a file names twice."""
    first = {symbol: place for place, symbol in reversed(list(enumerate(readouts)))}
    return np.array([first[symbol] for symbol in wanted], dtype=np.intp)


def _rows(found: ResponseMatrix) -> pd.DataFrame:
    return pd.DataFrame({"perturbation": found.perturbations, "context": found.context, "replicate": found.names})


def _cells(workspace: Workspace, context: str, readouts: pd.Index[str]) -> Cells | None:
    found = response_cells(workspace.store, context)
    if not len(found.perturbations):
        return None
    first = {symbol: place for place, symbol in reversed(list(enumerate(found.genes["symbol"])))}
    places = np.array([first.get(symbol, -1) for symbol in readouts])
    amounts = found.amounts[:, np.maximum(places, 0)].toarray() * (places >= 0)
    names = found.perturbations.to_numpy(object)
    return Cells(amounts.astype(np.float32), names, np.full(len(names), context, dtype=object))


def _joined(parts: Sequence[Cells]) -> Cells | None:
    if not parts:
        return None
    return Cells(
        np.vstack([one.expression for one in parts]),
        np.concatenate([one.perturbations for one in parts]),
        np.concatenate([one.contexts for one in parts]),
    )


def responses_of_cells(workspace: Workspace, path: Path, reading: CellReading | None = None) -> ExpressionResponses:
    """Responses in a file of perturbed cells: differences of means from the controls of the same stratum.

    Args:
        workspace: Its store has the gene names.
        path: A file or folder of cells.
        reading: How it is read.

    Raises:
        RefusedFileError: The file cannot be used.
        NeedsChoiceError: The perturbation's column or the controls have to be named.
    """
    reading = reading or CellReading()
    with opened_cells(path) as file:
        chosen = chosen_layer(file, reading.layer)
        grouping = grouped_cells(workspace, file, reading, {}, "")
        readouts = readouts_of(workspace, file, chosen.layer, grouping.organism)
        arms, sample = grouping.arms, sampled_cells(grouping.arms)
        sums, kept = np.zeros((len(arms.group), len(readouts.columns))), []
        for first, piece in normalised_pieces(file, chosen, readouts.columns):
            of_cell = arms.of_cell[first : first + piece.shape[0]]
            used = np.flatnonzero(of_cell >= 0)
            shape = (len(sums), piece.shape[0])
            sums += csr_array((np.ones(len(used)), (of_cell[used], used)), shape=shape) @ piece
            low, high = np.searchsorted(sample, (first, first + piece.shape[0]))
            kept.append(piece[sample[low:high] - first])
    means = (sums / arms.sizes[:, None]).astype(np.float32)
    return _of_arms(path.name, arms, means, pd.Index(readouts.symbols), sample, vstack(kept, format="csr"))


def _of_arms(
    name: str, arms: Arms, means: Floats, readouts: pd.Index[str], sample: npt.NDArray[np.int64], sampled: csr_matrix
) -> ExpressionResponses:
    groups = np.array([CONTROL, *arms.groups], dtype=object)
    strata = np.array(arms.strata, dtype=object)
    perturbed = np.flatnonzero(arms.group > 0)
    rows = pd.DataFrame({
        "perturbation": groups[arms.group[perturbed]], "context": strata[arms.stratum[perturbed]], "replicate": "",
    })  # fmt: skip
    of_sample = arms.of_cell[sample]
    cells = Cells(sampled.toarray().astype(np.float32), groups[arms.group[of_sample]], strata[arms.stratum[of_sample]])
    estimates = means[perturbed] - means[arms.control_of[perturbed]]
    return ExpressionResponses(name, rows, readouts.astype(object), estimates, cells)


def responses_of_table(workspace: Workspace, path: Path) -> ExpressionResponses:
    """Responses in a table, matrix or ranked lists of any form that is read into the store, in one context.

    Args:
        workspace: Its store has the gene names.
        path: The file.

    Raises:
        RefusedFileError: It is no such file.
        NeedsChoiceError: Its columns cannot be told.
    """
    found = read_responses(path, Reading(), responds=ANY_SIZE)
    genes = genes_of(workspace, found, "human")
    with looked_at(found.plan.source) as connection:
        stage(connection, found.plan)
        names = [_numbered(connection, table) for table in ("perturbation_names", "readout_names")]
        read: dict[str, Any] = connection.execute(
            "SELECT perturbation, readout, estimate FROM placed_rows"
        ).fetchnumpy()
    estimates = np.full((len(names[0]), len(names[1])), np.nan, dtype=np.float32)
    estimates[read["perturbation"] - 1, read["readout"] - 1] = np.ma.filled(read["estimate"].astype(np.float32), np.nan)
    rows = pd.DataFrame({"perturbation": [genes[one] for one in names[0]], "context": path.name, "replicate": ""})
    return ExpressionResponses(path.name, rows, pd.Index(names[1], dtype=object), estimates)


def _numbered(connection: Connection, table: str) -> list[str]:
    rows = connection.execute(f"SELECT DISTINCT number, name FROM {table} WHERE number IS NOT NULL ORDER BY 1")
    return [name for _, name in rows.fetchall()]


def approved(workspace: Workspace, names: Sequence[str]) -> list[str]:
    """Names of perturbations or readout genes with approved symbols, where they are known.

    Args:
        workspace: Its store has the gene names.
        names: ``A`` or ``A+B``.
    """
    parts = sorted({gene for name in names for gene in genes_in(name)})
    symbols = place(workspace, parts).symbols
    return [name_of_genes(symbols.get(gene, gene) for gene in genes_in(name)) for name in names]
