"""Recurrence: how strongly a gene came out of other studies' screens, and of those that are like the one at hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.records import Question, Screen
from tools.prediction.likeness import Alike, alike
from tools.prediction.priors import VERSION as PRIORS
from tools.prediction.priors import contrasts_of, strength_ranks, study_of_contrasts
from tools.prediction.records import Priors

VERSION = ("recurrence 2", *PRIORS)

TOP = 0.95
"""Beyond this quantile of strength a gene counts as a hit of a prior screen."""
COLUMNS = (
    "mean", "largest", "second", "hits", "strong_hits", "studies", "like_phenotype", "like_cells", "like_both",
    "like_modality",
)  # fmt: skip
STRONG = 2.0
"""Surprise from which on a gene is among the top hundredth of a screen."""
MOST_STUDIES = 6
UNSURE = (1.0, 0.5)
"""Screens that showed nothing, added to each mean: over all screens, and over those that are alike."""


@dataclass(frozen=True)
class PriorStrengths:
    """How strongly each gene came out of each prior contrast.

    Attributes:
        genes: The genes, shape (n,).
        contrasts: Ids, shape (c,).
        surprise: −log10(1 − q) for the gene's quantile q = (rank − ½) / m of strength (1 = among the top tenth, 2 = the
            top hundredth), NaN where not measured, shape (n, c).
        studies: Study of each contrast.
        screens: Screen of each contrast.
    """

    genes: pd.Index[str]
    contrasts: tuple[int, ...]
    surprise: npt.NDArray[np.float64]
    studies: tuple[str, ...]
    screens: tuple[Screen, ...]

    @classmethod
    def of(cls, priors: Priors, genes: pd.Index[str]) -> PriorStrengths:
        """From effects.

        Args:
            priors: Effects of other screens.
            genes: Which genes, in which order.
        """
        ranks = strength_ranks(priors)
        contrasts = contrasts_of(ranks)
        studies = study_of_contrasts(priors)
        pairs = priors.effects[["contrast_id", "screen_id"]].drop_duplicates()
        screen = dict(zip(pairs["contrast_id"].astype(int), pairs["screen_id"].astype(int), strict=True))
        by_id = {one.id: one for one in priors.screens}
        surprise = -np.log10(1 - ranks.reindex(genes).to_numpy(float)) if contrasts else np.zeros((len(genes), 0))
        return cls(
            genes, tuple(contrasts), surprise, tuple(studies[one] for one in contrasts),
            tuple(by_id[screen[one]] for one in contrasts),
        )  # fmt: skip

    @cached_property
    def measured(self) -> npt.NDArray[np.bool_]:
        """Whether a contrast measured a gene, shape (n, c)."""
        return np.asarray(~np.isnan(self.surprise), dtype=bool)

    @cached_property
    def _values(self) -> npt.NDArray[np.float64]:
        return np.nan_to_num(self.surprise)

    @cached_property
    def _there(self) -> npt.NDArray[np.float64]:
        return self.measured.astype(float)

    @cached_property
    def hit(self) -> npt.NDArray[np.bool_]:
        """Whether a gene is in the top 5 % of a contrast, shape (n, c)."""
        return np.asarray(self._values > -np.log10(1 - TOP), dtype=bool)

    def others(self, study: str) -> npt.NDArray[np.intp]:
        """The contrasts of other studies.

        Args:
            study: Name of a study; empty for all contrasts.
        """
        return np.array([i for i, one in enumerate(self.studies) if one != study], dtype=np.intp)

    def columns(
        self, asked: Question | Screen, use: npt.NDArray[np.intp], rows: npt.NDArray[np.intp] | None = None
    ) -> npt.NDArray[np.float64]:
        """What some contrasts tell of each gene, for a question that is more or less like theirs.

        Over contrasts: the mean surprise, and its means weighed by the likeness of phenotype, of cells, of both and of
        modality, each with screens that showed nothing added (`UNSURE`). Over studies, each by its largest surprise:
        the largest, the second, how many beyond the top 5 % and beyond the top 1 %, and how many measured the gene (at
        most `MOST_STUDIES`).

        Args:
            asked: What is looked for, or a screen in its place.
            use: Positions of the contrasts.
            rows: Positions of the genes; all where None.

        Returns:
            Shape (genes, 10), columns `COLUMNS`.
        """
        genes = np.arange(len(self.genes)) if rows is None else rows
        if len(use) == 0:
            return np.zeros((len(genes), len(COLUMNS)))
        likenesses = [alike(asked, self.screens[i]) for i in use]
        weights = np.zeros((len(self.contrasts), 5))
        weights[use] = np.array([[1.0] * len(use), *_weights(likenesses)]).T
        total, of = (self._values @ weights)[genes], (self._there @ weights)[genes]
        total /= of + np.array([UNSURE[0], *[UNSURE[1]] * 4])
        return np.column_stack([total[:, 0], *self._counts(genes, use), total[:, 1:]])

    def _counts(self, genes: npt.NDArray[np.intp], use: npt.NDArray[np.intp]) -> list[npt.NDArray[np.float64]]:
        """What counts by study: the columns from the largest surprise to the number of studies that measured."""
        largest, second, hits, strong, known = (np.zeros(len(genes)) for _ in range(5))
        wanted = {self.studies[i] for i in use}
        whole = len(use) == sum(study in wanted for study in self.studies)
        by_study = self._by_study if whole else _by_study(self._marked[:, use], [self.studies[i] for i in use])
        for study in sorted(wanted):
            best = by_study[study][genes]
            known += best > -1
            hits += best > -np.log10(1 - TOP)
            strong += best > STRONG
            second = np.maximum(second, np.minimum(largest, best))
            largest = np.maximum(largest, best)
        return [largest, second, hits, strong, np.minimum(known, MOST_STUDIES)]

    @cached_property
    def _marked(self) -> npt.NDArray[np.float64]:
        return np.where(self.measured, self._values, -1.0)

    @cached_property
    def _by_study(self) -> dict[str, npt.NDArray[np.float64]]:
        return _by_study(self._marked, self.studies)


def _by_study(marked: npt.NDArray[np.float64], studies: Sequence[str]) -> dict[str, npt.NDArray[np.float64]]:
    """Study → largest value of each row among its columns."""
    columns = {study: [i for i, one in enumerate(studies) if one == study] for study in set(studies)}
    return {study: marked[:, own].max(axis=1) for study, own in columns.items()}


def _weights(likenesses: Sequence[Alike]) -> list[list[float]]:
    return [
        [one.phenotype for one in likenesses],
        [one.cells for one in likenesses],
        [one.phenotype * one.cells for one in likenesses],
        [one.modality for one in likenesses],
    ]


def hits_in_studies(ranks: pd.DataFrame, studies: Collection[str]) -> pd.Series[float]:
    """In how many studies each gene is among the top 5 % of a screen.

    Args:
        ranks: Quantiles of strength, shape (genes, contrasts), NaN where not measured.
        studies: Study of each contrast, in their order.
    """
    hits = (ranks > TOP).to_numpy()
    counted = [hits[:, [one == study for one in studies]].any(axis=1) for study in sorted(set(studies))]
    return pd.Series(np.sum(counted, axis=0).astype(float), ranks.index)
