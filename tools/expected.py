"""How many hits a list of hit probabilities promises."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Z80 = 1.2815515655446004
COMMON_DOUBT = 0.35
"""Relative error of a whole list's hit probabilities, as replays show it."""


@dataclass(frozen=True)
class ExpectedHits:
    """How many hits a list should hold.

    Attributes:
        mean: Expected number.
        low: Lower end of the interval.
        high: Upper end of the interval.
        level: Share of lists whose number of hits lies in the interval.
    """

    mean: float
    low: float
    high: float
    level: float = 0.8


def expected_count(probabilities: npt.NDArray[np.float64]) -> ExpectedHits:
    """The number of hits among draws of these probabilities, with an 80 % interval.

    The variance is that of independent draws, Σ p(1 − p), plus that of an error common to all of them: the whole
    level of the probabilities is known to about `COMMON_DOUBT` of itself.

    Args:
        probabilities: Hit probabilities, shape (n,).
    """
    mean = float(probabilities.sum())
    spread = float(np.sqrt((probabilities * (1 - probabilities)).sum() + (COMMON_DOUBT * mean) ** 2))
    low, high = mean - Z80 * spread, mean + Z80 * spread
    return ExpectedHits(mean, float(np.floor(max(low, 0.0))), float(np.ceil(min(high, len(probabilities)))))
