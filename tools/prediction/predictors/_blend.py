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
from tools.prediction.library_strengths import LibraryStrengths
from tools.prediction.prior_learner import (
    COLUMNS,
    PASSED_OVER,
    PriorFit,
    essential_genes,
    fit_prior,
    standardised,
    surprise_of,
)
from tools.prediction.records import SAME_PHENOTYPE, SIGNATURE, Expectation, Posterior, Priors, Rounds
from tools.prediction.regression import EMBEDDINGS, Covariance, Regression, regress
from tools.screens.hit_rules import foreseen_share, strength_bound
from tools.screens.strength import strength

Vector = npt.NDArray[np.floating[Any]]

TRUST = 0.18
"""Rank units among the revealed for one unit of the prior score."""
MATCH, ASKED = "question_match", "questions_of_priors"
QUESTIONS = frozenset({MATCH, ASKED})
"""Sources that tell what questions name; the others describe genes."""
ANNOTATION = "annotation"
RANK_POWER = 3
ESSENTIAL_COST = 0.1
"""How much less a hit is worth that may be one on growth only."""
RESULTS_THAT_HALVE_IT = 64
"""Results after which `TILT` counts half."""
UNTAUGHT_SLOPE = 0.25
"""Log-odds for one unit of score where neither a screen nor the question speaks."""
LEAST_SHARE, DOUBT_OF_SHARE = 1e-4, 0.35
"""Where the share of hits is read off the results' own strengths: the least of it, and the doubt of its logarithm."""
TILT = 0.037
"""Log-odds that a gene may be behind for the fourth power of its surprise in the question's own ranking: a hit that
bears on the question is worth more than one that comes out of every screen (docs/predictors.md)."""


