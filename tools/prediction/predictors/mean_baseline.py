"""Mean baseline: every candidate is what candidates are on average."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.records import Question
from tools.prediction.calibration import Z80
from tools.prediction.library_strengths import plain_bound
from tools.prediction.records import Posterior, Priors, Rounds
from tools.screens.hit_rules import foreseen_share
from tools.screens.strength import strength


@dataclass(frozen=True)
class FittedMean:
    """One belief for all candidates."""

    mean: float
    sd: float
    rate: float

    def predict(self, candidates: pd.Index[str]) -> Posterior:
        """The same belief for each candidate; see `tools.prediction.predictors.base.FittedPredictor`."""
        spread = np.sqrt(self.rate * (1 - self.rate) / 20)
        values = {
            "mean": self.mean, "sd": self.sd, "hit_probability": self.rate,
            "low": max(self.rate - Z80 * spread, 0.0), "high": min(self.rate + Z80 * spread, 1.0), "support": 0.0,
        }  # fmt: skip
        return Posterior(pd.DataFrame(values, index=candidates, dtype=float))


class MeanBaseline:
    """The mean strength so far, and the share of hits.

    The hit probability is the mean of a Beta distribution that starts at the base rate of the hit rule with the
    weight of twenty effects and counts the hits among the revealed ones. It ranks nothing: it scores as random, and
    says what any ranking has to add.
    """

    def fit(
        self,
        features: Mapping[str, pd.DataFrame],  # noqa: ARG002
        rounds: Rounds,
        priors: Priors,  # noqa: ARG002
        question: Question,
        rng: np.random.Generator,  # noqa: ARG002
    ) -> FittedMean:
        """Averages; see `tools.prediction.predictors.base.Predictor`."""
        rate, weight = foreseen_share(question.hit_rule, question.side).share, 20.0
        strengths = strength(rounds.effects["estimate"].astype(float), question.side).to_numpy(float)
        if len(strengths) == 0:
            return FittedMean(0.0, 1.0, rate)
        bound = plain_bound(strengths, rate, question.side)
        hits = 0.0 if bound is None else float((strengths >= bound).sum())
        # Where nothing tells how strong effects are, the revealed ones say nothing on the share of hits.
        seen = 0 if bound is None else len(strengths)
        sd = float(strengths.std()) if len(strengths) > 1 else 1.0
        return FittedMean(float(strengths.mean()), sd, (rate * weight + hits) / (weight + seen))


METHOD = MeanBaseline
