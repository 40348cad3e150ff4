"""What a feature source gives: numbers for each gene, read through a view."""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from db.records import Question
from db.view import View


class FeatureSource(Protocol):
    """Describes genes by numbers that say nothing of the target screen's own results."""

    VERSION: tuple[str, ...]
    """Names the numbers that it gives, so that those of an earlier way to compute them are not taken from the cache.

    The first part is the method's own, ``"gene_sets 1"``; the others are the ``VERSION`` of every file of `tools` that
    it imports. Whoever changes what a file's numbers are raises the number in that very file, and every method that
    rests on it follows; a release changes every key by itself (`db.disk_cache.computed_key`).
    """

    needs: tuple[str, ...]
    """Packs without which the source has nothing to say."""

    reads_question: bool
    """Whether the frame depends on the question, which decides what a cache may share."""

    reads_effects: bool
    """Whether the frame depends on which screens the view shows; where not, a cache serves every view."""

    reads_knowledge: bool
    """Whether it is made with `tools.genes.knowledge.Knowledge`; others are made with nothing."""

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:
        """Numbers for the given genes.

        Args:
            genes: Gene symbols, unique, shape (n,).
            question: What is looked for.
            view: The only door to effects.

        Returns:
            Float frame of shape (m, d), indexed by those of `genes` that the source knows, in the order of `genes`;
            a gene that is missing is left out, never filled with zeros. Empty (0, 0) where a needed pack is absent.
        """
        ...


class LateSource(FeatureSource, Protocol):
    """A source that can say which genes it will know long before it has the numbers."""

    def known(self, genes: pd.Index[str], question: Question, view: View) -> pd.Index[str]:
        """The index that `features` gives for the same arguments.

        Args:
            genes: Gene symbols, unique.
            question: What is looked for.
            view: The only door to effects.
        """
        ...
