"""Transfer: what a screen of the same phenotype says of each gene here, by the curve that pairs of screens teach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from db.records import Question, Screen
from tools.prediction.likeness import VERSION as LIKENESS
from tools.prediction.likeness import alike, other_way, weights
from tools.prediction.recurrence import VERSION as RECURRENCE
from tools.prediction.recurrence import PriorStrengths

VERSION = ("transfer 3", *LIKENESS, *RECURRENCE)
Vector = npt.NDArray[np.floating[Any]]

BELIEVED = np.array([0.45, 0.4, 0.15, 0.6, 0.2, -0.4, -0.6])
"""Log-odds of a hit here for one unit of surprise there: of any screen, and what is added by the same cells, the same
phenotype, both, the same study, by losing genes here that are activated there or the other way round, and by measuring
the same phenotype with another readout. Where a gene is in the top 1 % (a surprise of 2.4), unrelated screens have it
in the top 5 % of the other in 5 to 15 % of cases, the same cells in 15 to 35 %, the same phenotype and cells in 45 to
95 % (docs/predictors.md). What the last two take off is a guess until a store has such pairs."""
DOUBT = np.array([0.15, 0.2, 0.15, 0.3, 0.2, 0.3, 0.3])
PHENOTYPE = 2
"""Place of the likeness of phenotypes among these."""
APART = 0.25
"""Standard deviation of pairs of screens around what their likeness lets expect."""
TOP, TOP_SURPRISE = 2.0, 2.43
"""The top 1 %, and the mean surprise in it."""
FEWEST = 5
LEAST, MOST = 0.5, 3.3
"""Surprise that says anything, and the most that is listened to: beyond a screen's first genes there is only noise."""


@dataclass(frozen=True)
class Transfer:
    """Log-odds for one unit of surprise in another screen, by how alike it is.

    Attributes:
        weights: As `BELIEVED`, after the pairs of screens at hand.
    """

    weights: npt.NDArray[np.float64]

    @classmethod
    def learnt(cls, strengths: PriorStrengths, pool: npt.NDArray[np.bool_]) -> Transfer:
        """Learns from all pairs of prior screens: how much likelier is a hit of one a hit of the other?

        For each ordered pair, L = ln odds(hit there | top 1 % here) − ln odds(hit there), over the genes that both
        measured, and L / `TOP_SURPRISE` is regressed on the pair's likeness with normal priors (`BELIEVED`, `DOUBT`),
        each pair weighed by its binomial variance and `APART`, and each pair of studies counted once.

        Args:
            strengths: Of the prior screens.
            pool: Which genes count, shape (n,).
        """
        there, hit = strengths.measured[pool].astype(np.float32), strengths.hit[pool].astype(np.float32)
        top = (np.nan_to_num(strengths.surprise[pool]) > TOP).astype(np.float32)
        both, top_of, hit_of = top.T @ hit, top.T @ there, there.T @ hit
        shared = there.T @ there
        rows, values, precision = [], [], []
        pairs = _pairs(strengths.studies)
        for (one, other), share in pairs.items():
            if top_of[one, other] < FEWEST or not 0 < hit_of[one, other] < shared[one, other]:
                continue
            k, n = float(both[one, other]), float(top_of[one, other])
            base = hit_of[one, other] / shared[one, other]
            gain = np.log((k + base) / (n - k + 1 - base)) - np.log(base / (1 - base))
            variance = (1 / (k + 0.5) + 1 / (n - k + 0.5)) / TOP_SURPRISE**2 + APART**2
            rows.append(_row(strengths.screens[one], strengths.screens[other]))
            values.append(gain / TOP_SURPRISE)
            precision.append(share / variance)
        if not rows:
            return cls(BELIEVED.copy())
        x, weight = np.array(rows), np.array(precision)
        prior = np.diag(1 / DOUBT**2)
        return cls(np.linalg.solve(x.T @ (x * weight[:, None]) + prior, x.T @ (weight * values) + prior @ BELIEVED))

    def log_odds(self, question: Question, strengths: PriorStrengths) -> npt.NDArray[np.float64]:
        """What the screens of the question's own phenotype add to the log-odds of each gene, shape (n,), 0 or more.

        What any screen says is learnt elsewhere (`tools.prediction.prior_learner`); here is added by how much a screen
        of the same phenotype says more, in proportion to how far the phenotypes are the same. Of several the one that
        says most counts: screens that repeat each other must not add up.

        Args:
            question: What is looked for.
            strengths: Of the prior screens.
        """
        total, worth = np.zeros(len(strengths.genes)), weights(question, strengths.screens)
        for column, screen in enumerate(strengths.screens):
            row = _row(question, screen)
            if row[PHENOTYPE] > 0 and worth[screen.id] > 0:
                more = row[PHENOTYPE] * max(float(row[1:] @ self.weights[1:]), 0.0)
                surprise = np.minimum(np.nan_to_num(strengths.surprise[:, column]), MOST)
                total = np.maximum(total, more * np.maximum(surprise - LEAST, 0.0))
        return total


def _pairs(studies: Sequence[str]) -> dict[tuple[int, int], float]:
    """Ordered pairs of different contrasts → share of the pair among those of its two studies."""
    found = [(i, j) for i in range(len(studies)) for j in range(len(studies)) if i != j]
    of_studies: dict[tuple[str, str], int] = {}
    for i, j in found:
        of_studies[studies[i], studies[j]] = of_studies.get((studies[i], studies[j]), 0) + 1
    return {(i, j): 1 / of_studies[studies[i], studies[j]] for i, j in found}


def _row(one: Question | Screen, other: Screen) -> Vector:
    found = alike(one, other)
    same_study = float(bool(one.study) and one.study.casefold() == other.study.casefold())
    both = found.cells * found.phenotype
    other_readout = found.phenotype * float(bool(one.readout and other.readout) and found.readout == 0)
    return np.array([1.0, found.cells, found.phenotype, both, same_study, float(other_way(one, other)), other_readout])
