"""The perturbation that is asked about: one gene or two, under their approved symbols."""

from __future__ import annotations

from collections.abc import Collection

from db.acts import NAME, act
from db.errors import InvalidValueError, NotFoundError
from db.genes.names import GeneNames
from db.genes.perturbation_names import genes_in, name_of_genes
from tools.workspace import Workspace

MOST_GENES = 2


def asked_perturbation(workspace: Workspace, name: str, known: Collection[str] = ()) -> str:
    """The approved name of a perturbation, ``A`` or ``A+B`` with the genes in alphabetical order.

    Args:
        workspace: Its store has the gene names.
        name: A gene by any name, or two with ``+`` between them.
        known: Names that are taken as they are, such as those that were learnt from.

    Raises:
        InvalidValueError: It names no gene, more than two, or one twice.
        NotFoundError: A name is no gene; near names are given.
    """
    parts = genes_in(name)
    if not all(parts) or len(parts) > MOST_GENES:
        raise InvalidValueError(f"{name!r} names no perturbation of one gene or two.", "Write one gene, or two as A+B.")
    if name in known:
        return name
    found = GeneNames.load(workspace.store, "human").resolve(parts)
    for one in found:
        if one.gene is None:
            near = f"Did you mean {', '.join(one.near)}?" if one.near else f"{act('gene_card', NAME)} looks names up."
            raise NotFoundError(one.detail or f"No gene is named {one.name!r}.", near)
    symbols = sorted({one.gene.symbol for one in found if one.gene})
    if len(symbols) < len(parts):
        raise InvalidValueError(f"Both parts of {name!r} are one gene.", f"Ask about {symbols[0]}.")
    return name_of_genes(symbols)
