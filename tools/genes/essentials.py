"""Which genes are essential: CEGv2, by its own names, and by DepMap; and which genes slow growth when lost."""

from __future__ import annotations

import re
from pathlib import Path

from db.files.plain_table import read_plain_table
from db.view import View
from tools.workspace import Workspace

FILE = "CEGv2.txt"
PACK = "essentials"
SET = "CEGv2"
DEPMAP_PACK = "depmap"
PROPERTY = "depmap_common_essential"
EFFECT = "depmap_effect"
SLOWS_GROWTH = -0.2
"""Mean DepMap effect below which a gene counts as a fitness gene, whether or not a list calls it essential."""
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
            table = read_plain_table(path, "\t")
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


def fitness_genes(workspace: Workspace) -> frozenset[str]:
    """Symbols of the genes whose loss slows or stops the growth of most cells; empty where no pack was fetched.

    CEGv2, DepMap's common essentials, and genes of mean DepMap effect below `SLOWS_GROWTH` (0 = none, −1 = as a common
    essential gene): 2,750 human genes, of which CEGv2 alone brings twelve. Why so far down as −.2: the lists leave out
    genes that are half essential, and these lead wherever growth leaks into a readout. Candidates in the order of mean
    DepMap effect, which knows neither question nor result, find 3.8 times as many hits as random ones in the first 128
    of seventeen genome-wide screens where genes below −.5 are no candidates, 1.6 times below −.3, 1.1 times below −.2,
    and no less below −.1, where 1,400 more genes would go. A hit that is no fitness gene is a *specific hit*.

    Args:
        workspace: Its store is looked into.
    """
    view = View(workspace.store)
    with workspace.store.read():
        effects = view.gene_values(EFFECT)
        return common_essentials(workspace) | frozenset(effects.index[effects < SLOWS_GROWTH])


def fitness_packs(workspace: Workspace) -> tuple[str, ...]:
    """Packs without which `fitness_genes` is not whole; none where all of them were fetched.

    Args:
        workspace: Its store is looked into.
    """
    view = View(workspace.store)
    with workspace.store.read():
        depmap = len(view.gene_values(PROPERTY)) > 0 and len(view.gene_values(EFFECT)) > 0
        listed = (view.gene_sets([PACK])["gene_set"] == SET).any()
    here = {DEPMAP_PACK: depmap, PACK: listed}
    return tuple(pack for pack, is_here in here.items() if not is_here)


def about_growth(phenotype: str) -> bool:
    """Whether a phenotype is itself one of growth or death, so that essential genes are no nuisance in it.

    Args:
        phenotype: The biology asked about, in words.
    """
    return bool(GROWTH.search(phenotype)) and not MOLECULES.search(phenotype)
