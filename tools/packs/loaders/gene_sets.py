"""Gene sets: GMT files, tables with one set a row, and plain lists of genes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from db.errors import InvalidValueError, RefusedFileError
from db.files.parquet import read_parquet_as_text
from db.files.plain_table import read_plain_table
from db.files.text import read_text
from db.genes.sets import write_gene_sets
from db.store import Connection
from tools.genes.placed_names import place
from tools.packs.loaders.base import Loaded, LoadStep, Source, Written, load_once, required
from tools.workspace import Workspace


def read_gmt(path: Path) -> pd.DataFrame:
    """Reads a GMT file: one set a line; name, description and genes split by tabs.

    Args:
        path: The file.

    Returns:
        Columns gene_set, description, gene; one row for each membership.

    Raises:
        RefusedFileError: A line has fewer than three cells.
    """
    rows = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        cells = line.split("\t")
        if len(cells) < 3:
            raise RefusedFileError(
                f"{path.name}, line {number}, is no gene set: a name, a description and genes are needed."
            )
        rows += [(cells[0], cells[1], gene.strip()) for gene in cells[2:] if gene.strip()]
    return pd.DataFrame(rows, columns=["gene_set", "description", "gene"])


def read_set_table(path: Path) -> pd.DataFrame:
    """Reads a Parquet table with the columns ID, Name and Genes (split by ``;``), one set a row.

    Sets that share a name are told apart by their ID.

    Args:
        path: The file.

    Returns:
        Columns gene_set, description, gene; one row for each membership.

    Raises:
        RefusedFileError: Columns are missing.
    """
    frame = read_parquet_as_text(path)
    if missing := [column for column in ("ID", "Name", "Genes") if column not in frame.columns]:
        raise RefusedFileError(f"{path.name} lacks the columns {', '.join(missing)}.")
    shared = frame["Name"].duplicated(keep=False)
    names = frame["Name"].where(~shared, frame["Name"] + " (" + frame["ID"] + ")")
    members = pd.DataFrame({"gene_set": names, "description": "", "gene": frame["Genes"].str.split(";")}).explode(
        "gene"
    )
    members["gene"] = members["gene"].str.strip()
    return members[members["gene"] != ""].reset_index(drop=True)


def read_list(path: Path) -> pd.DataFrame:
    """Reads one set from a tab-separated table with the columns GENE and, where it has one, HGNC_ID.

    Args:
        path: The file; its name without ending is the set's name.

    Returns:
        Columns gene_set, description, gene, hgnc; one row for each gene.

    Raises:
        RefusedFileError: There is no column GENE.
    """
    frame = read_plain_table(path, "\t")
    if "GENE" not in frame.columns:
        raise RefusedFileError(f"{path.name} lacks the column GENE.")
    hgnc = frame["HGNC_ID"] if "HGNC_ID" in frame.columns else ""
    return pd.DataFrame({"gene_set": path.stem, "description": "", "gene": frame["GENE"], "hgnc": hgnc})


_LAYOUTS: Mapping[str, Callable[[Path], pd.DataFrame]] = {"gmt": read_gmt, "table": read_set_table, "list": read_list}


class GeneSets:
    """Writes one collection; names that mean no single gene are left out and noted."""

    title = "gene sets"
    options = frozenset({"layout", "collection", "description"})

    def target(self, step: LoadStep) -> tuple[str, str]:
        """See `tools.packs.loaders.base.PackLoader.target`."""
        return ("gene_sets", required(step, "collection"))

    def load(self, workspace: Workspace, source: Source, step: LoadStep) -> Loaded:
        """See `tools.packs.loaders.base.PackLoader.load`; all files of the step make one collection."""
        layout, collection = required(step, "layout"), required(step, "collection")
        if layout not in _LAYOUTS:
            raise InvalidValueError(
                f"There is no layout {layout!r} of gene sets.", f"There are: {', '.join(_LAYOUTS)}."
            )

        def write(connection: Connection, ingest_id: int) -> Written:
            members = pd.concat([_LAYOUTS[layout](source.folder / file) for file in step.files], ignore_index=True)
            genes = members.drop_duplicates("gene")
            known = {"hgnc": genes["hgnc"].fillna("").tolist()} if "hgnc" in genes.columns else None
            placed = place(workspace, genes["gene"].tolist(), identifiers=known)
            members["gene_id"] = members["gene"].map(placed.ids)
            taken = members.dropna(subset=["gene_id"]).astype({"gene_id": "int64"})
            sets, rows = write_gene_sets(connection, ingest_id, collection, taken)
            return Written(rows, placed.notes, f"{sets} sets of {taken['gene_id'].nunique()} genes")

        return load_once(workspace, source, step, target=self.target(step), write=write)


METHOD = GeneSets
