"""Upper confidence bound: likely hits, and uncertain candidates that may turn out to be hits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.prediction.acquisitions.base import worth_of
from tools.prediction.records import Posterior

BONUS = 0.3
"""Log-odds for one unit of uncertainty; chosen by replays, see docs/predictors.md."""


class UpperConfidenceBound:
    """Utility = worth of a hit · logistic(log-odds of a hit + `BONUS` · sd / spread of the means).

    u = w · logistic(ln(p / (1 − p)) + `BONUS` · sd / s), shape (candidates,), from 0 to 1, with w the worth (1 where
    the predictor says nothing on it) and s the standard deviation of the means over the candidates of which something
    is known. The most likely hits go first, and among those that are about as likely the ones of which least is known:
    they teach the next rounds most (GP-UCB, Srinivas et al. 2010, on the scale of log-odds). A candidate for which no
    evidence speaks gets no bonus: it is like no other gene, so that its result would teach nothing.
    """

    def utility(self, posterior: Posterior, rng: np.random.Generator) -> pd.Series[float]:  # noqa: ARG002
        """The worth that is expected of a hopeful view; see `tools.prediction.acquisitions.base.Acquisition`."""
        frame = posterior.frame.astype(float)
        # Over those of which something is known: how many others there are must not change their order.
        spread = float(frame.loc[frame["support"] > 0, "mean"].std(ddof=0)) if (frame["support"] > 0).any() else 0.0
        unsure = (frame["sd"] / spread if spread > 1e-9 else frame["sd"] * 0.0).where(frame["support"] > 0, 0.0)
        odds = frame["hit_probability"] / (1 - frame["hit_probability"]).clip(lower=1e-9)
        hopeful = odds * np.exp(BONUS * unsure)
        utility: pd.Series[float] = hopeful / (1 + hopeful) * worth_of(posterior)
        return utility


METHOD = UpperConfidenceBound
