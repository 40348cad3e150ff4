"""The perturbation that is asked about: one gene or two, under their approved symbols."""

from __future__ import annotations

from db.errors import InvalidValueError
from db.genes.perturbation_names import genes_in, name_of_genes
from tools.genes.placed_names import required_symbols
from tools.workspace import Workspace

MOST_GENES = 2


def asked_perturbation(workspace: Workspace, name: str) -> str:
    """The approved name of a perturbation, ``A`` or ``A+B`` with the genes in alphabetical order.

    Args:
        workspace: Its store has the gene names.
        name: A gene by any name, or two with ``+`` between them.

    Raises:
        InvalidValueError: It names no gene, more than two, or one twice.
        NotFoundError: A name is no gene; near names are given.
    """
    parts = genes_in(name)
    if not all(parts) or len(parts) > MOST_GENES:
        raise InvalidValueError(f"{name!r} names no perturbation of one gene or two.", "Write one gene, or two as A+B.")
    symbols = sorted(set(required_symbols(workspace, parts).values()))
    if len(symbols) < len(parts):
        raise InvalidValueError(f"Both parts of {name!r} are one gene.", f"Ask about {symbols[0]}.")
    return name_of_genes(symbols)
