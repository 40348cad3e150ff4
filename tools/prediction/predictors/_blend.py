"""The predictor behind `blend`, `kernel` and `prior`: one class, which listens to priors, to rounds, or to both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.records import Question
from tools.genes.essentials import about_growth
from tools.prediction import calibration
from tools.prediction.design import Design, design
from tools.prediction.prior_learner import PriorFit, essential_genes, fit_prior, standardised
from tools.prediction.priors import siblings_among, strength_ranks
from tools.prediction.records import Posterior, Priors, Rounds
from tools.prediction.regression import EMBEDDINGS, Regression, regress
from tools.screens.hit_rules import foreseen_share
from tools.screens.strength import strength

Vector = npt.NDArray[np.floating[Any]]

TRUST = 0.25
"""Rank units among the revealed for one unit of the prior score."""
QUESTION = "question_match"
ANNOTATION = "annotation"
QUESTION_WEIGHT = 0.6
SIBLING_POWER = 24
"""Of a sibling only the strongest effects speak: its quantiles enter steeply."""
RANK_POWER = 3
ESSENTIAL_COST = 0.1
"""How much less a hit is worth that may be one on growth only."""
QUESTION_SLOPE = 0.25
"""Log-odds for one unit of score where only the question speaks and no prior screen does."""


@dataclass(frozen=True)
class FittedBlend:
    """What the rounds and the priors have taught; the ranking is made for the candidates asked about."""

    table: Design
    prior: PriorFit
    matched: pd.Series[float]
    rounds: Rounds
    priors: Priors
    question: Question
    trust: float

    def predict(self, candidates: pd.Index[str]) -> Posterior:
        """Beliefs about the candidates; see `tools.prediction.predictors.base.FittedPredictor`."""
        revealed = self.rounds.effects.sort_values("perturbation")
        revealed = revealed[~revealed["perturbation"].isin(candidates)]
        names = candidates.append(pd.Index(revealed["perturbation"], dtype=object))
        rows = self.table.rows(names)
        known = rows >= 0
        if not known[: len(candidates)].any():
            return Posterior(self._frame(candidates, np.zeros((4, len(candidates))), known[: len(candidates)]))
        parts = self._parts(names, known)
        start = standardised_where(sum(parts.values(), np.zeros(len(names))), known)
        strengths = strength(revealed["estimate"].astype(float), self.question.side).to_numpy(float)
        learnt = regress(self.table, rows, start * self.trust, start, strengths, RANK_POWER)
        odds, deviation = self._log_odds(learnt, revealed, strengths, known, len(candidates))
        support = self._support(rows, learnt, known)
        count = len(candidates)
        frame = self._frame(
            candidates, np.vstack([learnt.mean, learnt.sd, odds, deviation])[:, :count], known[:count], support[:count]
        )
        frame["worth"] = self._worth(rows[:count])
        shares = {**parts, "rounds": (learnt.mean - start * self.trust) / max(self.trust, 1e-9)}
        return Posterior(frame, {key: pd.Series(value[:count], index=candidates) for key, value in shares.items()})

    def _worth(self, rows: npt.NDArray[np.intp]) -> Vector:
        """What a hit would be worth: a little less for essential genes, unless growth itself is asked about."""
        if about_growth(self.question.phenotype):
            return np.ones(len(rows))
        essential = essential_genes(self.table)
        return 1.0 - ESSENTIAL_COST * np.where(rows >= 0, essential[rows], 0.0)

    def _parts(self, names: pd.Index[str], known: npt.NDArray[np.bool_]) -> dict[str, Vector]:
        """What each kind of evidence says before the rounds, each standardised over the library."""
        parts = {}
        if not self.prior.scores.empty:
            scores = self.prior.scores.reindex(names).fillna(0.0).to_numpy(float)
            parts["other_screens"] = standardised_where(scores, known)
        siblings = self._siblings()
        if not siblings.empty:
            found = siblings.reindex(names).fillna(float(siblings.mean())).to_numpy(float)
            parts["siblings"] = standardised_where(found, known)
        if not self.matched.empty:
            floor = float(self.matched.min())
            matched = self.matched.reindex(names).fillna(floor).to_numpy(float)
            parts["question"] = QUESTION_WEIGHT * standardised_where(matched, known)
        return parts

    def _siblings(self) -> pd.Series[float]:
        """Mean over sibling screens of quantile^24 of each gene's strength; empty where none was let in."""
        screens = siblings_among(self.priors.screens, self.question)
        if not screens or self.prior.scores.empty:
            return pd.Series(dtype=float)
        effects = self.priors.effects[self.priors.effects["screen_id"].isin({screen.id for screen in screens})]
        return (strength_ranks(Priors(screens, effects)) ** SIBLING_POWER).mean(axis=1)

    def _log_odds(
        self, learnt: Regression, revealed: pd.DataFrame, strengths: Vector, known: npt.NDArray[np.bool_], count: int
    ) -> tuple[Vector, Vector]:
        """Log-odds of being a hit and their standard deviation, for candidates and revealed."""
        foreseen = foreseen_share(self.question.hit_rule, self.question.side)
        rate = foreseen.share
        scores, held_out = scaled(learnt.mean, learnt.left_out, known)
        slope = self.prior.slope if self.prior.slope > 0 else QUESTION_SLOPE
        curve = calibration.first_curve(scores[known], slope, rate)
        promised = curve.probability(held_out)
        hits = self._hits(revealed, strengths, rate, float(promised.mean()) if len(promised) else rate)
        if hits is not None:
            seen = known[count:]
            curve = calibration.learnt_curve(
                curve, scores[:count][known[:count]], held_out[seen], hits[seen],
                rate * int(known.sum()), foreseen.doubt,
            )  # fmt: skip
        unsure = curve.slope * learnt.sd / max(float(learnt.mean[known].std()), 1e-9)
        doubt = 0.45 / np.sqrt(1 + len(strengths) / 256)
        return curve.log_odds(scores), np.sqrt(doubt**2 + np.minimum(unsure, 1.0) ** 2)

    def _hits(
        self, revealed: pd.DataFrame, strengths: Vector, rate: float, share: float
    ) -> npt.NDArray[np.bool_] | None:
        """Which of the revealed count as hits: as the campaign says, else by the guessed threshold."""
        if "hit" in revealed and len(revealed):
            return revealed["hit"].to_numpy(bool)
        cut = calibration.threshold(strengths, self.question.side, rate, self.priors, share)
        return strengths >= cut if np.isfinite(cut) else None

    def _support(self, rows: npt.NDArray[np.intp], learnt: Regression, known: npt.NDArray[np.bool_]) -> Vector:
        """Half for the share of feature sources that know the gene, half for near neighbours among the revealed.

        How much is known of a gene (`ANNOTATION`) is told of every gene that has a name; it speaks for none.
        """
        telling = [i for i, source in enumerate(self.table.blocks) if source != ANNOTATION]
        if not telling:
            return np.zeros(len(rows))
        share = np.where(known, self.table.known[rows][:, telling].mean(axis=1), 0.0)
        return np.where(share > 0, np.clip(0.5 * share + 0.5 * learnt.explained, 0.0, 1.0), 0.0)

    def _frame(
        self,
        candidates: pd.Index[str],
        values: npt.NDArray[np.float64],
        known: npt.NDArray[np.bool_],
        support: Vector | None = None,
    ) -> pd.DataFrame:
        mean, sd, odds, deviation = values
        return calibration.posterior_frame(
            candidates, mean=mean, sd=sd, log_odds=odds, deviation=deviation,
            support=np.zeros(len(candidates)) if support is None else support, known=known, question=self.question,
        )  # fmt: skip


