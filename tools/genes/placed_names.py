"""Names of a file placed on the genes that they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from db.acts import NAME, act
from db.errors import NotFoundError
from db.genes.names import GeneNames
from db.records import Note, Organism
from tools.workspace import Workspace


@dataclass(frozen=True)
class Placed:
    """Names of a pack's file and the genes that they mean.

    Attributes:
        ids: Gene id by name, for every name that means one gene.
        notes: One note for each name that does not.
        symbols: Approved symbol by name, likewise.
    """

    ids: Mapping[str, int]
    notes: tuple[Note, ...]
    symbols: Mapping[str, str] = field(default_factory=dict)


def place(
    workspace: Workspace,
    names: Sequence[str],
    organism: Organism = "human",
    identifiers: Mapping[str, Sequence[str]] | None = None,
) -> Placed:
    """Finds the genes of the names that a pack's file uses.

    Args:
        workspace: The workspace whose store has the gene names.
        names: Names as the file has them; each counts once.
        organism: Whose genes.
        identifiers: Namespace → one text for each name, see `db.genes.names.GeneNames.resolve`.
    """
    resolutions = GeneNames.load(workspace.store, organism).resolve(names, identifiers)
    ids = {one.name: one.gene.id for one in resolutions if one.gene is not None}
    missing = {one.name: one for one in resolutions if one.gene is None and one.name not in ids}
    reasons = {"ambiguous": "ambiguous", "date": "date"}
    notes = (Note(None, one.name, reasons.get(one.status, "unresolved"), one.detail) for one in missing.values())
    return Placed(ids, tuple(notes), {one.name: one.gene.symbol for one in resolutions if one.gene is not None})


def required_symbols(workspace: Workspace, names: Sequence[str]) -> dict[str, str]:
    """Name → approved symbol, where every name has to be one human gene.

    Args:
        workspace: Its store has the gene names.
        names: Names by which somebody asks.

    Raises:
        NotFoundError: A name is no gene, or means several; near names are given.
    """
    found = {}
    for one in GeneNames.load(workspace.store, "human").resolve(names):
        if one.gene is None:
            near = f"Did you mean {', '.join(one.near)}?" if one.near else f"{act('gene_card', NAME)} looks names up."
            raise NotFoundError(one.detail or f"No gene is named {one.name!r}.", near)
        found[one.name] = one.gene.symbol
    return found
