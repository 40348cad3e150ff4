"""Properties of genes: one number a gene, such as its mean effect on fitness."""

from __future__ import annotations

import duckdb
import pandas as pd

from db.acts import PATH, option
from db.errors import ConflictError
from db.records import Gene
from db.store import Store


def write_gene_values(
    connection: duckdb.DuckDBPyConnection, ingest_id: int, property_name: str, values: pd.DataFrame
) -> int:
    """Writes one property; must be inside the write of its ingest.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that the rows belong to.
        property_name: Name of the property.
        values: Columns gene_id and value (finite); a gene that is given twice gets the mean.

    Returns:
        Number of genes.

    Raises:
        ConflictError: The store has this property from another source.
    """
    if connection.execute("SELECT 1 FROM gene_value WHERE property = ? LIMIT 1", [property_name]).fetchall():
        raise ConflictError(
            f"The store holds {property_name} already, from another file.",
            f"A new store takes the new one: {option(store_path=PATH)}.",
        )
    connection.register("new_values", values)
    connection.execute(
        "INSERT INTO gene_value SELECT ?, gene_id, avg(value), ? FROM new_values GROUP BY gene_id ORDER BY gene_id",
        [property_name, ingest_id],
    )
    connection.unregister("new_values")
    counted = connection.execute("SELECT count(*) FROM gene_value WHERE property = ?", [property_name])
    return int(counted.fetchall()[0][0])


def values_of_gene(store: Store, gene: Gene) -> dict[str, float]:
    """Every property of a gene, by name."""
    with store.read() as connection:
        rows = connection.execute(
            "SELECT property, value FROM gene_value WHERE gene_id = ? ORDER BY property", [gene.id]
        ).fetchall()
    return dict(rows)
