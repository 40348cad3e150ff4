"""Genes that two files of cells have in common, one-to-one orthologs across species, and their names in texts."""

from __future__ import annotations

from dataclasses import dataclass

from db.acts import option
from db.errors import InvalidValueError, RefusedFileError
from db.store import Store
from tools.cells.reading import CellGenes
from tools.genes.orthologs import HUMAN, orthologs_of, required_orthologs

FEWEST = 20
"""Genes below which nothing is told by those that two files share."""


@dataclass(frozen=True)
class SharedGenes:
    """Genes of a reference and of the cells that are asked about, in one order.

    Attributes:
        reference: Symbols in the reference's organism.
        query: Symbols of the same genes in the other's.
        human: Human symbols, which texts know genes by; empty for a gene without a one-to-one ortholog.
        across: Whether the two are of different species.
    """

    reference: tuple[str, ...]
    query: tuple[str, ...]
    human: tuple[str, ...]
    across: bool


def shared_genes(
    store: Store, reference: CellGenes, query: CellGenes, names: tuple[str, str], *, across_species: bool
) -> SharedGenes:
    """The genes that both measure.

    Args:
        store: Has the orthologs.
        reference: What the reference measures.
        query: What the other file does.
        names: Of the two files, for messages.
        across_species: Whether they may be of two species.

    Raises:
        InvalidValueError: They are of two species, and that was not asked for.
        NotFoundError: The store has no orthologs.
        RefusedFileError: They share fewer than `FEWEST` genes.
    """
    across = reference.organism != query.organism
    if across and not across_species:
        raise InvalidValueError(
            f"{names[0]} has {reference.organism} cells and {names[1]} {query.organism} ones.",
            f"Compare them through one-to-one orthologs: {option(across_species=True)}.",
        )
    pairs = _pairs(store, reference, query) if across else _same(store, reference, query)
    if len(pairs) < FEWEST:
        through = " by one-to-one orthologs" if across else ""
        raise RefusedFileError(
            f"{names[0]} ({len(reference.symbols):,} genes) and {names[1]} ({len(query.symbols):,} genes) share"
            f" {len(pairs)} genes{through}; {FEWEST} are needed.",
            "Give files that measure the same genes, under symbols or Ensembl ids.",
        )
    own, other, human = zip(*pairs, strict=True)
    return SharedGenes(own, other, human, across)


def _same(store: Store, reference: CellGenes, query: CellGenes) -> list[tuple[str, str, str]]:
    there = set(query.symbols)
    of_human = orthologs_of(store, reference.organism)
    human = {one: one for one in reference.symbols} if of_human.organism == HUMAN else dict(of_human.human)
    return [(one, one, human.get(one, "")) for one in sorted(reference.symbols) if one in there]


def _pairs(store: Store, reference: CellGenes, query: CellGenes) -> list[tuple[str, str, str]]:
    ours, theirs = (_by_human(store, one) for one in (reference, query))
    return [(ours[human], theirs[human], human) for human in sorted(set(ours) & set(theirs))]


def _by_human(store: Store, genes: CellGenes) -> dict[str, str]:
    """Human symbol → own symbol of the genes that a file measures."""
    if genes.organism == HUMAN:
        return {one: one for one in genes.symbols}
    own = required_orthologs(store, genes.organism).human
    return {own[one]: one for one in genes.symbols if one in own}
