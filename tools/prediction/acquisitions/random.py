"""Random: every candidate is worth a draw of its own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.prediction.acquisitions.base import seeded_order
from tools.prediction.records import Posterior


class Random:
    """Utility drawn uniformly, u ~ U(0, 1): the control that every other acquisition has to beat.

    Shape (candidates,), no unit. The draws depend on seed and names alone, so the shortlist is a simple random sample
    of the candidates, whatever the posterior says and in whatever order it came.
    """

    def utility(self, posterior: Posterior, rng: np.random.Generator) -> pd.Series[float]:
        """A draw for each candidate; see `tools.prediction.acquisitions.base.Acquisition`."""
        candidates = posterior.frame.index
        order = seeded_order(candidates, rng)
        return pd.Series(rng.random(len(order)), index=order).reindex(candidates)


METHOD = Random
