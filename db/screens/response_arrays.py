"""Responses of one context as arrays: perturbations in rows, readout genes in columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from db.screens.responses import required_context
from db.store import Store

Numbers = NDArray[np.float32]
QUANTITIES = ("estimate", "standard_error", "fdr")
"""What is read of each response."""
VECTORS = 60
"""Blocks of 2,048 rows that are placed at once."""


@dataclass(frozen=True, eq=False)
class ResponseSides:
    """What the rows and columns of a context stand for, in the order of the file's names.

    Attributes:
        perturbations: For each row the approved name, such as ``A`` or ``A+B``, or the file's own where it is no gene.
        names: For each row the file's own name, which no two rows share.
        targets: For each row the ids of the perturbed genes; empty where the name is no known gene.
        readouts: For each column the symbol of its gene, or the file's own name where it is none.
        readout_ids: For each column the id of its gene, or -1; shape (readouts,).
    """

    perturbations: tuple[str, ...]
    names: tuple[str, ...]
    targets: tuple[tuple[int, ...], ...]
    readouts: tuple[str, ...]
    readout_ids: NDArray[np.int64]


def response_sides(store: Store, context: str) -> ResponseSides:
    """What the rows and columns of a context stand for.

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
    return ResponseSides(
        perturbations=tuple(row[0] for row in rows),
        names=tuple(row[1] for row in rows),
        targets=tuple(tuple(gene for gene in row[2:] if gene is not None) for row in rows),
        readouts=tuple(column[0] for column in columns),
        readout_ids=np.array([column[1] for column in columns], dtype=np.int64),
    )


def response_arrays(store: Store, context: str, shape: tuple[int, int]) -> dict[str, Numbers]:
    """Reads all responses of a context.

    Args:
        store: The store.
        context: Name of the context.
        shape: Number of its perturbations and of its readouts.

    Returns:
        Each of `QUANTITIES` that any pair has, NaN where missing; shape (perturbations, readouts), in the order of
        `response_sides`.

    Raises:
        NotFoundError: There is no such context; near names are given.
    """
    with store.read() as connection:
        number = required_context(connection, context)
        counts = ", ".join(f"count({key})" for key in QUANTITIES)
        held = connection.execute(f"SELECT {counts} FROM response WHERE response_screen_id = {number}").fetchall()[0]
        there = [key for key, count in zip(QUANTITIES, held, strict=True) if count]
        whole = {key: np.full(shape[0] * shape[1], np.nan, dtype=np.float32) for key in there}
        for part in _parts(connection, number, there, shape):
            places = part["place"].to_numpy()
            for key, values in whole.items():
                values[places] = part[key].to_numpy()
    return {key: values.reshape(shape) for key, values in whole.items()}


def _parts(
    connection: duckdb.DuckDBPyConnection, number: int, there: list[str], shape: tuple[int, int]
) -> Iterator[pd.DataFrame]:
    """Rows in parts that stay near the processor, so that a large table is in memory once and not twice."""
    kind = "INTEGER" if shape[0] * shape[1] < 1 << 31 else "BIGINT"
    values = "".join(f", {key}::FLOAT AS {key}" for key in there)
    rows = connection.execute(
        f"SELECT (perturbation - 1)::{kind} * {shape[1]} + readout - 1 AS place{values} FROM response"
        f" WHERE response_screen_id = {number}"
    )
    while len(part := rows.fetch_df_chunk(VECTORS)):
        yield part