class Blend:
    """The default predictor.

    Before any round, candidates are ranked by a score learnt from other studies' screens (see
    `tools.prediction.prior_learner`) plus 0.6 of how well the gene matches the question's text. After
    rounds, a Gaussian process learns from the rank of each revealed effect among the revealed ones how genes like it
    fare (`tools.prediction.regression`). Ranks become hit probabilities by a logistic curve whose mean over the
    library is the hit rule's base rate, and whose slope is measured on prior studies left out and updated by the
    rounds (see `tools.prediction.calibration`). A hit among common essential genes is worth `ESSENTIAL_COST` less
    where the phenotype is not one of growth: it may say nothing but that the cells were dying.

    Args:
        use_priors: Whether other screens and the question's text are listened to.
        use_rounds: Whether the revealed effects are.
    """

    def __init__(self, *, use_priors: bool = True, use_rounds: bool = True) -> None:
        self.use_priors = use_priors
        self.use_rounds = use_rounds
        # What the priors teach does not change from round to round; it is kept for as long as the very same
        # frames are given again.
        self._learnt: tuple[Mapping[str, pd.DataFrame], Priors, Design, PriorFit] | None = None

    def fit(
        self,
        features: Mapping[str, pd.DataFrame],
        rounds: Rounds,
        priors: Priors,
        question: Question,
        rng: np.random.Generator,
    ) -> FittedBlend:
        """Learns; see `tools.prediction.predictors.base.Predictor`."""
        if self._learnt is None or self._learnt[0] is not features or self._learnt[1] is not priors:
            described = {name: frame for name, frame in features.items() if name != QUESTION}
            table = design(described, EMBEDDINGS)
            empty = PriorFit(pd.Series(dtype=float), 0.0)
            learnt = fit_prior(table, priors, rng, question) if self.use_priors else empty
            self._learnt = (features, priors, table, learnt)
        _, _, table, prior = self._learnt
        matched = features[QUESTION].iloc[:, 0] if self.use_priors and QUESTION in features else pd.Series(dtype=float)
        seen = rounds if self.use_rounds else Rounds(rounds.effects.iloc[:0])
        trust = TRUST if self.use_priors else 0.0
        return FittedBlend(table, prior, matched, seen, priors, question, trust)


def standardised_where(values: Vector, known: npt.NDArray[np.bool_]) -> Vector:
    """Values standardised over the known entries, 0 elsewhere."""
    scaled_values = np.zeros(len(values))
    scaled_values[known] = standardised(values[known])
    return scaled_values


def scaled(mean: Vector, left_out: Vector, known: npt.NDArray[np.bool_]) -> tuple[Vector, Vector]:
    """Means as squeezed standard scores over the library, and left-out means of the revealed on the same scale."""
    centre, deviation = float(mean[known].mean()), float(mean[known].std())
    deviation = deviation if deviation > 1e-12 else 1.0
    scores = calibration.squeezed((mean - centre) / deviation)
    return np.where(known, scores, 0.0), calibration.squeezed((left_out - centre) / deviation)
