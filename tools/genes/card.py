"""What is known of a gene, and what names mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast, get_args

from db.errors import check_word
from db.evidence_ids import edge_id, effect_id, set_id
from db.genes.names import GeneNames
from db.genes.networks import neighbours
from db.genes.nomenclature import effects_of_gene, find_gene, identifiers_of, names_of, orthologs_of
from db.genes.resolutions import Status
from db.genes.sets import sets_of_gene
from db.genes.texts import texts_of_gene
from db.genes.values import values_of_gene
from db.records import Gene, Organism
from tools.parameters import takes_names
from tools.workspace import Workspace

SHOWN = 10
"""Rows of each kind on a card; the counts are of all."""

REPORTED = 50
"""Names that mean no single gene, listed one by one in a report; the counts are of all."""


@dataclass(frozen=True)
class CardEffect:
    """What perturbing the gene did in one screen.

    Attributes:
        screen: Name of the screen.
        phenotype: What was looked at.
        cell_type: In which cells.
        modality: How genes were perturbed.
        estimate: Harmonised effect: positive = raises the phenotype; how strong it is where it is not signed.
        estimate_kind: What the estimate is; different kinds are compared by percentile only.
        percentile: Share of the screen's perturbations with a smaller estimate, 0 to 1.
        fdr: The smaller FDR of the two sides; None where the screen has none.
        evidence: Evidence id.
        signed: Whether the estimate says which way the effect goes.
    """

    screen: str
    phenotype: str
    cell_type: str
    modality: str
    estimate: float
    estimate_kind: str
    percentile: float
    fdr: float | None
    evidence: str
    signed: bool = True


@dataclass(frozen=True)
class CardSet:
    """A gene set that the gene belongs to: its collection, name, number of genes and evidence id."""

    collection: str
    name: str
    size: int
    evidence: str


@dataclass(frozen=True)
class CardNeighbour:
    """A gene with an edge to this one: the network, the other gene, the edge's weight and evidence id."""

    network: str
    symbol: str
    weight: float
    evidence: str


@dataclass(frozen=True)
class GeneCard:
    """What the store knows of one gene.

    Attributes:
        symbol: Approved symbol.
        name: Full name; empty where the nomenclature has none.
        organism: Whose gene.
        locus_type: Such as ``gene with protein product``.
        previous: Symbols that it had.
        aliases: Other names in use.
        identifiers: Namespace → identifiers.
        orthologs: Symbol in the other organism → number of databases that support the pair.
        essential_in: Where it counts as essential: ``CEGv2``, ``DepMap common essential``; empty where nowhere.
        properties: Property → value, such as ``depmap_effect`` (mean effect on the fitness of cell lines).
        gene_set_count: Number of gene sets that it belongs to.
        gene_sets: The smallest of them.
        neighbours: Its heaviest edges.
        effect_count: Number of contrasts in which it was perturbed alone.
        effects: The most extreme of them.
        summaries: Source → what it writes of the gene, quoted.
    """

    symbol: str
    name: str
    organism: Organism
    locus_type: str
    previous: tuple[str, ...]
    aliases: tuple[str, ...]
    identifiers: Mapping[str, tuple[str, ...]]
    orthologs: Mapping[str, int]
    essential_in: tuple[str, ...]
    properties: Mapping[str, float]
    gene_set_count: int
    gene_sets: tuple[CardSet, ...]
    neighbours: tuple[CardNeighbour, ...]
    effect_count: int
    effects: tuple[CardEffect, ...]
    summaries: Mapping[str, str] = field(default_factory=dict)


