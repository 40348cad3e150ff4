"""Names of perturbations: ``A`` for one gene, ``A+B`` for a pair."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_AND = "+"


def genes_in(perturbation: str) -> list[str]:
    """The genes in a perturbation's name, in its order.

    Args:
        perturbation: ``A`` or ``A+B``; spaces around a gene are no part of it.
    """
    return [gene.strip() for gene in perturbation.split(_AND)]


def genes_among(perturbations: Iterable[str]) -> set[str]:
    """The genes in the names of some perturbations.

    Args:
        perturbations: Names.
    """
    names = set(plain(perturbations))
    pairs = {name for name in names if _AND in name}
    return {name.strip() for name in names - pairs} | {gene for name in pairs for gene in genes_in(name)}


def name_of_genes(genes: Iterable[str]) -> str:
    """The name of a perturbation of some genes.

    Args:
        genes: Their symbols, in the order that the name is to have.
    """
    return _AND.join(genes)


def are_pairs(perturbations: Collection[str]) -> NDArray[np.bool_]:
    """Which names are of pairs.

    Args:
        perturbations: Names; a column or an index of a frame, too.

    Returns:
        Shape (names,), in their order: True for ``A+B`` and False for ``A``.
    """
    return np.fromiter((_AND in name for name in plain(perturbations)), bool, len(perturbations))


def plain(names: Iterable[str]) -> Iterable[str]:
    """The same names as Python's own strings, where a column or an index of a frame would make each anew.

    Args:
        names: Names.
    """
    return names.to_numpy(object) if isinstance(names, pd.Series | pd.Index) else names
