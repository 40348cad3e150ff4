"""Greedy: the candidates that are most likely hits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.prediction.acquisitions.base import worth_of
from tools.prediction.records import Posterior


class Greedy:
    """Utility = hit probability · worth of a hit: the most of worth that is expected of the next round.

    u = p · w, shape (candidates,), from 0 to 1: the number of hits that is expected of measuring the candidate, each
    counted at its worth w (1 where the predictor says nothing on it). Nothing is spent on learning: the one-step policy
    of active search (Garnett et al. 2012, ICML).
    """

    def utility(self, posterior: Posterior, rng: np.random.Generator) -> pd.Series[float]:  # noqa: ARG002
        """The expected worth; see `tools.prediction.acquisitions.base.Acquisition`."""
        return posterior.frame["hit_probability"].astype(float) * worth_of(posterior)


METHOD = Greedy
