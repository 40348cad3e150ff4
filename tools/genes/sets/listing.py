"""Gene sets of the store: collections, the sets of a gene, and what a set holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from db.acts import act
from db.errors import NotFoundError, did_you_mean, require
from db.evidence import near_sets
from db.evidence_ids import parts_of, set_id
from db.genes.nomenclature import find_gene
from db.genes.sets import find_gene_sets, get_gene_set, list_collections
from tools.genes.card import organism_of
from tools.workspace import Workspace

MOST = 500


@dataclass(frozen=True)
class ListedSet:
    """One set of a list: its collection, name, number of genes and evidence id."""

    collection: str
    name: str
    size: int
    evidence: str


@dataclass(frozen=True)
class GeneSetList:
    """Gene sets that were asked for.

    Attributes:
        collections: Name of each collection of the store → its number of sets.
        found: How many sets fit what was asked; 0 where only the collections were asked for.
        sets: The first of them, smallest first.
        gene: Symbol of the gene that they hold; empty where none was asked for.
    """

    collections: Mapping[str, int]
    found: int
    sets: tuple[ListedSet, ...]
    gene: str = ""


@dataclass(frozen=True)
class ShownSet:
    """One gene set.

    Attributes:
        collection: Its collection.
        name: Its name.
        description: The source's own words, or an address; may be empty.
        size: Number of genes.
        genes: Their symbols, in alphabetical order.
        evidence: Its evidence id.
    """

    collection: str
    name: str
    description: str
    size: int
    genes: tuple[str, ...]
    evidence: str


def gene_set_list(
    workspace: Workspace, collection: str = "", gene: str = "", words: str = "", organism: str = "", most: int = 50
) -> GeneSetList:
    """Lists the collections of gene sets, or the sets of a collection, of a gene, or with words in their names.

    Args:
        workspace: The workspace.
        collection: Only sets of this collection.
        gene: Only sets that hold this gene: a symbol, former symbol, alias or identifier.
        words: Only sets whose name has all of these words.
        organism: ``human`` or ``mouse``, where the gene's name leaves it open.
        most: How many sets are given, 1 to 500; smallest sets come first.

    Raises:
        NotFoundError: There is no such collection or gene; near names are given.
        NeedsChoiceError: More than one gene carries the name.
    """
    require(1 <= most <= MOST, f"{most} sets were asked for.", f"Ask for 1 to {MOST}.")
    known = list_collections(workspace.store)
    if collection and collection not in known:
        there = ", ".join(known) or f"none yet; {act('fetch')} brings some"
        hint = f"{did_you_mean(collection, known)} There are: {there}."
        raise NotFoundError(f"There is no collection {collection!r}.", hint.strip())
    found = find_gene(workspace.store, gene, organism_of(organism) if organism else None) if gene else None
    if not (collection or found or words.split()):
        return GeneSetList(known, 0, ())
    number, sets = find_gene_sets(
        workspace.store,
        collection=collection,
        gene_id=found.id if found else None,
        words=words.split(),
        limit=most,
    )
    listed = tuple(ListedSet(one.collection, one.name, one.size, set_id(one.collection, one.name)) for one in sets)
    return GeneSetList(known, number, listed, found.symbol if found else "")


def gene_set_show(workspace: Workspace, collection: str, name: str) -> ShownSet:
    """Shows one gene set with all its genes.

    Args:
        workspace: The workspace.
        collection: Name of its collection, such as ``hallmarks``.
        name: Name of the set.

    Raises:
        NotFoundError: There is no such set; near ones are given.
    """
    try:
        found = get_gene_set(workspace.store, collection, name)
    except NotFoundError as error:
        near = [" ".join(parts_of(evidence)) for evidence in near_sets(workspace.store, collection, name)]
        raise NotFoundError(
            error.message, f"Did you mean {' or '.join(near)}?" if near else error.suggestion
        ) from error
    return ShownSet(collection, name, found.description, len(found.genes), found.genes, set_id(collection, name))
