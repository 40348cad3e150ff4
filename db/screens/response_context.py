"""A context of responses in the store: what it is, its names, its responses in portions, and its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True)
class NewContext:
    """What is known of a context before its responses are written.

    Attributes:
        name: Its name.
        organism: Whose genes.
        cell_type: Cell type or line.
        condition: What else the cells were given.
        modality: How genes were perturbed.
        readout_kind: Whether readouts are genes or gene sets.
        study: The study, or None where not declared.
    """

    name: str
    organism: Organism = "human"
    cell_type: str = ""
    condition: str = ""
    modality: Modality = ""
    readout_kind: ReadoutKind = "gene"
    study: Study | None = None


@dataclass(frozen=True, eq=False)
class ContextNames:
    """The names of a context and what they mean in the store.

    Attributes:
        perturbed: The file's own names of perturbations; they are numbered from 1 in this order.
        read: The file's own names of readouts, numbered likewise.
        perturbations: Perturbation id by name; a name that is no known gene is left out here and its rows stay.
        readouts: Gene ids by name of the readout: one for a gene, the members of a set; likewise.
    """

    perturbed: Sequence[str]
    read: Sequence[str]
    perturbations: Mapping[str, int]
    readouts: Mapping[str, Sequence[int]]


def write_context(
    connection: duckdb.DuckDBPyConnection, ingest_id: int, described: NewContext, names: ContextNames
) -> int:
    """Writes a context without its responses; must be inside the write of its ingest.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that the rows belong to.
        described: What is known of it.
        names: Its names.

    Returns:
        The context's number.

    Raises:
        ConflictError: The store has a context of this name.
    """
    name = described.name
    if connection.execute("SELECT 1 FROM response_screen WHERE lower(name) = lower(?)", [name]).fetchall():
        raise ConflictError(
            f"The store holds responses named {name} already, from another file.",
            f"{act('response_remove', name)} makes room for the new ones; or give another name with {option('name')}.",
        )
    number = next_id(connection, "response_screen")
    connection.execute(
        f"INSERT INTO response_screen VALUES ({', '.join('?' * 10)})",
        [
            number, name, add_study(connection, described.study) if described.study else None, described.organism,
            described.cell_type, described.condition, described.modality, described.readout_kind, ingest_id, utc_now(),
        ],
    )  # fmt: skip
    known = pd.array([names.perturbations.get(one) for one in names.perturbed], dtype="Int64")
    rows = pd.DataFrame({"r": number, "n": _numbered(names.perturbed), "name": _text(names.perturbed), "id": known})
    with _registered(connection, new_rows=rows):
        connection.execute("INSERT INTO response_perturbation SELECT *, ? FROM new_rows", [ingest_id])
    _insert_readouts(connection, number, names, ingest_id)
    return number


def _numbered(names: Sequence[str]) -> range:
    return range(1, len(names) + 1)


def _text(names: Sequence[str]) -> pd.Series[str]:
    return pd.Series(list(names), dtype=object)


def _insert_readouts(connection: duckdb.DuckDBPyConnection, number: int, names: ContextNames, ingest_id: int) -> None:
    rows = pd.DataFrame({"n": _numbered(names.read), "name": _text(names.read)})
    pairs = [(n, int(gene)) for n, name in enumerate(names.read, 1) for gene in names.readouts.get(name, ())]
    members = pd.DataFrame(pairs, columns=["n", "gene_id"]).astype("int64")
    with _registered(connection, new_rows=rows, new_members=members):
        connection.execute(
            "INSERT INTO response_readout SELECT ?, r.n, r.name, coalesce(m.gene_ids, []), ? FROM new_rows r LEFT JOIN"
            " (SELECT n, list(gene_id::INTEGER ORDER BY gene_id) AS gene_ids FROM new_members GROUP BY n) m USING (n)"
            " ORDER BY r.n",
            [number, ingest_id],
        )


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
    with _registered(connection, new_rows=frame):
        connection.execute(
            "INSERT INTO response SELECT ?, ?, readout, '', de, up, estimate, standard_error, p, fdr, ? FROM new_rows",
            [context, perturbation, ingest_id],
        )


@contextmanager
def _registered(connection: duckdb.DuckDBPyConnection, **frames: pd.DataFrame) -> Iterator[None]:
    for name, frame in frames.items():
        connection.register(name, frame)
    try:
        yield
    finally:
        for name in frames:
            connection.unregister(name)


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
