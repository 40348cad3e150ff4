"""Properties of genes: one number for each gene, from a column of a table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from db.errors import InvalidValueError, RefusedFileError
from db.files.parquet import read_parquet_as_text
from db.files.plain_table import read_plain_table
from db.genes.values import write_gene_values
from db.store import Connection
from tools.genes.placed_names import place
from tools.packs.loaders.base import Loaded, LoadStep, Source, Written, load_once, required
from tools.workspace import Workspace

_TRANSFORMS = {"": np.positive, "log1p": np.log1p}


def read_values(
    path: Path, gene: str, value: str, hgnc: str = "", *, ensembl: str = "", where: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Reads one column of numbers.

    Args:
        path: A Parquet file, or text split by tabs (.tsv) or commas.
        gene: Column of gene names.
        value: Column of numbers; rows without one are left out.
        hgnc: Column of HGNC ids, or empty.
        ensembl: Column of Ensembl gene ids, or empty.
        where: Column → value; only rows that agree are read.

    Returns:
        Columns gene, hgnc, ensembl (text) and value (finite).

    Raises:
        RefusedFileError: A column is missing.
    """
    if path.suffix.lower() == ".parquet":
        frame = read_parquet_as_text(path)
    else:
        frame = read_plain_table(path, "\t" if path.suffix.lower() == ".tsv" else ",")
    if missing := [
        column for column in (gene, value, hgnc, ensembl, *(where or {})) if column and column not in frame.columns
    ]:
        raise RefusedFileError(f"{path.name} lacks the columns {', '.join(missing)}.")
    for column, wanted in (where or {}).items():
        frame = frame[frame[column] == wanted]
    read = pd.DataFrame(
        {"gene": frame[gene], "hgnc": frame[hgnc] if hgnc else "", "ensembl": frame[ensembl] if ensembl else ""}
    )
    read["value"] = pd.to_numeric(frame[value], errors="coerce").astype(float)
    kept: pd.DataFrame = read[np.isfinite(read["value"])].reset_index(drop=True)
    return kept


class GeneValues:
    """Writes one property; names that mean no single gene are left out and noted.

    A gene with several rows gets their mean, and ``transform`` is applied to that.
    """

    title = "gene values"
    options = frozenset({"property", "gene", "value", "hgnc", "ensembl", "where", "transform"})

    def target(self, step: LoadStep) -> tuple[str, str]:
        """See `tools.packs.loaders.base.PackLoader.target`."""
        return ("gene_values", required(step, "property"))

    def load(self, workspace: Workspace, source: Source, step: LoadStep) -> Loaded:
        """See `tools.packs.loaders.base.PackLoader.load`."""
        name, gene, value = (required(step, key) for key in ("property", "gene", "value"))
        hgnc, ensembl, transform = (str(step.options.get(key, "")) for key in ("hgnc", "ensembl", "transform"))
        if transform not in _TRANSFORMS:
            raise InvalidValueError(f"There is no transform {transform!r} of gene values.", "There is: log1p.")

        def write(connection: Connection, ingest_id: int) -> Written:
            read = read_values(
                source.folder / step.files[0], gene, value, hgnc, ensembl=ensembl, where=step.options.get("where")
            )
            known = {"hgnc": read["hgnc"].tolist(), "ensembl": read["ensembl"].tolist()}
            placed = place(workspace, read["gene"].tolist(), identifiers=known)
            values = read.assign(gene_id=read["gene"].map(placed.ids)).dropna(subset=["gene_id"])
            means = values.astype({"gene_id": "int64"}).groupby("gene_id")[["value"]].mean().reset_index()
            means["value"] = _TRANSFORMS[transform](means["value"])
            rows = write_gene_values(connection, ingest_id, name, means)
            return Written(rows, placed.notes, f"{name} of {rows} genes")

        return load_once(workspace, source, step, target=self.target(step), write=write)


METHOD = GeneValues
