"""Sets of cells that the store has: what each is, its labels, genes and columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from db.acts import FILE, act
from db.errors import NotFoundError, did_you_mean
from db.records import Organism
from db.store import Store


@dataclass(frozen=True)
class CellSet:
    """Cells of one file in the store.

    Attributes:
        id: Its number.
        name: Its name.
        study: Name of the study; empty where it was not declared.
        organism: ``human`` or ``mouse``.
        label_column: The file's column of labels; empty where it has none.
        donor_column: The file's column of donors; empty where it has none.
        layer: The matrix of the file that was read.
        scale: What its values are: ``counts``, ``normalised`` (counts made comparable) or ``log``.
        format: Of the file, in words.
        cells: Number of cells.
        labels: Number of distinct labels.
        genes: Number of genes.
        placed: Genes among them whose names the store knows.
        ingest_id: The ingest that brought it.
    """

    id: int
    name: str
    study: str
    organism: Organism
    label_column: str
    donor_column: str
    layer: str
    scale: str
    format: str
    cells: int
    labels: int
    genes: int
    placed: int
    ingest_id: int


def list_sets(store: Store) -> list[CellSet]:
    """The sets of cells, by name.

    Args:
        store: The store.
    """
    with store.read() as connection:
        return sets_of(connection)


def get_set(store: Store, name: str) -> CellSet:
    """One set.

    Args:
        store: The store.
        name: Its name, in any case.

    Raises:
        NotFoundError: There is no such set; near names are given.
    """
    known = list_sets(store)
    found = next((one for one in known if one.name.casefold() == name.casefold()), None)
    if found is None:
        raise unknown_set(name, [one.name for one in known])
    return found


def sets_of(connection: duckdb.DuckDBPyConnection) -> list[CellSet]:
    """The sets of cells, by name.

    Args:
        connection: An open connection.
    """
    rows = connection.execute(
        "SELECT s.id, s.name, coalesce(study.name, ''), s.organism, s.label_column, s.donor_column, s.layer, s.scale,"
        " s.format, coalesce(c.cells, 0), coalesce(c.labels, 0), coalesce(g.genes, 0), coalesce(g.placed, 0),"
        " s.ingest_id FROM cell_set s LEFT JOIN study ON study.id = s.study_id"
        " LEFT JOIN (SELECT cell_set_id, count(*) AS cells, count(DISTINCT nullif(label, '')) AS labels"
        " FROM cell_set_cell GROUP BY 1) c ON c.cell_set_id = s.id"
        " LEFT JOIN (SELECT cell_set_id, count(*) AS genes, count(gene_id) AS placed FROM cell_set_gene GROUP BY 1) g"
        " ON g.cell_set_id = s.id ORDER BY s.name"
    ).fetchall()
    return [CellSet(*row) for row in rows]


def unknown_set(name: str, known: Sequence[str]) -> NotFoundError:
    """The refusal of a name that no set has.

    Args:
        name: What was given.
        known: Names of the sets.
    """
    hint = f"{act('cells_list')} names those there are." if known else f"{act('add_cells', FILE)} adds some."
    return NotFoundError(
        f"There are no cells named {name!r} in the store.", f"{did_you_mean(name, known)} {hint}".strip()
    )


def counts_of(store: Store, cell_set: int, what: str) -> Mapping[str, int]:
    """How many cells have each label, or are of each donor; most first, the empty text for those without.

    Args:
        store: The store.
        cell_set: The set's number.
        what: ``label`` or ``donor``.
    """
    column = {"label": "label", "donor": "donor"}[what]
    with store.read() as connection:
        rows = connection.execute(
            f"SELECT {column}, count(*) FROM cell_set_cell WHERE cell_set_id = ? GROUP BY 1 ORDER BY 2 DESC, 1",
            [cell_set],
        ).fetchall()
    return dict(rows)


def unplaced_of(store: Store, cell_set: int, most: int) -> tuple[str, ...]:
    """Names of genes that the store does not know, in the file's order.

    Args:
        store: The store.
        cell_set: The set's number.
        most: How many at most.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT name FROM cell_set_gene WHERE cell_set_id = ? AND gene_id IS NULL ORDER BY number LIMIT ?",
            [cell_set, most],
        ).fetchall()
    return tuple(row[0] for row in rows)


def columns_of(store: Store, cell_set: int) -> tuple[str, ...]:
    """Names of the columns that describe the cells, in the file's order.

    Args:
        store: The store.
        cell_set: The set's number.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT name FROM cell_set_column WHERE cell_set_id = ? ORDER BY number", [cell_set]
        ).fetchall()
    return tuple(row[0] for row in rows)
