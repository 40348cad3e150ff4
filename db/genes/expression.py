"""How much RNA of each gene a tissue or cell line holds: one vector a gene, whose places its ingest names."""

from __future__ import annotations

import json

import pandas as pd

from db.store import Store

KIND = NAME = "expression"
"""Kind and name of the ingest, and name of the vectors."""


def expression_columns(store: Store) -> tuple[str, ...]:
    """Tissues and cell lines of which the store holds expression, in their order; empty where it holds none.

    Args:
        store: The store.
    """
    with store.read() as connection:
        found = connection.execute("SELECT arguments FROM ingest WHERE kind = ?", [KIND]).fetchall()
    return tuple(json.loads(found[0][0])["columns"]) if found else ()


def expression_in(store: Store, column: str) -> pd.Series[float]:
    """Expression of each human gene in one tissue or cell line, by symbol; NaN where it was not measured.

    Args:
        store: The store.
        column: One of `expression_columns`.
    """
    place = expression_columns(store).index(column) + 1
    with store.read() as connection:
        frame = connection.execute(
            "SELECT gene.symbol AS gene, any_value(vector[?] ORDER BY gene_id) AS value FROM gene_embedding"
            " JOIN gene ON gene.id = gene_id WHERE gene_embedding.name = ? GROUP BY gene.symbol ORDER BY gene.symbol",
            [place, NAME],
        ).df()
    return frame.set_index("gene")["value"].astype(float)
