"""Networks: a table of edges, in an R data file or as text."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from db.errors import RefusedFileError
from db.files.plain_table import read_plain_table
from db.genes.networks import write_network
from db.store import Connection
from tools.genes.placed_names import place
from tools.packs.loaders._r_data import r_columns
from tools.packs.loaders.base import Loaded, LoadStep, Source, Written, load_once, required
from tools.workspace import Workspace


def read_edges(path: Path) -> pd.DataFrame:
    """Reads a table of edges: two genes and a weight are its first three columns.

    Args:
        path: An R data file (.rda, .rds) with one data frame, or text split by tabs (.tsv) or commas (.csv).

    Returns:
        Columns a, b (names) and weight.

    Raises:
        RefusedFileError: The file holds no such table.
    """
    if path.suffix.lower() in (".rda", ".rdata", ".rds"):
        columns = list(r_columns(path).values())
        if len(columns) < 3:
            raise RefusedFileError(f"{path.name} holds no table of two genes and a weight.")
        return pd.DataFrame(dict(zip(("a", "b", "weight"), columns[:3], strict=True)))
    frame = read_plain_table(path, "\t" if path.suffix.lower() == ".tsv" else ",", dtype=None)
    if frame.shape[1] < 3 or not pd.api.types.is_numeric_dtype(frame.iloc[:, 2]):
        raise RefusedFileError(f"{path.name} holds no table of two genes and a weight.")
    return frame.iloc[:, :3].set_axis(["a", "b", "weight"], axis="columns")


class Network:
    """Writes one network; an edge is left out where either name means no single gene."""

    title = "network"
    options = frozenset({"name"})

    def target(self, step: LoadStep) -> tuple[str, str]:
        """See `tools.packs.loaders.base.PackLoader.target`."""
        return ("network", required(step, "name"))

    def load(self, workspace: Workspace, source: Source, step: LoadStep) -> Loaded:
        """See `tools.packs.loaders.base.PackLoader.load`."""
        name = required(step, "name")

        def write(connection: Connection, ingest_id: int) -> Written:
            edges = read_edges(source.folder / step.files[0])
            placed = place(workspace, pd.unique(pd.concat([edges["a"], edges["b"]])).tolist())
            ids = edges.assign(gene_a=edges["a"].map(placed.ids), gene_b=edges["b"].map(placed.ids)).dropna()
            columns = ids[["gene_a", "gene_b", "weight"]].astype(
                {"gene_a": "int64", "gene_b": "int64", "weight": float}
            )
            rows = write_network(connection, ingest_id, name, columns)
            genes = len(set(columns["gene_a"]) | set(columns["gene_b"]))
            return Written(rows, placed.notes, f"{rows} edges between {genes} genes")

        return load_once(workspace, source, step, target=self.target(step), write=write)


METHOD = Network
