"""Responses of one context as arrays: perturbations in rows, readout genes in columns."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from db.screens.responses import required_context
from db.store import Store

Numbers = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ResponseArrays:
    """The responses of one context.

    Attributes:
        perturbations: For each row the approved name, such as ``A`` or ``A+B``, or the file's own where it is no gene.
        names: For each row the file's own name, which no two rows share.
        targets: For each row the ids of the perturbed genes; empty where the name is no known gene.
        readouts: For each column the symbol of its gene, or the file's own name where it is none.
        readout_ids: For each column the id of its gene, or -1; shape (readouts,).
        estimate: Effects, NaN where missing; shape (perturbations, readouts).
        standard_error: Likewise; None where the context has none.
        fdr: Likewise, from 0 to 1; None where the context has none.
    """

    perturbations: tuple[str, ...]
    names: tuple[str, ...]
    targets: tuple[tuple[int, ...], ...]
    readouts: tuple[str, ...]
    readout_ids: NDArray[np.int64]
    estimate: Numbers
    standard_error: Numbers | None
    fdr: Numbers | None


def response_arrays(store: Store, context: str) -> ResponseArrays:
    """Reads all responses of a context; rows are in the order of their names, and so are columns.

    Args:
        store: The store.
        context: Name of the context.

    Raises:
        NotFoundError: There is no such context; near names are given.
    """
    with store.read() as connection:
        number = required_context(connection, context)
        rows = connection.execute(
            "SELECT coalesce(perturbation.name, p.name), p.name, perturbation.gene_id, perturbation.second_gene_id"
            " FROM response_perturbation p LEFT JOIN perturbation ON perturbation.id = p.perturbation_id"
            " WHERE p.response_screen_id = ? ORDER BY p.number",
            [number],
        ).fetchall()
        columns = connection.execute(
            "SELECT CASE WHEN len(r.gene_ids) = 1 THEN gene.symbol ELSE r.name END,"
            " CASE WHEN len(r.gene_ids) = 1 THEN r.gene_ids[1] ELSE -1 END"
            " FROM response_readout r LEFT JOIN gene ON gene.id = r.gene_ids[1]"
            " WHERE r.response_screen_id = ? ORDER BY r.number",
            [number],
        ).fetchall()
        shape = (len(rows), len(columns))
        filled = {key: _filled(connection, number, key, shape) for key in ("estimate", "standard_error", "fdr")}
    estimate = filled["estimate"]
    return ResponseArrays(
        perturbations=tuple(row[0] for row in rows),
        names=tuple(row[1] for row in rows),
        targets=tuple(tuple(gene for gene in row[2:] if gene is not None) for row in rows),
        readouts=tuple(column[0] for column in columns),
        readout_ids=np.array([column[1] for column in columns], dtype=np.int64),
        estimate=np.full(shape, np.nan, dtype=np.float32) if estimate is None else estimate,
        standard_error=filled["standard_error"],
        fdr=filled["fdr"],
    )


def _filled(connection: duckdb.DuckDBPyConnection, number: int, column: str, shape: tuple[int, int]) -> Numbers | None:
    """One quantity of all pairs, None where no pair has it."""
    found = connection.execute(
        f"SELECT (perturbation - 1)::BIGINT * ? + readout - 1 AS place, {column}::FLOAT AS value FROM response"
        f" WHERE response_screen_id = ? AND {column} IS NOT NULL",
        [shape[1], number],
    ).fetchnumpy()
    if not len(found["place"]):
        return None
    values = np.full(shape[0] * shape[1], np.nan, dtype=np.float32)
    values[found["place"]] = found["value"]
    return values.reshape(shape)
