"""Enrichment: which gene sets hold more of the chosen genes than chance, or gather at one end of a screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from db.acts import act, option
from db.errors import InvalidValueError, NotFoundError
from db.evidence_ids import set_id
from db.genes.sets import list_collections
from db.view import View
from tools.enrichment.chosen_genes import GeneChoice, choose
from tools.genes.sets.statistics import cut_sets, over_represented, rank_enriched, short_name
from tools.parameters import takes_names
from tools.workspace import Workspace

SHOWN_GENES = 10
"""Genes of a set that a result names; the counts are of all."""
LEVEL = 0.05
"""FDR up to which a set counts as enriched."""
REFERENCE = frozenset({"essentials"})
"""Collections of reference lists, which are no biology; asked for by name only."""


@dataclass(frozen=True)
class EnrichedSet:
    """A gene set and how many of the chosen genes it holds.

    Attributes:
        evidence: Evidence id.
        collection: Name of the collection.
        name: Name of the set.
        size: Tested genes in it.
        overlap: Chosen genes in it.
        expected: Chosen genes that chance would put there.
        fold: Overlap over expected.
        p: One-sided hypergeometric p-value.
        fdr: The same adjusted over all sets tested.
        genes: Some of the chosen genes in it.
    """

    evidence: str
    collection: str
    name: str
    size: int
    overlap: int
    expected: float
    fold: float
    p: float
    fdr: float
    genes: tuple[str, ...]


@dataclass(frozen=True)
class OverRepresentation:
    """Which gene sets the chosen genes gather in.

    Attributes:
        of: What was asked about, in words.
        chosen: Number of chosen genes that were tested.
        tested: Number of genes that could have been chosen: the background.
        sets_tested: Number of gene sets; p-values are adjusted over all of them.
        enriched: How many have an FDR of at most .05.
        name: A short name for the chosen genes, that of the set of the least p; empty where none is enriched.
        sets: The sets of the least p, with at least one chosen gene.
        unknown: Names that are no gene of the store, some of them.
        notes: What should be known of the choice of genes, a sentence each.
    """

    of: str
    chosen: int
    tested: int
    sets_tested: int
    enriched: int
    name: str
    sets: tuple[EnrichedSet, ...]
    unknown: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class RankedSet:
    """A gene set and where its genes lie in a ranking.

    Attributes:
        evidence: Evidence id.
        collection: Name of the collection.
        name: Name of the set.
        size: Ranked genes in it.
        side: ``high`` where perturbing its genes raises the phenotype, ``low`` where it lowers it.
        es: Enrichment score, −1 to 1.
        nes: The same over the mean of random sets of the size.
        p: p-value by multilevel sampling.
        fdr: The same adjusted over all sets tested.
        genes: The furthest out of its leading edge.
    """

    evidence: str
    collection: str
    name: str
    size: int
    side: str
    es: float
    nes: float
    p: float
    fdr: float
    genes: tuple[str, ...]


@dataclass(frozen=True)
class RankedEnrichment:
    """Which gene sets gather at one end of a ranking.

    Attributes:
        of: What was ranked, in words.
        tested: Number of genes in the ranking.
        sets_tested: Number of gene sets; p-values are adjusted over all of them.
        not_computed: Sets among them whose p-value could not be estimated.
        enriched: How many have an FDR of at most .05.
        sets: The sets of the least p.
        notes: What should be known of the ranking, a sentence each.
    """

    of: str
    tested: int
    sets_tested: int
    not_computed: int
    enriched: int
    sets: tuple[RankedSet, ...]
    notes: tuple[str, ...]


@takes_names
def over_representation(
    workspace: Workspace,
    genes: Sequence[str] = (),
    *,
    screen: str = "",
    campaign: str = "",
    background: str = "",
    side: str = "",
    collections: Sequence[str] = (),
    smallest: int = 5,
    largest: int = 500,
    top: int = 20,
    organism: str = "human",
) -> OverRepresentation:
    """Finds the gene sets that hold more of the given genes, or of a screen's or campaign's hits, than chance.

    The tested genes are the background: what a screen or campaign measured, or what `background` names. FDR is over
    all sets tested, those without a chosen gene included.

    Args:
        workspace: Its store holds gene sets.
        genes: Genes to ask about, by any name; in place of a screen or campaign.
        screen: Name of a screen whose hits are asked about.
        campaign: Name of a campaign whose hits so far are asked about.
        background: For `genes`: a screen or table of responses whose genes were tested, a file of names, or
            ``protein-coding``, which is also taken where it is empty.
        side: ``low``, ``high`` or ``both``: which hits; as the screen or campaign has it where empty.
        collections: Names of collections of gene sets; all but the reference lists where empty.
        smallest: Fewest tested genes that a set must hold.
        largest: Most tested genes that a set may hold.
        top: How many sets are given.
        organism: ``human`` or ``mouse``, for `genes`.

    Raises:
        InvalidValueError: Not exactly one of genes, screen and campaign is given, or a value cannot be used.
        NotFoundError: There is no such screen, campaign, file or collection, or no gene set to test.
    """
    chosen = choose(
        workspace, genes, screen=screen, campaign=campaign, background=background, side=side, organism=organism
    )
    if not chosen.genes:
        raise InvalidValueError(f"{chosen.of} has no gene to ask about.", "A screen's hits are by its own hit rule.")
    sets = cut_sets(members_of(workspace, collections), chosen.tested, *_sizes(smallest, largest, top))
    _refuse_none(sets, smallest, largest)
    frame = over_represented(sets, chosen.genes, chosen.tested)
    return OverRepresentation(
        of=chosen.of,
        chosen=len(chosen.genes),
        tested=len(chosen.tested),
        sets_tested=len(frame),
        enriched=int((frame["fdr"] <= LEVEL).sum()),
        name=short_name(str(frame["gene_set"].iloc[0])) if frame["fdr"].iloc[0] <= LEVEL else "",
        sets=tuple(_enriched(row) for _, row in frame[frame["overlap"] > 0].head(top).iterrows()),
        unknown=chosen.unknown,
        notes=chosen.notes,
    )


@takes_names
def ranked_enrichment(
    workspace: Workspace,
    screen: str = "",
    *,
    campaign: str = "",
    collections: Sequence[str] = (),
    smallest: int = 10,
    largest: int = 500,
    top: int = 20,
    seed: int = 0,
) -> RankedEnrichment:
    """Finds the gene sets whose genes gather at one end of a screen's or campaign's effects (pre-ranked GSEA).

    No threshold is needed: all effects count. p-values are by multilevel sampling, so they can be small, and FDR is
    over all sets tested. It takes some seconds for each thousand sets.

    Args:
        workspace: Its store holds gene sets.
        screen: Name of a screen.
        campaign: Name of a campaign; its measured effects are ranked.
        collections: Names of collections of gene sets; all but the reference lists where empty.
        smallest: Fewest ranked genes that a set must hold.
        largest: Most ranked genes that a set may hold.
        top: How many sets are given.
        seed: Seed of the sampling and of the order of ties.

    Raises:
        InvalidValueError: Not exactly one of screen and campaign is given, or a value cannot be used.
        NotFoundError: There is no such screen, campaign or collection, or no gene set to test.
    """
    import numpy as np

    chosen = choose(workspace, (), screen=screen, campaign=campaign)
    sets = cut_sets(members_of(workspace, collections), chosen.tested, *_sizes(smallest, largest, top))
    _refuse_none(sets, smallest, largest)
    frame = rank_enriched(chosen.ranking, sets, np.random.default_rng(seed), workspace.report)
    known = frame[frame["p"].notna()]
    return RankedEnrichment(
        of=f"all effects of {screen or campaign}",
        tested=len(chosen.ranking),
        sets_tested=len(frame),
        not_computed=len(frame) - len(known),
        enriched=int((known["fdr"] <= LEVEL).sum()),
        sets=tuple(_ranked(row) for _, row in known.head(top).iterrows()),
        notes=(*chosen.notes, *_ties(chosen)),
    )


def members_of(workspace: Workspace, collections: Sequence[str]) -> pd.DataFrame:
    """Members of the collections asked for: columns collection, gene_set and gene.

    Args:
        workspace: The workspace.
        collections: Names of collections; all but the reference lists where empty.

    Raises:
        NotFoundError: There is no such collection, or none at all.
    """
    known = list_collections(workspace.store)
    if unknown := [name for name in collections if name not in known]:
        there = ", ".join(known) or "none"
        raise NotFoundError(f"The store has no collection {unknown[0]!r} of gene sets.", f"There are: {there}.")
    wanted = list(collections) or [name for name in known if name not in REFERENCE]
    if not wanted:
        raise NotFoundError("The store holds no gene sets.", f"{act('fetch', ['hgnc', 'gobp', 'pathways'])} gets some.")
    return View(workspace.store).gene_sets(wanted)


def _sizes(smallest: int, largest: int, top: int) -> tuple[int, int]:
    if not 1 <= smallest <= largest:
        raise InvalidValueError(
            f"Sets of {smallest} to {largest} genes were asked for.",
            f"Give 1 ≤ {option('smallest')} ≤ {option('largest')}.",
        )
    if top < 1:
        raise InvalidValueError(f"{top} sets were asked for.", f"Give at least {option(top=1)}.")
    return smallest, largest


def _refuse_none(sets: object, smallest: int, largest: int) -> None:
    if not sets:
        raise NotFoundError(
            f"No gene set of the store has {smallest} to {largest} of the tested genes.",
            f"Lower {option('smallest')}, or get more sets: {act('fetch', ['gobp', 'pathways'])}.",
        )


def _enriched(row: pd.Series) -> EnrichedSet:
    return EnrichedSet(
        evidence=set_id(row["collection"], row["gene_set"]),
        collection=str(row["collection"]),
        name=str(row["gene_set"]),
        size=int(row["size"]),
        overlap=int(row["overlap"]),
        expected=float(row["expected"]),
        fold=float(row["fold"]),
        p=float(row["p"]),
        fdr=float(row["fdr"]),
        genes=tuple(row["genes"][:SHOWN_GENES]),
    )


def _ranked(row: pd.Series) -> RankedSet:
    return RankedSet(
        evidence=set_id(row["collection"], row["gene_set"]),
        collection=str(row["collection"]),
        name=str(row["gene_set"]),
        size=int(row["size"]),
        side="high" if row["es"] > 0 else "low",
        es=float(row["es"]),
        nes=float(row["nes"]),
        p=float(row["p"]),
        fdr=float(row["fdr"]),
        genes=tuple(row["genes"][:SHOWN_GENES]),
    )


def _ties(chosen: GeneChoice) -> tuple[str, ...]:
    share = float(chosen.ranking.duplicated(keep=False).mean())
    if share < LEVEL:
        return ()
    return (f"{share:.0%} of the effects are tied with another; ties stand in an order by chance ({option('seed')}).",)
