"""What speaks against a hit: it is a gene of growth, or what it did looks like the assay rather than the biology."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from db.genes.perturbation_names import genes_in
from db.records import Screen
from db.screens import reading as db_screens
from tools.genes.essentials import about_growth, common_essentials, fitness_genes
from tools.genes.orthologs import orthologs_of
from tools.screens.called_effects import called_effects
from tools.workspace import Workspace

ESSENTIAL, FITNESS, EVERY_REPORTER, OPPOSITE_BINS = "essential", "fitness", "every-reporter", "opposite-bins"
"""Commonly essential; slows growth when lost; a hit whatever was looked at; up, or down, in both bins of a sort."""
ARTEFACTS = (EVERY_REPORTER, OPPOSITE_BINS)
FEWEST_PHENOTYPES = 3
"""Phenotypes, growth left out, that must have measured a gene before "a hit in all of them" says anything."""
BINS = frozenset({"raises", "lowers"})


def hit_flags(
    workspace: Workspace, names: Iterable[str], organism: str, screens: Sequence[Screen] = ()
) -> dict[str, tuple[str, ...]]:
    """What speaks against each hit; names without a flag have none.

    ``every-reporter``: the gene is a hit of at least one screen of every phenotype of the store that measured it, of
    three at least, those of growth left out. ``opposite-bins``: two screens of one experiment whose files give
    positive opposite meanings (a low and a high bin against the same input) both call it a hit, in the same direction
    of the files, so in opposite ones of the phenotype.

    Args:
        workspace: Its store has the screens and the lists of genes.
        names: Perturbations.
        organism: Whose genes they are.
        screens: Screens whose experiments' bins are looked at.
    """
    asked = list(names)
    found: dict[str, list[str]] = defaultdict(list)
    with workspace.store.read():
        for flag, genes in _growth(workspace, organism).items():
            for name in asked:
                if not genes.isdisjoint(genes_in(name)):
                    found[name].append(flag)
        for flag, flagged in (
            (EVERY_REPORTER, everywhere(workspace, organism)),
            (OPPOSITE_BINS, frozenset().union(*(both_bins(workspace, one) for one in screens))),
        ):
            for name in flagged.intersection(asked):
                found[name].append(flag)
    return {name: tuple(found.get(name, ())) for name in asked}


def _growth(workspace: Workspace, organism: str) -> dict[str, frozenset[str]]:
    orthologs = orthologs_of(workspace.store, organism)
    lists = {ESSENTIAL: common_essentials(workspace), FITNESS: fitness_genes(workspace)}
    return {flag: frozenset(orthologs.own_symbols(genes)) for flag, genes in lists.items()}


def everywhere(workspace: Workspace, organism: str) -> frozenset[str]:
    """Perturbations that are a hit in every phenotype that measured them, of three at least; growth is no such one.

    Args:
        workspace: Its store has the screens.
        organism: Whose genes they are.
    """
    by_phenotype: dict[str, list[Screen]] = defaultdict(list)
    for screen in db_screens.list_screens(workspace.store):
        if screen.organism == organism and not about_growth(screen.phenotype):
            by_phenotype[screen.phenotype.strip().casefold()].append(screen)
    if len(by_phenotype) < FEWEST_PHENOTYPES:
        return frozenset()
    measured: dict[str, int] = defaultdict(int)
    hit: dict[str, int] = defaultdict(int)
    for screens in by_phenotype.values():
        frames = [called_effects(workspace.store, one) for one in screens]
        for name in frozenset().union(*(frame.index for frame in frames)):
            measured[name] += 1
        for name in frozenset().union(*(frame.index[frame["hit"]] for frame in frames)):
            hit[name] += 1
    return frozenset(name for name, times in hit.items() if times == measured[name] >= FEWEST_PHENOTYPES)


def both_bins(workspace: Workspace, screen: Screen) -> frozenset[str]:
    """Hits of a screen that another bin of the same experiment calls a hit in the same direction of the files.

    Args:
        workspace: Its store has the screens.
        screen: A screen.
    """
    meaning, found = _meaning(workspace, screen), frozenset[str]()
    if meaning not in BINS:
        return found
    own = called_effects(workspace.store, screen)
    for other in db_screens.list_screens(workspace.store):
        if other.id == screen.id or other.relation_to(screen) != "copy":
            continue
        if {meaning, _meaning(workspace, other)} != BINS:
            continue
        theirs = called_effects(workspace.store, other)
        shared = own.index[own["hit"]].intersection(theirs.index[theirs["hit"]])
        against = own.loc[shared, "estimate"] * theirs.loc[shared, "estimate"] < 0
        found |= frozenset(shared[against.to_numpy(bool)])
    return found


def _meaning(workspace: Workspace, screen: Screen) -> str:
    meanings = {one.positive_means for one in db_screens.contrasts_of(workspace.store, screen.id)}
    return meanings.pop() if len(meanings) == 1 else ""
