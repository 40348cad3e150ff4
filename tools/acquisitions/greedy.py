"""Greedy: the candidates that are most likely hits."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.predictors.base import Posterior


class Greedy:
    """Utility = hit probability: the most hits expected of the next round, nothing spent on learning."""

    def utility(self, posterior: Posterior, rng: np.random.Generator) -> pd.Series[float]:  # noqa: ARG002
        """The hit probability; see `tools.acquisitions.base.Acquisition`."""
        return posterior.frame["hit_probability"].astype(float)


METHOD = Greedy
