"""Recurrence: how strongly a gene came out of other studies' screens, and of those that are like the one at hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.records import Question, Screen
from tools.prediction.likeness import Alike, alike
from tools.prediction.priors import VERSION as PRIORS
from tools.prediction.priors import contrasts_of, strength_ranks, study_of_contrasts
from tools.prediction.records import Priors

VERSION = ("recurrence 1", *PRIORS)
Matrix = npt.NDArray[np.floating[Any]]

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
    def hit(self) -> npt.NDArray[np.bool_]:
        """Whether a gene is in the top 5 % of a contrast, shape (n, c)."""
        return np.asarray(np.nan_to_num(self.surprise) > -np.log10(1 - TOP), dtype=bool)

    def others(self, study: str) -> npt.NDArray[np.intp]:
        """The contrasts of other studies.

        Args:
            study: Name of a study; empty for all contrasts.
        """
        return np.array([i for i, one in enumerate(self.studies) if one != study], dtype=np.intp)

    def columns(self, asked: Question | Screen, use: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """What some contrasts tell of each gene, for a question that is more or less like theirs.

        Over contrasts: the mean surprise, and its means weighed by the likeness of phenotype, of cells, of both and of
        modality, each with screens that showed nothing added (`UNSURE`). Over studies, each by its largest surprise:
        the largest, the second, how many beyond the top 5 % and beyond the top 1 %, and how many measured the gene (at
        most `MOST_STUDIES`).

        Args:
            asked: What is looked for, or a screen in its place.
            use: Positions of the contrasts.

        Returns:
            Shape (n, 10), columns `COLUMNS`.
        """
        if len(use) == 0:
            return np.zeros((len(self.genes), len(COLUMNS)))
        there = self.measured[:, use]
        values = np.where(there, self.surprise[:, use], 0.0)
        best = np.sort(self._by_study(values, there, [self.studies[i] for i in use]), axis=1)[:, ::-1]
        known = best > -1
        best = np.maximum(best, 0.0)
        likenesses = [alike(asked, self.screens[i]) for i in use]
        counts = [
            values.sum(axis=1) / (there.sum(axis=1) + UNSURE[0]), best[:, 0],
            best[:, 1] if best.shape[1] > 1 else best[:, 0] * 0, (best > -np.log10(1 - TOP)).sum(axis=1),
            (best > STRONG).sum(axis=1), np.minimum(known.sum(axis=1), MOST_STUDIES),
        ]  # fmt: skip
        weighed = [
            (values @ weights) / (there @ weights + UNSURE[1])
            for weights in np.array(_weights(likenesses), dtype=float)
        ]
        return np.column_stack([*counts, *weighed])

    @staticmethod
    def _by_study(values: Matrix, there: npt.NDArray[np.bool_], studies: Sequence[str]) -> Matrix:
        """Largest surprise in each study, −1 where none of its screens measured the gene."""
        columns = []
        for study in sorted(set(studies)):
            own = [i for i, one in enumerate(studies) if one == study]
            columns.append(np.where(there[:, own], values[:, own], -1.0).max(axis=1))
        return np.column_stack(columns)


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
