"""Responses of one context as arrays: perturbations in rows, readout genes in columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from db.screens.responses import required_context
from db.store import Store

Numbers = NDArray[np.float32]
QUANTITIES = ("estimate", "standard_error", "fdr")
"""What is read of each response."""


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
        found = _columns(connection, number, there)
    places = found["perturbation"].astype(np.int64)
    places -= 1
    places *= shape[1]
    places += found["readout"]
    places -= 1
    return {key: _placed(found[key], places, shape) for key in there}


def _columns(connection: duckdb.DuckDBPyConnection, number: int, there: list[str]) -> Mapping[str, Any]:
    values = "".join(f", coalesce({key}::FLOAT, 'nan'::FLOAT) AS {key}" for key in there)
    found: Mapping[str, Any] = connection.execute(
        f"SELECT perturbation, readout{values} FROM response WHERE response_screen_id = {number}"
    ).fetchnumpy()
    return found


def _placed(values: Numbers, places: NDArray[np.int64], shape: tuple[int, int]) -> Numbers:
    whole = np.full(shape[0] * shape[1], np.nan, dtype=np.float32)
    whole[places] = values
    return whole.reshape(shape)