@dataclass(frozen=True)
class FittedBlend:
    """What the rounds and the priors have taught; the ranking is made for the candidates asked about."""

    covariance: Covariance
    table: Design
    prior: PriorFit
    matched: pd.Series[float]
    rounds: Rounds
    question: Question
    trust: float
    expectation: Expectation | None = None

    def predict(self, candidates: pd.Index[str]) -> Posterior:
        """Beliefs about the candidates; see `tools.prediction.predictors.base.FittedPredictor`."""
        revealed = self.rounds.effects.sort_values("perturbation")
        revealed = revealed[~revealed["perturbation"].isin(candidates)]
        names = candidates.append(pd.Index(revealed["perturbation"], dtype=object))
        rows = self.table.rows(names)
        known, count = rows >= 0, len(candidates)
        if not known[:count].any():
            return Posterior(self._frame(candidates, np.zeros((4, count)), known[:count]))
        parts, named = self._parts(names, known)
        before = sum(parts.values(), np.zeros(len(names)))
        start = standardised_where(before, known)
        strengths = strength(revealed["estimate"].astype(float), self.question.side).to_numpy(float)
        kinds = np.column_stack([standardised_where(part, known) for part in (parts or {"": start}).values()])
        learnt = regress(self.covariance, rows, start * self.trust, kinds, strengths, RANK_POWER)
        slope = float(before[known].std()) or UNTAUGHT_SLOPE
        odds, deviation = self._log_odds(learnt, start, slope, revealed, strengths, known)
        support = self._support(rows, learnt, known)
        frame = self._frame(
            candidates, np.vstack([learnt.mean, learnt.sd, odds, deviation])[:, :count], known[:count], support[:count]
        )
        frame["worth"] = self._worth(rows[:count], named[:count], start[:count])
        shares = {**parts, "rounds": (learnt.mean - start * self.trust) / max(self.trust, 1e-9)}
        return Posterior(frame, {key: pd.Series(value[:count], index=candidates) for key, value in shares.items()})

    def _worth(self, rows: npt.NDArray[np.intp], named: Vector, start: Vector) -> Vector:
        """What a hit would be worth: most where the question names the gene, and a little less where it is essential.

        That is exp(tilt · surprise⁴ + slope · (score − squeezed score)) over the largest: probabilities grow slowly
        among the best genes, but their order is that of the score itself. Essential genes are worth `ESSENTIAL_COST`
        less, unless growth itself is asked about.
        """
        lost = self.prior.slope * (start - calibration.squeezed(start))
        # Results tell whether the genes that the question names hit; where they do, the probabilities say so.
        value = TILT / (1 + len(self.rounds.effects) / RESULTS_THAT_HALVE_IT) * named**4 + lost
        worth = np.asarray(np.exp(value - value.max(initial=0.0)), dtype=float)
        if about_growth(self.question.phenotype):
            return worth
        cost = ESSENTIAL_COST * np.where(rows >= 0, essential_genes(self.table)[rows], 0.0)
        return np.asarray(worth * (1.0 - cost), dtype=float)

    def _parts(self, names: pd.Index[str], known: npt.NDArray[np.bool_]) -> tuple[dict[str, Vector], Vector]:
        """What each kind of evidence adds to the log-odds before the rounds, and genes' surprise by the question."""
        parts, named = {}, np.zeros(len(names))
        if not self.prior.scores.empty:
            scores = self.prior.scores.reindex(names).fillna(0.0).to_numpy(float)
            parts["other_screens"] = self.prior.slope * calibration.squeezed(standardised_where(scores, known))
        if self.prior.transfer is not None and (self.prior.transfer > 0).any():
            parts[SAME_PHENOTYPE] = self.prior.transfer.reindex(names).fillna(0.0).to_numpy(float)
        if self.expectation is not None:
            parts[SIGNATURE] = self.expectation.log_odds.reindex(names).fillna(0.0).to_numpy(float)
        if not self.matched.empty:
            named = surprise_of(self.matched.reindex(names), known)
            parts["question"] = self.prior.question * named
        return parts, named

    def _log_odds(
        self,
        learnt: Regression,
        start: Vector,
        slope: float,
        revealed: pd.DataFrame,
        strengths: Vector,
        known: npt.NDArray[np.bool_],
    ) -> tuple[Vector, Vector]:
        """Log-odds of being a hit and their standard deviation, for candidates and revealed."""
        foreseen, count = foreseen_share(self.question.hit_rule, self.question.side), len(known) - len(strengths)
        rate = foreseen.share * self.prior.share
        scores, held_out = scaled(learnt.mean, learnt.left_out, known)
        if not len(held_out):
            scores = start
        curve = calibration.first_curve(scores[known], slope, rate)
        promised = curve.probability(held_out)
        bound, library = strength_bound(self.question.hit_rule, self.question.side), None
        if bound is not None or "hit" not in revealed:
            library = LibraryStrengths.guessed(strengths, start[count:], start[known], self.question.side)
        hits = self._hits(revealed, library, strengths, rate, float(promised.sum()))
        if hits is not None:
            seen, share, doubt = known[count:], rate, foreseen.doubt
            if bound is not None and library is not None:
                # Results tell how common hits are where the rule is a bound on the effect.
                share, doubt = min(max(library.beyond(bound), LEAST_SHARE), 0.5), DOUBT_OF_SHARE
            curve = calibration.learnt_curve(
                curve, scores[:count][known[:count]], held_out[seen], hits[seen], share * int(known.sum()), doubt
            )
        unsure = curve.slope * learnt.sd / max(float(learnt.mean[known].std()), 1e-9)
        common = 0.45 / np.sqrt(1 + len(strengths) / 256)
        return curve.log_odds(scores), np.sqrt(common**2 + np.minimum(unsure, 1.0) ** 2)

    def _hits(
        self,
        revealed: pd.DataFrame,
        library: LibraryStrengths | None,
        strengths: Vector,
        rate: float,
        promised: float,
    ) -> npt.NDArray[np.bool_] | None:
        """Which of the revealed count as hits: as the campaign says, else those beyond the guessed bound."""
        if "hit" in revealed and len(revealed):
            return revealed["hit"].to_numpy(bool)
        if library is None:
            return None
        return np.asarray(strengths >= calibration.agreed_bound(library.bound(rate), strengths, promised), dtype=bool)

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

    Before any round the log-odds of a gene are the sum of what other studies' screens teach (a ridge regression on
    features and recurrence, `tools.prediction.prior_learner`), what screens of the same phenotype say of the gene
    itself (`tools.prediction.transfer`), what its score on a signature lets expect
    (`tools.prediction.records.Expectation`, where there is one), and what the question's own words say of it (the
    surprise of its place in the ranking by ``question_match``); how much each counts is learnt from the prior screens.
    After rounds, a Gaussian process learns from the rank of each revealed effect among the revealed ones how genes like
    it fare (`tools.prediction.regression`). The mean probability over the library is the hit rule's base rate, and the
    curve follows the revealed hits (`tools.prediction.calibration`). A hit that the question names is worth more than
    one that comes out of every screen (`TILT`), and one among common essential genes `ESSENTIAL_COST` less where the
    phenotype is not one of growth: it may say nothing but that the cells were dying.

    Args:
        use_priors: Whether other screens and the question's text are listened to.
        use_rounds: Whether the revealed effects are.
    """

    def __init__(self, *, use_priors: bool = True, use_rounds: bool = True) -> None:
        self.use_priors = use_priors
        self.use_rounds = use_rounds
        # What the priors teach does not change from round to round; it is kept for as long as the very same
        # frames are given again.
        self._learnt: tuple[Mapping[str, pd.DataFrame], Priors, Covariance, Design, PriorFit] | None = None

    def fit(
        self,
        features: Mapping[str, pd.DataFrame],
        rounds: Rounds,
        priors: Priors,
        question: Question,
        rng: np.random.Generator,  # noqa: ARG002 - nothing is drawn
    ) -> FittedBlend:
        """Learns; see `tools.prediction.predictors.base.Predictor`."""
        if self._learnt is None or self._learnt[0] is not features or self._learnt[1] is not priors:
            table = design(features, EMBEDDINGS, COLUMNS, aside=PASSED_OVER, without=QUESTIONS)
            prior = PriorFit(pd.Series(dtype=float))
            if self.use_priors:
                prior = fit_prior(table, priors, question, features.get(ASKED))
            self._learnt = (features, priors, Covariance(table), table, prior)
        _, _, covariance, table, prior = self._learnt
        matched = features[MATCH].iloc[:, 0] if self.use_priors and MATCH in features else pd.Series(dtype=float)
        seen = rounds if self.use_rounds else Rounds(rounds.effects.iloc[:0])
        trust = TRUST if self.use_priors else 0.0
        expectation = priors.expectation if self.use_priors else None
        return FittedBlend(covariance, table, prior, matched, seen, question, trust, expectation)


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
