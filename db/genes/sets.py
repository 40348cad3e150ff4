"""Collections of gene sets: pathways, processes, complexes, reference lists of essential genes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from db.acts import PATH, act, option
from db.errors import ConflictError, NotFoundError
from db.provenance import next_id
from db.records import Gene
from db.store import Store

SHORT_WORD = 2
"""Letters of a word that is looked for as it stands."""
_AS_SPACES = str.maketrans("_-", "  ")


@dataclass(frozen=True)
class GeneSet:
    """One set of a collection.

    Attributes:
        collection: Name of the collection.
        name: Name of the set within it.
        description: The source's own words, or an address; may be empty.
        genes: Symbols of its genes in alphabetical order.
    """

    collection: str
    name: str
    description: str
    genes: tuple[str, ...]


def write_gene_sets(
    connection: duckdb.DuckDBPyConnection, ingest_id: int, collection: str, members: pd.DataFrame
) -> tuple[int, int]:
    """Writes a whole collection; must be inside the write of its ingest.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that the rows belong to.
        collection: Name of the collection.
        members: Columns gene_set, description, gene_id; one row for each membership.

    Returns:
        Number of sets and number of memberships.

    Raises:
        ConflictError: The store has a collection of this name from another source.
    """
    if connection.execute("SELECT 1 FROM gene_set_collection WHERE name = ?", [collection]).fetchall():
        raise ConflictError(
            f"The store holds a collection {collection} already, from another file.",
            f"A new store takes the new one: {option(store_path=PATH)}.",
        )
    collection_id = next_id(connection, "gene_set_collection")
    connection.execute("INSERT INTO gene_set_collection VALUES (?, ?, ?)", [collection_id, collection, ingest_id])
    first = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM gene_set").fetchall()[0][0]
    sets = members.drop_duplicates("gene_set")[["gene_set", "description"]].reset_index(drop=True)
    sets.insert(0, "id", range(first, first + len(sets)))
    connection.register("new_sets", sets)
    connection.register("new_members", members[["gene_set", "gene_id"]])
    connection.execute(
        "INSERT INTO gene_set SELECT id, ?, gene_set, description FROM new_sets ORDER BY id", [collection_id]
    )
    connection.execute(
        "INSERT INTO gene_set_member SELECT DISTINCT s.id, m.gene_id FROM new_members m"
        " JOIN new_sets s USING (gene_set) ORDER BY ALL"
    )
    connection.unregister("new_sets")
    connection.unregister("new_members")
    count = connection.execute("SELECT count(*) FROM gene_set_member WHERE gene_set_id >= ?", [first]).fetchall()[0][0]
    return len(sets), int(count)


def list_collections(store: Store) -> dict[str, int]:
    """Name of each collection and its number of sets, by name."""
    with store.read() as connection:
        rows = connection.execute(
            "SELECT c.name, count(s.id) FROM gene_set_collection c LEFT JOIN gene_set s ON s.collection_id = c.id"
            " GROUP BY c.name ORDER BY c.name"
        ).fetchall()
    return dict(rows)


@dataclass(frozen=True)
class FoundSet:
    """A set without its genes: its collection, name, number of genes and the source's own words on it."""

    collection: str
    name: str
    size: int
    description: str


def find_gene_sets(
    store: Store, *, collection: str = "", gene_id: int | None = None, words: Sequence[str] = (), limit: int = 50
) -> tuple[int, list[FoundSet]]:
    """Sets of a collection, with a gene, or with words in their names; smallest first.

    Args:
        store: The store.
        collection: Only sets of this collection; all where empty.
        gene_id: Only sets with this gene.
        words: Only sets whose name has words that begin with these, in any case; ``_`` and ``-`` count as spaces.
        limit: How many are given.

    Returns:
        How many there are, and the first of them.
    """
    where: list[str] = ["TRUE"]
    values: list[str | int] = []
    if collection:
        where, values = [*where, "c.name = ?"], [*values, collection]
    if gene_id is not None:
        where = [*where, "s.id IN (SELECT gene_set_id FROM gene_set_member WHERE gene_id = ?)"]
        values = [*values, gene_id]
    for word in " ".join(words).translate(_AS_SPACES).split():
        # A word of one or two letters stands for itself alone, as in "T cell"; a longer one may go on.
        begun = f" {word.lower()}" + ("" if len(word) > SHORT_WORD else " ")
        where = [*where, "contains(' ' || lower(translate(s.name, '_-', '  ')) || ' ', ?)"]
        values = [*values, begun]
    with store.read() as connection:
        rows = connection.execute(
            "SELECT c.name, s.name, count(m.gene_id) AS size, s.description, count(*) OVER () FROM gene_set s"
            " JOIN gene_set_collection c ON c.id = s.collection_id LEFT JOIN gene_set_member m ON m.gene_set_id = s.id"
            f" WHERE {' AND '.join(where)} GROUP BY ALL ORDER BY size, c.name, s.name LIMIT ?",
            [*values, limit],
        ).fetchall()
    return (rows[0][4] if rows else 0), [FoundSet(*row[:4]) for row in rows]


def get_gene_set(store: Store, collection: str, name: str) -> GeneSet:
    """One set with its genes.

    Args:
        store: The store.
        collection: Name of the collection.
        name: Name of the set.

    Raises:
        NotFoundError: There is no such set.
    """
    with store.read() as connection:
        rows = connection.execute(
            "SELECT s.description, gene.symbol FROM gene_set s JOIN gene_set_collection c ON c.id = s.collection_id"
            " JOIN gene_set_member m ON m.gene_set_id = s.id JOIN gene ON gene.id = m.gene_id"
            " WHERE c.name = ? AND s.name = ? ORDER BY gene.symbol",
            [collection, name],
        ).fetchall()
    if not rows:
        known = ", ".join(list_collections(store)) or f"none yet; {act('fetch')} gets some"
        raise NotFoundError(f"There is no gene set {name!r} in {collection!r}.", f"Collections: {known}.")
    return GeneSet(collection, name, rows[0][0], tuple(row[1] for row in rows))


def sets_of_gene(store: Store, gene: Gene) -> list[tuple[str, str, int]]:
    """The sets that a gene belongs to: collection, name and number of genes, smallest set first."""
    with store.read() as connection:
        return connection.execute(
            "SELECT c.name, s.name, count(*) AS size FROM gene_set_member own"
            " JOIN gene_set s ON s.id = own.gene_set_id JOIN gene_set_collection c ON c.id = s.collection_id"
            " JOIN gene_set_member m ON m.gene_set_id = s.id WHERE own.gene_id = ?"
            " GROUP BY c.name, s.name ORDER BY size, c.name, s.name",
            [gene.id],
        ).fetchall()
