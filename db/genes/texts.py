"""What sources write of genes: one text a gene and source, such as its RefSeq summary."""

from __future__ import annotations

import duckdb
import pandas as pd

from db.acts import PATH, option
from db.errors import ConflictError
from db.records import Gene
from db.store import Store


def write_gene_texts(
    connection: duckdb.DuckDBPyConnection, ingest_id: int, source: str, organism: str, texts: pd.DataFrame
) -> int:
    """Writes one source's texts on the genes of one organism; must be inside the write of its ingest.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that the rows belong to.
        source: Name of the source.
        organism: Whose genes they are.
        texts: Columns gene_id and text; of a gene that is given twice the first row counts.

    Returns:
        Number of genes.

    Raises:
        ConflictError: The store has texts of this source and organism already.
    """
    held = connection.execute(
        "SELECT 1 FROM gene_text JOIN gene ON gene.id = gene_id WHERE source = ? AND organism = ? LIMIT 1",
        [source, organism],
    ).fetchall()
    if held:
        raise ConflictError(
            f"The store holds texts of {source} on {organism} genes already, from another file.",
            f"A new store takes the new ones: {option(store_path=PATH)}.",
        )
    rows = texts.drop_duplicates("gene_id").sort_values("gene_id").astype({"gene_id": "int64", "text": object})
    connection.register("new_texts", rows[["gene_id", "text"]])
    connection.execute("INSERT INTO gene_text SELECT gene_id, ?, text, ? FROM new_texts", [source, ingest_id])
    connection.unregister("new_texts")
    return len(rows)


def texts_of_gene(store: Store, gene: Gene) -> dict[str, str]:
    """Every source's text on a gene, by source."""
    with store.read() as connection:
        rows = connection.execute(
            "SELECT source, text FROM gene_text WHERE gene_id = ? ORDER BY source", [gene.id]
        ).fetchall()
    return dict(rows)
