"""How many hits a list should hold: the sum of its probabilities, with an interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEVEL = 0.8


@dataclass(frozen=True)
class Expected:
    """A number of hits that is expected, with the interval that holds it at `level`.

    Attributes:
        mean: Sum of the probabilities.
        low: Lower end, a whole number of hits.
        high: Upper end, a whole number of hits.
        level: How often the number of hits lies in the interval, at least.
    """

    mean: float
    low: float
    high: float
    level: float = LEVEL


def hit_count_distribution(probabilities: Sequence[float]) -> np.ndarray:
    """Probability of 0, 1, …, n hits among n nominations that hit independently (Poisson-binomial).

    The generating function Π (1 − pᵢ + pᵢ x) is multiplied out factor by factor, which is exact.

    Args:
        probabilities: Hit probability of each nomination, shape (n,).

    Returns:
        Shape (n + 1,), summing to 1.
    """
    counts = np.ones(1)
    for probability in probabilities:
        counts = np.convolve(counts, (1.0 - probability, probability))
    return counts


def expected_of(probabilities: Sequence[float], level: float = LEVEL) -> Expected:
    """The hits that nominations of these probabilities should give.

    The interval is central: each tail beyond it holds at most half of 1 − level. It takes the probabilities as they
    are and the hits as independent; genes of one pathway hit together, so the truth is somewhat wider.

    Args:
        probabilities: Hit probability of each nomination.
        level: Share of the interval.
    """
    if not len(probabilities):
        return Expected(0.0, 0.0, 0.0, level)
    cumulative = np.cumsum(hit_count_distribution(probabilities))
    tail = (1.0 - level) / 2.0
    low = int(np.searchsorted(cumulative, tail))
    high = int(np.searchsorted(cumulative, 1.0 - tail))
    return Expected(float(np.sum(probabilities)), float(low), float(min(high, len(probabilities))), level)
