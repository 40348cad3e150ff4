"""Expression: a table of genes × tissues and cell lines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from db.errors import RefusedFileError
from db.files.plain_table import read_plain_table
from db.genes.embeddings import write_gene_embedding
from db.genes.expression import KIND, NAME
from db.store import Connection
from tools.genes.placed_names import place
from tools.packs.loaders.base import Loaded, LoadStep, Source, Written, load_once, required
from tools.workspace import Workspace


def read_expression_table(path: Path, ensembl: str) -> pd.DataFrame:
    """Reads a wide table of expression.

    Args:
        path: Text split by tabs, packed by gzip or not: a column of genes, all others tissues and cell lines.
        ensembl: Column of Ensembl gene ids, each given once.

    Returns:
        Float32 frame of shape (genes, tissues and lines), by Ensembl id; NaN where nothing was measured.

    Raises:
        RefusedFileError: The column is missing, an id comes twice, or a value is negative or infinite.
    """
    try:
        table = read_plain_table(path, "\t", dtype=None, keep_default_na=True).set_index(ensembl)
        values = table.astype(np.float32)
    except (KeyError, ValueError, OSError) as error:
        raise RefusedFileError(f"{path.name} is no table of expression by {ensembl}: {error}.") from error
    if values.index.has_duplicates or np.isinf(values.to_numpy()).any() or (values.to_numpy() < 0).any():
        raise RefusedFileError(f"{path.name} gives a gene twice, or a value that is negative or infinite.")
    return values


class Expression:
    """Writes one vector a gene, and with the ingest the tissue or line of each of its places."""

    title = "expression"
    options = frozenset({"ensembl"})

    def target(self, step: LoadStep) -> tuple[str, str]:  # noqa: ARG002 - there is one such ingest
        """See `tools.packs.loaders.base.PackLoader.target`."""
        return (KIND, NAME)

    def load(self, workspace: Workspace, source: Source, step: LoadStep) -> Loaded:
        """See `tools.packs.loaders.base.PackLoader.load`."""
        values = read_expression_table(source.folder / step.files[0], required(step, "ensembl"))
        columns = [str(column) for column in values.columns]

        def write(connection: Connection, ingest_id: int) -> Written:
            genes = [str(gene) for gene in values.index]
            placed = place(workspace, genes, identifiers={"ensembl": genes})
            known = np.array([gene in placed.ids for gene in genes], dtype=bool)
            ids = np.array([placed.ids[gene] for gene in genes if gene in placed.ids], dtype=np.int64)
            rows = write_gene_embedding(connection, ingest_id, NAME, ids, values.to_numpy()[known])
            return Written(rows, placed.notes, f"{rows} genes in {len(columns)} tissues and cell lines")

        named = replace(step, options={**step.options, "columns": columns})
        return load_once(workspace, source, named, target=self.target(step), write=write)


METHOD = Expression
