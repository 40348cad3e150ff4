"""Embeddings of genes: a matrix of numbers and the names of its rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from db.errors import RefusedFileError
from db.files.objects import read_array, read_json
from db.genes.embeddings import write_gene_embedding
from db.store import Connection
from tools.genes.placed_names import place
from tools.packs.loaders.base import Loaded, LoadStep, Source, Written, load_once, required
from tools.workspace import Workspace


def read_embedding(matrix: Path, names: Path) -> tuple[list[str], npt.NDArray[np.float32]]:
    """Reads a matrix and the names of its rows.

    Args:
        matrix: A .npy file with genes × dimensions; objects in it are never unpickled.
        names: A JSON list with the gene of each row.

    Returns:
        The names, n, and the vectors, n × d.

    Raises:
        RefusedFileError: The files are no such pair, do not agree, or hold numbers that are not finite.
    """
    vectors, genes = read_array(matrix), read_json(names)
    if not isinstance(genes, list) or not all(isinstance(gene, str) for gene in genes):
        raise RefusedFileError(f"{names.name} is no list of gene names.")
    if vectors.ndim != 2 or vectors.dtype.kind not in "fiu" or not np.isfinite(vectors).all():
        raise RefusedFileError(f"{matrix.name} is no matrix of finite numbers.")
    if len(vectors) != len(genes):
        raise RefusedFileError(f"{matrix.name} has {len(vectors)} rows, {names.name} {len(genes)} names.")
    return genes, vectors.astype(np.float32)


class Embedding:
    """Writes one embedding; names that mean no single gene are left out and noted."""

    title = "embedding"
    options = frozenset({"name"})

    def target(self, step: LoadStep) -> tuple[str, str]:
        """See `tools.packs.loaders.base.PackLoader.target`."""
        return ("embedding", required(step, "name"))

    def load(self, workspace: Workspace, source: Source, step: LoadStep) -> Loaded:
        """See `tools.packs.loaders.base.PackLoader.load`; the step's files are the matrix and the names."""
        name = required(step, "name")

        def write(connection: Connection, ingest_id: int) -> Written:
            matrix, names = (source.folder / file for file in step.files)
            genes, vectors = read_embedding(matrix, names)
            placed = place(workspace, genes)
            known = np.array([gene in placed.ids for gene in genes], dtype=bool)
            ids = np.array([placed.ids[gene] for gene in genes if gene in placed.ids], dtype=np.int64)
            rows = write_gene_embedding(connection, ingest_id, name, ids, vectors[known])
            return Written(rows, placed.notes, f"{vectors.shape[1]} dimensions of {rows} genes")

        return load_once(workspace, source, step, target=self.target(step), write=write)


METHOD = Embedding
