"""Which genes are essential: CEGv2, by the names that its own list uses."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from db.view import View
from tools.workspace import Workspace

FILE = "CEGv2.txt"
PACK = "essentials"
SET = "CEGv2"


def essential_names(workspace: Workspace, folder: Path | None = None) -> frozenset[str] | None:
    """Names of the CEGv2 genes, as the list writes them.

    A benchmark's totals are of the list's names in the file's own names; names brought up to date on one side only
    would change them.

    Args:
        workspace: Its fetched packs, then its store, are looked into.
        folder: A folder that may hold the list itself, looked into first.

    Returns:
        The names, or None where neither the file nor the gene set is at hand.
    """
    places = [folder / FILE] if folder else []
    places.append(workspace.paths.packs / PACK / FILE)
    for path in places:
        if path.is_file():
            table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)
            return frozenset(table.iloc[:, 0].str.strip())
    if not workspace.store.exists():
        return None
    members = View(workspace.store).gene_sets([PACK])
    genes = members.loc[members["gene_set"] == SET, "gene"]
    return frozenset(genes) or None
