"""A stated sample of the single cells that a table of responses came from: log1p CP10k, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from db.acts import act
from db.errors import InvalidValueError, NotFoundError
from db.store import Store

MOST_CELLS = 5_000
"""Cells that are kept of one table at most."""
_TABLES = ("response_cells", "response_cells_gene")


@dataclass(frozen=True, eq=False)
class SampledCells:
    """Cells of one table of responses.

    Attributes:
        perturbations: Approved name of what was perturbed in each cell, shape (cells,); empty for controls.
        strata: Within what each cell was compared, shape (cells,); empty where there is one stratum.
        genes: Columns name (as in the file) and symbol (approved, or the file's name), one row for each gene.
        amounts: log1p CP10k, cells × genes, float32.
    """

    perturbations: pd.Series[str]
    strata: pd.Series[str]
    genes: pd.DataFrame
    amounts: csr_matrix


def write_response_cells(
    connection: duckdb.DuckDBPyConnection,
    ingest_id: int,
    context: str,
    *,
    perturbations: Sequence[str],
    strata: Sequence[str],
    genes: pd.DataFrame,
    amounts: csr_matrix,
) -> None:
    """Writes the sampled cells of a table of responses; must be inside the write of its ingest.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that brings them.
        context: Name of the table of responses.
        perturbations: Approved name for each cell; empty for controls.
        strata: Within what each cell was compared.
        genes: Columns name and gene_id (missing where the name is no known gene).
        amounts: log1p CP10k, cells × genes; none below zero.

    Raises:
        InvalidValueError: There are more than `MOST_CELLS`.
    """
    if amounts.shape[0] > MOST_CELLS:
        raise InvalidValueError(f"{amounts.shape[0]:,} cells are too many for a sample.", f"Keep {MOST_CELLS:,}.")
    rows = csr_matrix(amounts, dtype="<f4")
    rows.eliminate_zeros()
    rows.sort_indices()
    places, values = rows.indices.astype("<u4"), rows.data.astype("<f4")
    bounds = list(zip(rows.indptr[:-1], rows.indptr[1:], strict=True))
    cells = pd.DataFrame({
        "number": range(len(bounds)), "perturbation": list(perturbations), "stratum": list(strata),
        "genes": np.diff(rows.indptr), "places": [places[low:high].tobytes() for low, high in bounds],
        "amounts": [values[low:high].tobytes() for low, high in bounds],
    }).astype({"perturbation": object, "stratum": object})  # fmt: skip
    named = pd.DataFrame({
        "number": range(len(genes)), "name": genes["name"].to_numpy(dtype=object),
        "gene_id": genes["gene_id"].astype("Int64").array,
    })  # fmt: skip
    number = "(SELECT id FROM response_screen WHERE name = ?)"
    for table, frame in (("response_cells_gene", named), ("response_cells", cells)):
        connection.register("new_cells", frame)
        connection.execute(f"INSERT INTO {table} SELECT {number}, *, ? FROM new_cells", [context, ingest_id])
        connection.unregister("new_cells")


def response_cells(store: Store, context: str) -> SampledCells:
    """The sampled cells of a table of responses, controls first; without a cell where none were kept.

    Args:
        store: The store.
        context: Name of the table.

    Raises:
        NotFoundError: There is no such table.
    """
    chosen = "WHERE response_screen_id = (SELECT id FROM response_screen WHERE name = ?)"
    with store.read() as connection:
        if not connection.execute("SELECT 1 FROM response_screen WHERE name = ?", [context]).fetchall():
            raise NotFoundError(
                f"There are no responses named {context!r} in the store.",
                f"{act('response_list')} names those there are.",
            )
        genes = connection.execute(
            "SELECT g.name, coalesce(gene.symbol, g.name) AS symbol FROM response_cells_gene g"
            f" LEFT JOIN gene ON gene.id = g.gene_id {chosen} ORDER BY g.number",
            [context],
        ).df()
        rows = connection.execute(
            f"SELECT perturbation, stratum, genes, places, amounts FROM response_cells {chosen} ORDER BY number",
            [context],
        ).fetchall()
    ends = np.cumsum([0, *(row[2] for row in rows)])
    places = np.frombuffer(b"".join(row[3] for row in rows), "<u4").astype(np.int64)
    amounts = np.frombuffer(b"".join(row[4] for row in rows), "<f4")
    return SampledCells(
        pd.Series([row[0] for row in rows], dtype=object), pd.Series([row[1] for row in rows], dtype=object), genes,
        csr_matrix((amounts, places, ends), shape=(len(rows), len(genes))),
    )  # fmt: skip


def remove_response_cells(connection: duckdb.DuckDBPyConnection, context: str) -> None:
    """Removes the sampled cells of a table of responses.

    Args:
        connection: The writing connection.
        context: Name of the table.
    """
    for table in _TABLES:
        connection.execute(
            f"DELETE FROM {table} WHERE response_screen_id = (SELECT id FROM response_screen WHERE name = ?)", [context]
        )
