"""Networks between genes: undirected edges with a weight."""

from __future__ import annotations

import duckdb
import pandas as pd

from db.acts import PATH, option
from db.errors import ConflictError
from db.provenance import next_id
from db.records import Gene
from db.store import Store


def write_network(connection: duckdb.DuckDBPyConnection, ingest_id: int, name: str, edges: pd.DataFrame) -> int:
    """Writes a whole network; must be inside the write of its ingest.

    An edge that is given twice, in either direction, keeps its largest weight; an edge of a gene with itself is left
    out.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that the rows belong to.
        name: Name of the network.
        edges: Columns gene_a, gene_b (gene ids) and weight.

    Returns:
        Number of edges.

    Raises:
        ConflictError: The store has a network of this name from another source.
    """
    if connection.execute("SELECT 1 FROM network WHERE name = ?", [name]).fetchall():
        raise ConflictError(
            f"The store holds a network {name} already, from another file.",
            f"A new store takes the new one: {option(store_path=PATH)}.",
        )
    network_id = next_id(connection, "network")
    connection.execute("INSERT INTO network VALUES (?, ?, ?)", [network_id, name, ingest_id])
    connection.register("new_edges", edges)
    connection.execute(
        "INSERT INTO edge SELECT ?, least(gene_a, gene_b) AS a, greatest(gene_a, gene_b) AS b, max(weight)::DOUBLE"
        " FROM new_edges WHERE gene_a <> gene_b GROUP BY a, b ORDER BY a, b",
        [network_id],
    )
    connection.unregister("new_edges")
    return int(connection.execute("SELECT count(*) FROM edge WHERE network_id = ?", [network_id]).fetchall()[0][0])


def neighbours(store: Store, gene: Gene, limit: int = 20) -> list[tuple[str, str, float]]:
    """The genes that a gene has edges with: network, symbol and weight, heaviest first.

    Args:
        store: The store.
        gene: The gene.
        limit: How many at most.
    """
    with store.read() as connection:
        return connection.execute(
            "SELECT network.name, other.symbol, edge.weight FROM edge JOIN network ON network.id = edge.network_id"
            " JOIN gene other ON other.id = CASE WHEN edge.gene_a = ? THEN edge.gene_b ELSE edge.gene_a END"
            " WHERE edge.gene_a = ? OR edge.gene_b = ? ORDER BY edge.weight DESC, network.name, other.symbol LIMIT ?",
            [gene.id, gene.id, gene.id, limit],
        ).fetchall()


def edge_weight(store: Store, network: str, a: str, b: str) -> float | None:
    """The weight of the edge between two genes, given by approved symbol; None where there is none."""
    with store.read() as connection:
        rows = connection.execute(
            "SELECT edge.weight FROM edge JOIN network ON network.id = network_id JOIN gene a ON a.id = gene_a"
            " JOIN gene b ON b.id = gene_b WHERE network.name = ?"
            " AND ((a.symbol = ? AND b.symbol = ?) OR (a.symbol = ? AND b.symbol = ?))",
            [network, a, b, b, a],
        ).fetchall()
    return float(rows[0][0]) if rows else None
