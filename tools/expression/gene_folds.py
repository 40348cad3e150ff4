"""Folds of genes: rows to learn from, and rows to try on that share no gene with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from db.genes.perturbation_names import genes_in

VERSION = ("gene_folds 1",)
FEW_ROWS, MANY_FOLDS, FOLDS = 200, 20, 5
"""Up to so many rows the one number of folds, beyond them the other."""
Places: TypeAlias = npt.NDArray[np.intp]


def gene_folds(
    perturbations: Sequence[str] | npt.NDArray[Any], count: int, rng: np.random.Generator
) -> Iterator[tuple[Places, Places]]:
    """Rows to learn from and rows to try on, which share no gene; every row is tried on once.

    Args:
        perturbations: Name of each row.
        count: Folds; fewer where there are fewer genes.
        rng: Where the order of genes comes from.
    """
    targets = [genes_in(str(name)) for name in perturbations]
    first = sorted({genes[0] for genes in targets})
    fold_of = dict(zip(first, rng.permutation(np.arange(len(first)) % min(count, len(first))), strict=True))
    folds = np.array([fold_of[genes[0]] for genes in targets])
    for fold in range(min(count, len(first))):
        tried = folds == fold
        hidden = {gene for genes, out in zip(targets, tried, strict=True) if out for gene in genes}
        learnt = np.array([hidden.isdisjoint(genes) for genes in targets])
        yield np.flatnonzero(learnt), np.flatnonzero(tried)


def held_out_folds(perturbations: Sequence[str] | npt.NDArray[Any], seed: int) -> list[tuple[Places, Places]]:
    """The folds in which genes are held out to judge a predictor: more of them where there is little to learn from.

    Args:
        perturbations: Name of each row.
        seed: Where the order of genes comes from.
    """
    count = MANY_FOLDS if len(perturbations) <= FEW_ROWS else FOLDS
    return list(gene_folds(perturbations, count, np.random.default_rng(seed)))
