"""Upper confidence bound: strong candidates, and uncertain ones that may turn out strong."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.predictors.base import Posterior

DEVIATIONS = 1.0


class UpperConfidenceBound:
    """Utility = mean + k · sd of the effect, with k = `DEVIATIONS` (Auer 2002; GP-UCB, Srinivas et al. 2010)."""

    def utility(self, posterior: Posterior, rng: np.random.Generator) -> pd.Series[float]:  # noqa: ARG002
        """The upper bound of the effect; see `tools.acquisitions.base.Acquisition`."""
        return (posterior.frame["mean"] + DEVIATIONS * posterior.frame["sd"]).astype(float)


METHOD = UpperConfidenceBound
