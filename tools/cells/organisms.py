"""Whose genes a file of cells has measured, told by their Ensembl ids or by how their symbols are written."""

from __future__ import annotations

import pandas as pd

from db.acts import act
from db.errors import NotFoundError, RefusedFileError
from db.files.cells.base import CellFile
from db.records import Organism
from db.view import View
from tools.workspace import Workspace

LEAST_KNOWN = 0.1
"""Below this share of genes that are known, a file is of another organism, or its names are no genes."""
_IDS: dict[Organism, str] = {"human": r"^ENSG\d", "mouse": r"^ENSMUSG\d"}


def organism_of_cells(workspace: Workspace, file: CellFile, layer: str) -> Organism:
    """The organism of which most names of genes are approved symbols as they are written, or Ensembl ids.

    Args:
        workspace: Its store has the gene names.
        file: The open file.
        layer: The layer that is read.

    Raises:
        NotFoundError: The store names no genes.
        RefusedFileError: The genes are those of neither organism.
    """
    genes = file.genes_of(layer)
    shares = {organism: _known(workspace, genes, organism) for organism in _IDS}
    if all(share is None for share in shares.values()):
        raise NotFoundError("The store names no genes.", f"{act('fetch', ['hgnc', 'orthologs'])} brings names.")
    best = max(_IDS, key=lambda one: shares[one] or 0.0)
    if (shares[best] or 0.0) < LEAST_KNOWN:
        shown = ", ".join(map(str, genes["name"].head(3)))
        raise RefusedFileError(
            f"{file.path.name} has {len(genes):,} genes ({shown} …), of which {shares[best] or 0.0:.0%} are known of"
            " human or mouse.",
            "Cells of these two organisms are read, with symbols or Ensembl ids as names of genes;"
            f" {act('fetch', ['hgnc', 'orthologs'])} brings the names of both.",
        )
    return best


def _known(workspace: Workspace, genes: pd.DataFrame, organism: Organism) -> float | None:
    """The share of genes that are known of an organism; None where the store names none of it."""
    symbols = set(View(workspace.store).genes(organism)["symbol"])
    if not symbols:
        return None
    by_id = genes["id"].astype(str).str.contains(_IDS[organism], regex=True)
    if (genes["id"].astype(str) != "").mean() > 0.5:
        return float(by_id.mean())
    return float((by_id | genes["name"].isin(symbols)).mean())
