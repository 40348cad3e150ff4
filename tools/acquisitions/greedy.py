"""Greedy: the candidates that are most likely hits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.predictors.base import Posterior


class Greedy:
    """Utility = hit probability · worth of a hit: the most of worth that is expected of the next round.

    Nothing is spent on learning. Where the predictor says nothing on worth, each hit is worth 1.
    """

    def utility(self, posterior: Posterior, rng: np.random.Generator) -> pd.Series[float]:  # noqa: ARG002
        """The expected worth; see `tools.acquisitions.base.Acquisition`."""
        frame = posterior.frame
        utility = frame["hit_probability"].astype(float)
        return utility * frame["worth"].astype(float) if "worth" in frame else utility


METHOD = Greedy
