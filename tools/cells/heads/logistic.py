"""Logistic regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.cells.heads.base import FittedHead
from tools.cells.neighbourhood import Neighbourhood
from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes

STRENGTH, STEPS = 1.0, 200


@dataclass(frozen=True, eq=False)
class FittedLogistic:
    """A fit.

    Attributes:
        regression: Of scikit-learn.
        centre: Mean of the reference's vectors.
        width: Their root mean square distance from it.
    """

    regression: Any
    centre: Floats
    width: float

    def beliefs(self, vectors: Floats, near: Neighbourhood | None = None) -> Floats:  # noqa: ARG002 - the protocol's
        """See `tools.cells.heads.base.FittedHead`."""
        found = self.regression.predict_proba((vectors - self.centre) / self.width)
        return np.asarray(found, dtype=np.float32)


class Logistic:
    """Multinomial, ridge penalty, on vectors centred and scaled as a whole so that one strength fits all of them."""

    def fit(self, vectors: Floats, codes: Codes) -> FittedHead:
        """See `tools.cells.heads.base.Head`."""
        from sklearn.linear_model import LogisticRegression

        centre = vectors.mean(axis=0)
        width = max(float(np.sqrt(((vectors - centre) ** 2).sum(axis=1).mean())), 1e-9)
        regression = LogisticRegression(C=STRENGTH * len(np.unique(codes)), max_iter=STEPS)
        return FittedLogistic(regression.fit((vectors - centre) / width, codes), centre, width)


METHOD = Logistic
