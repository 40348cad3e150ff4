"""Which genes are essential: CEGv2, by the names that its own list uses, and more widely by DepMap."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from db.view import View
from tools.workspace import Workspace

FILE = "CEGv2.txt"
PACK = "essentials"
SET = "CEGv2"
PROPERTY = "depmap_common_essential"
GROWTH = re.compile(
    r"fitness|viab|prolifer|grow|surviv|death|dying|essential|apopto|toxic|kill|resist|sensiti|expan|abund", re.I
)
"""Words of phenotypes that are about growth or death themselves, where essential genes are the answer."""
MOLECULES = re.compile(r"expression|secretion|production|staining|protein level|mrna", re.I)
"""Words of phenotypes that are read from molecules, be it a growth factor's: the cells that die are no answer."""


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


def common_essentials(workspace: Workspace) -> frozenset[str]:
    """Symbols of the genes that are commonly essential, by CEGv2 or DepMap; empty where neither was fetched.

    Args:
        workspace: Its store is looked into.
    """
    view = View(workspace.store)
    with workspace.store.read():
        values = view.gene_values(PROPERTY)
        members = view.gene_sets([PACK])
    return frozenset(values[values > 0].index) | frozenset(members.loc[members["gene_set"] == SET, "gene"])


def about_growth(phenotype: str) -> bool:
    """Whether a phenotype is itself one of growth or death, so that essential genes are no nuisance in it.

    Args:
        phenotype: The biology asked about, in words.
    """
    return bool(GROWTH.search(phenotype)) and not MOLECULES.search(phenotype)
