"""Embeddings of genes: one vector a gene."""

from __future__ import annotations

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from db.acts import PATH, option
from db.errors import ConflictError


def write_gene_embedding(
    connection: duckdb.DuckDBPyConnection,
    ingest_id: int,
    name: str,
    gene_ids: npt.NDArray[np.int64],
    vectors: npt.NDArray[np.float32],
) -> int:
    """Writes one embedding; must be inside the write of its ingest.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that the rows belong to.
        name: Name of the embedding.
        gene_ids: Ids of genes, n; a gene that is given twice gets the mean of its vectors.
        vectors: Their vectors, n × d; NaN stands only where the places of a vector have names and one was not measured.

    Returns:
        Number of genes.

    Raises:
        ConflictError: The store has an embedding of this name from another source.
    """
    if connection.execute("SELECT 1 FROM gene_embedding WHERE name = ? LIMIT 1", [name]).fetchall():
        raise ConflictError(
            f"The store holds an embedding {name} already, from another file.",
            f"A new store takes the new one: {option(store_path=PATH)}.",
        )
    means = pd.DataFrame(vectors).groupby(np.asarray(gene_ids)).mean().sort_index()
    rows = pd.DataFrame({"gene_id": means.index.astype("int64"), "vector": list(means.to_numpy(dtype=np.float32))})
    connection.register("new_vectors", rows)
    connection.execute("INSERT INTO gene_embedding SELECT ?, gene_id, vector, ? FROM new_vectors", [name, ingest_id])
    connection.unregister("new_vectors")
    return len(rows)


def replace_gene_embedding(
    connection: duckdb.DuckDBPyConnection,
    ingest_id: int,
    name: str,
    gene_ids: npt.NDArray[np.int64],
    vectors: npt.NDArray[np.float32],
) -> int:
    """Writes one embedding in place of any older one of its name, whose ingest goes with it.

    Only for what hitscout computes itself and can compute again. Arguments as in `write_gene_embedding`.

    Args:
        connection: The writing connection.
        ingest_id: The ingest that the new rows belong to.
        name: Name of the embedding.
        gene_ids: Ids of genes, n.
        vectors: Their vectors, n × d.

    Returns:
        Number of genes.
    """
    older = connection.execute("SELECT DISTINCT ingest_id FROM gene_embedding WHERE name = ?", [name]).fetchall()
    connection.execute("DELETE FROM gene_embedding WHERE name = ?", [name])
    for (number,) in older:
        connection.execute("DELETE FROM ingest_note WHERE ingest_id = ?", [number])
        connection.execute("DELETE FROM ingest WHERE id = ?", [number])
    return write_gene_embedding(connection, ingest_id, name, gene_ids, vectors)
