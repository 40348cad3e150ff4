"""Thompson sampling: one plausible world is drawn, and its best candidates are taken."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.prediction.acquisitions.base import seeded_order
from tools.prediction.records import Posterior


class Thompson:
    """Utility = one draw from N(mean, sd²) for each candidate, independently (Thompson 1933, Biometrika 25:285).

    u = mean + sd · ε, ε ~ N(0, 1), shape (candidates,), on the predictor's own scale of effects.
    Independent draws leave out the correlation between candidates, which a posterior of marginals does not hold.
    """

    def utility(self, posterior: Posterior, rng: np.random.Generator) -> pd.Series[float]:
        """A draw of the effect; see `tools.prediction.acquisitions.base.Acquisition`."""
        candidates = posterior.frame.index
        order = seeded_order(candidates, rng)
        noise = pd.Series(rng.standard_normal(len(order)), index=order).reindex(candidates)
        return (posterior.frame["mean"] + posterior.frame["sd"] * noise).astype(float)


METHOD = Thompson