def gene_card(workspace: Workspace, symbol: str, organism: str = "") -> GeneCard:
    """Shows what the store knows of one gene: names, pathways, essentiality, and its effects in every screen.

    Args:
        workspace: The workspace.
        symbol: A symbol, former symbol, alias, or an HGNC, MGI, Ensembl, Entrez or UniProt identifier.
        organism: ``human`` or ``mouse``; human first where empty.

    Raises:
        NotFoundError: No gene carries the name; near names are given.
        NeedsChoiceError: More than one gene carries it; they are listed.
    """
    store = workspace.store
    gene = find_gene(store, symbol, organism_of(organism) if organism else None)
    names, sets, values = names_of(store, gene), sets_of_gene(store, gene), values_of_gene(store, gene)
    effects = _effects(workspace, gene)
    return GeneCard(
        symbol=gene.symbol,
        name=gene.name,
        organism=gene.organism,
        locus_type=gene.locus_type,
        previous=names.get("previous", ()),
        aliases=names.get("alias", ()),
        identifiers=identifiers_of(store, gene),
        orthologs={other.symbol: sources for other, sources in orthologs_of(store, gene)},
        essential_in=_essential_in(sets, values),
        properties=values,
        gene_set_count=len(sets),
        gene_sets=tuple(CardSet(c, name, size, set_id(c, name)) for c, name, size in sets[:SHOWN]),
        neighbours=_neighbours(workspace, gene),
        effect_count=len(effects),
        effects=tuple(effects[:SHOWN]),
        summaries=texts_of_gene(store, gene),
    )


def organism_of(text: str) -> Organism:
    """The organism that a text names.

    Args:
        text: ``human`` or ``mouse``.

    Raises:
        InvalidValueError: It names neither.
    """
    check_word("organism", text, get_args(Organism))
    return cast("Organism", text)


def _effects(workspace: Workspace, gene: Gene) -> list[CardEffect]:
    return [
        CardEffect(
            screen=effect.screen,
            phenotype=effect.phenotype,
            cell_type=effect.cell_type,
            modality=effect.modality,
            estimate=effect.estimate,
            estimate_kind=effect.estimate_kind,
            percentile=round(effect.percentile, 4),
            fdr=effect.fdr,
            evidence=effect_id(effect.contrast_id, effect.perturbation),
            signed=effect.signed,
        )
        for effect in effects_of_gene(workspace.store, gene)
    ]


def _neighbours(workspace: Workspace, gene: Gene) -> tuple[CardNeighbour, ...]:
    return tuple(
        CardNeighbour(network, symbol, weight, edge_id(network, gene.symbol, symbol))
        for network, symbol, weight in neighbours(workspace.store, gene, SHOWN)
    )


def _essential_in(sets: Sequence[tuple[str, str, int]], values: Mapping[str, float]) -> tuple[str, ...]:
    lists = [name for collection, name, _size in sets if collection == "essentials" and name.startswith("CEG")]
    if values.get("depmap_common_essential", 0.0) > 0:
        lists.append("DepMap common essential")
    return tuple(lists)


@dataclass(frozen=True)
class UnresolvedName:
    """A name that means no single gene.

    Attributes:
        name: The name as it was given.
        status: ``ambiguous``, ``contradictory``, ``date``, ``no-name``, ``control`` or ``unknown``.
        choices: Symbols of the genes that it may mean.
        near: Symbols that look like it.
        detail: The same in a sentence.
    """

    name: str
    status: Status
    choices: tuple[str, ...]
    near: tuple[str, ...]
    detail: str


@dataclass(frozen=True)
class NameReport:
    """What a list of names means.

    Attributes:
        genes: Name → approved symbol, for the names that mean one gene under another name or spelling.
        counts: Status → number of names.
        unresolved: The first names that mean no single gene.
    """

    genes: Mapping[str, str]
    counts: Mapping[str, int]
    unresolved: tuple[UnresolvedName, ...]


@takes_names
def resolve_genes(workspace: Workspace, names: Sequence[str], organism: str = "human") -> NameReport:
    """Says what gene names mean: which are approved, former or other names, and which are ambiguous, dates or unknown.

    Args:
        workspace: The workspace.
        names: The names, such as those of a column of a file.
        organism: ``human`` or ``mouse``.

    Raises:
        NotFoundError: The store has no names of that organism.
    """
    found = GeneNames.load(workspace.store, organism_of(organism)).resolve(list(names))
    renamed = {one.name: one.gene.symbol for one in found if one.gene is not None and one.gene.symbol != one.name}
    missing = [
        UnresolvedName(one.name, one.status, tuple(gene.symbol for gene in one.choices), one.near, one.detail)
        for one in found
        if one.gene is None
    ]
    return NameReport(renamed, dict(Counter(one.status for one in found)), tuple(missing[:REPORTED]))
