"""Rows of a table of responses: its context, what one perturbation does after the other, and all of it deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal

import duckdb
import pandas as pd

from db.acts import act, option
from db.errors import ConflictError
from db.provenance import next_id, utc_now
from db.records import Modality, Organism, Study
from db.screens.response_cells import remove_response_cells
from db.screens.writing import add_study

ReadoutKind = Literal["gene", "gene_set"]


def write_context(
    connection: duckdb.DuckDBPyConnection,
    ingest_id: int,
    *,
    name: str,
    perturbed: pd.Series[int],
    read: pd.Series[int],
    perturbations: Mapping[str, int],
    readouts: Mapping[str, Sequence[int]],
    organism: Organism,
    cell_type: str = "",
    condition: str = "",
    modality: Modality = "",
    readout_kind: ReadoutKind = "gene",
    study: Study | None = None,
) -> int:
    """Writes a context without its responses, which `append_responses` or `write_responses` bring.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that the rows belong to.
        name: Name of the context.
        perturbed: The file's own name of each perturbation → its number within the context.
        read: The file's own name of each readout → its number, likewise.
        perturbations: As for `write_responses`, as are all others.
        readouts: Likewise.
        organism: Likewise.
        cell_type: Likewise.
        condition: Likewise.
        modality: Likewise.
        readout_kind: Likewise.
        study: Likewise.

    Returns:
        The context's number.

    Raises:
        ConflictError: The store has a context of this name.
    """
    if connection.execute("SELECT 1 FROM response_screen WHERE lower(name) = lower(?)", [name]).fetchall():
        raise ConflictError(
            f"The store holds responses named {name} already, from another file.",
            f"{act('response_remove', name)} makes room for the new ones; or give another name with {option('name')}.",
        )
    number = next_id(connection, "response_screen")
    connection.execute(
        f"INSERT INTO response_screen VALUES ({', '.join('?' * 10)})",
        [
            number, name, add_study(connection, study) if study else None, organism, cell_type, condition, modality,
            readout_kind, ingest_id, utc_now(),
        ],
    )  # fmt: skip
    known = pd.array([perturbations.get(one) for one in perturbed.index], dtype="Int64")
    insert_rows(
        connection, "response_perturbation",
        pd.DataFrame({"r": number, "n": perturbed.to_numpy(), "name": perturbed.index.astype(object), "id": known}),
        ingest_id,
    )  # fmt: skip
    members = [[int(one) for one in readouts.get(name, ())] for name in read.index]
    _insert_readouts(connection, number, read, members, ingest_id)
    return number


def append_responses(
    connection: duckdb.DuckDBPyConnection, ingest_id: int, context: int, perturbation: int, rows: pd.DataFrame
) -> None:
    """Writes the responses to one perturbation, so that a large table is never in memory whole.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that they belong to.
        context: Number of the context.
        perturbation: Number of the perturbation in it; perturbations come in their order.
        rows: Columns readout (its number, ascending), de and up (nullable booleans), estimate, standard_error, p and
            fdr (NaN where not known).
    """
    frame = rows[["readout", "de", "up", "estimate", "standard_error", "p", "fdr"]]
    with _registered(connection, frame):
        connection.execute(
            "INSERT INTO response SELECT ?, ?, readout, '', de, up, estimate, standard_error, p, fdr, ? FROM new_rows",
            [context, perturbation, ingest_id],
        )


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: pd.DataFrame, ingest_id: int) -> None:
    """Writes rows as they stand.

    Args:
        connection: The writing connection.
        table: A table whose last column is the ingest.
        rows: Its other columns, in their order.
        ingest_id: The ingest that the rows belong to.
    """
    with _registered(connection, rows):
        connection.execute(f"INSERT INTO {table} SELECT *, ? FROM new_rows", [ingest_id])


def _insert_readouts(
    connection: duckdb.DuckDBPyConnection, number: int, read: pd.Series[int], members: list[list[int]], ingest_id: int
) -> None:
    pairs = [(n, gene) for n, genes in zip(read, members, strict=True) for gene in genes]
    rows = pd.DataFrame({"n": read.to_numpy(), "name": read.index.astype(object)})
    flat = pd.DataFrame(pairs, columns=["n", "gene_id"]).astype("int64")
    connection.register("new_members", flat)
    with _registered(connection, rows):
        connection.execute(
            "INSERT INTO response_readout SELECT ?, r.n, r.name, coalesce((SELECT list(m.gene_id::INTEGER ORDER BY"
            " m.gene_id) FROM new_members m WHERE m.n = r.n), []), ? FROM new_rows r ORDER BY r.n",
            [number, ingest_id],
        )
    connection.unregister("new_members")


@contextmanager
def _registered(connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame) -> Iterator[None]:
    connection.register("new_rows", rows)
    try:
        yield
    finally:
        connection.unregister("new_rows")


def delete_responses(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Deletes the rows of a table of responses, and its sampled cells; its ingest stays.

    Args:
        connection: The writing connection.
        name: Name of the context.
    """
    remove_response_cells(connection, name)
    chosen = "(SELECT id FROM response_screen WHERE name = $1)"
    for table in ("response", "response_perturbation", "response_readout"):
        connection.execute(f"DELETE FROM {table} WHERE response_screen_id = {chosen}", [name])
    connection.execute("DELETE FROM response_screen WHERE name = $1", [name])


def refuse_rested_on(connection: duckdb.DuckDBPyConnection, name: str, ingest_id: int) -> None:
    """Refuses to remove responses that were found in the cells of a screen.

    Args:
        connection: An open connection.
        name: Name of the context.
        ingest_id: The ingest that brought it.

    Raises:
        ConflictError: A screen rests on that ingest.
    """
    rows = connection.execute(
        "SELECT screen.name FROM screen JOIN ingest ON ingest.id = screen.ingest_id"
        " WHERE list_contains(ingest.parents, ?) ORDER BY 1",
        [ingest_id],
    ).fetchall()
    if rows:
        raise ConflictError(
            f"The responses {name!r} were found in the same cells as the screen {rows[0][0]!r}.",
            f"{act('screen_remove', rows[0][0])} removes both.",
        )
