"""A set of cells into the store piece by piece, and out of it again; inside the write of its ingest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd

from db.acts import act, option
from db.cells.packing import packed_amounts, packed_places, packed_texts
from db.cells.reading import CellSet, sets_of, unknown_set
from db.errors import ConflictError
from db.provenance import next_id, utc_now
from db.records import Organism, Study
from db.screens.writing import add_study, drop_idle_studies
from db.store import Store
from db.undo import remember, rows_of_cells, study_of

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

TABLES = ("cell_set_cell", "cell_set_column", "cell_set_gene")


@dataclass(frozen=True)
class NewSet:
    """What is known of a set before its cells are written.

    Attributes:
        name: Its name.
        organism: Whose cells.
        label_column: The file's column of labels; empty for none.
        donor_column: The file's column of donors; empty for none.
        layer: The matrix that is read.
        scale: What its values are: ``counts``, ``normalised`` or ``log``.
        format: Of the file, in words.
        study: The study, or None where not declared.
    """

    name: str
    organism: Organism
    label_column: str
    donor_column: str
    layer: str
    scale: str
    format: str
    study: Study | None = None


def refuse_taken(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Refuses a name that another set has.

    Args:
        connection: An open connection.
        name: The name.

    Raises:
        ConflictError: A set has it, in whatever case.
    """
    rows = connection.execute("SELECT name FROM cell_set WHERE lower(name) = lower(?)", [name]).fetchall()
    if rows:
        raise ConflictError(
            f"The store holds cells named {rows[0][0]!r} already, from another file or read in another way.",
            f"{act('cells_remove', rows[0][0])} makes room for the new ones; or give another name with"
            f" {option('name')}.",
        )


def write_set(
    connection: duckdb.DuckDBPyConnection, ingest_id: int, described: NewSet, genes: pd.DataFrame,
    columns: Mapping[str, Sequence[str]],
) -> int:  # fmt: skip
    """Writes a set without its cells.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that brings it.
        described: What is known of it.
        genes: Columns name, identifier and gene_id (missing where the name is no known gene), one row for each gene.
        columns: What describes the cells, by column: one text for each cell.

    Returns:
        The set's number.

    Raises:
        ConflictError: A set has this name.
    """
    refuse_taken(connection, described.name)
    number = next_id(connection, "cell_set")
    connection.execute(
        f"INSERT INTO cell_set VALUES ({', '.join('?' * 11)})",
        [
            number, described.name, add_study(connection, described.study) if described.study else None,
            described.organism, described.label_column, described.donor_column, described.layer, described.scale,
            described.format, ingest_id, utc_now(),
        ],
    )  # fmt: skip
    named = pd.DataFrame({
        "number": range(len(genes)), "name": genes["name"].to_numpy(dtype=object),
        "identifier": genes["identifier"].to_numpy(dtype=object), "gene_id": genes["gene_id"].astype("Int64").array,
    })  # fmt: skip
    _insert(connection, "cell_set_gene", number, named, ingest_id)
    for place, (name, texts) in enumerate(columns.items()):
        one = pd.DataFrame({"number": [place], "name": [name], "texts": [packed_texts(texts)]})
        _insert(connection, "cell_set_column", number, one, ingest_id)
    return number


def append_cells(
    connection: duckdb.DuckDBPyConnection, ingest_id: int, cell_set: int, first: int, about: pd.DataFrame,
    values: csr_matrix,
) -> None:  # fmt: skip
    """Writes some cells of a set, so that it is never in memory whole.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that brings them.
        cell_set: The set's number.
        first: Number of the first of these cells.
        about: Columns barcode, label and donor, one row for each of them.
        values: These cells × genes, as in the file.
    """
    values.eliminate_zeros()
    values.sort_indices()
    places, amounts = values.indices, values.data.astype(np.float32)
    bounds = list(zip(values.indptr[:-1], values.indptr[1:], strict=True))
    rows = pd.DataFrame({
        "number": range(first, first + len(bounds)), "barcode": about["barcode"].to_numpy(dtype=object),
        "label": about["label"].to_numpy(dtype=object), "donor": about["donor"].to_numpy(dtype=object),
        "genes": np.diff(values.indptr), "places": [packed_places(places[low:high]) for low, high in bounds],
        "amounts": [packed_amounts(amounts[low:high]) for low, high in bounds],
    })  # fmt: skip
    _insert(connection, "cell_set_cell", cell_set, rows, ingest_id)


def remove_set(store: Store, name: str) -> CellSet:
    """Removes a set whole, with its ingest, in one transaction; nothing else of the store rests on it.

    Args:
        store: The store.
        name: Its name, in any case.

    Returns:
        What was removed.

    Raises:
        NotFoundError: There is no such set; near names are given.
    """
    with store.write("remove") as connection:
        known = sets_of(connection)
        found = next((one for one in known if one.name.casefold() == name.casefold()), None)
        if found is None:
            raise unknown_set(name, [one.name for one in known])
        rows = [*study_of(connection, "cell_set", found.id), *rows_of_cells(found.id, found.ingest_id)]
        remember(connection, f"cells {found.name} were removed", rows)
        for table in TABLES:
            connection.execute(f"DELETE FROM {table} WHERE cell_set_id = ?", [found.id])
        connection.execute("DELETE FROM cell_set WHERE id = ?", [found.id])
        for table, column in (("ingest_note", "ingest_id"), ("ingest", "id")):
            connection.execute(f"DELETE FROM {table} WHERE {column} = ?", [found.ingest_id])
        drop_idle_studies(connection)
    return found


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, cell_set: int, frame: pd.DataFrame, ingest_id: int
) -> None:
    with _registered(connection, frame):
        connection.execute(f"INSERT INTO {table} SELECT ?, *, ? FROM new_rows", [cell_set, ingest_id])


@contextmanager
def _registered(connection: duckdb.DuckDBPyConnection, frame: Any) -> Iterator[None]:  # noqa: ANN401 - a frame
    connection.register("new_rows", frame)
    try:
        yield
    finally:
        connection.unregister("new_rows")
