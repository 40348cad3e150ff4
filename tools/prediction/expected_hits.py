"""How many hits a list should hold: the sum of its probabilities, with an interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from db.campaigns.records import LEVEL, Expected
from tools.screens.hit_rules import foreseen_share

COMMON_DOUBT = 0.3
"""Standard deviation of an error in log-odds that all probabilities of a list share: a predictor that promises too
much of one gene promises too much of its neighbours. Measured by replays (docs/predictors.md)."""
DOUBT_AT_FIRST, DOUBT_OF_RATE = 0.8, 1.0
"""What is added before any result, when nothing says how well screens like this one are foreseen; more where the hit
rule does not say either how common hits are."""
RESULTS_THAT_HALVE_IT = 64
NODES = 15


def common_doubt(hit_rule: str, results: int) -> float:
    """Standard deviation of the error that the log-odds of a list's probabilities share.

    Args:
        hit_rule: A rule such as ``top 5%`` says how common hits are; others leave that to the results.
        results: Perturbations that are measured.
    """
    first = DOUBT_AT_FIRST if foreseen_share(hit_rule).promised else DOUBT_OF_RATE
    return math.hypot(COMMON_DOUBT, first / (1 + results / RESULTS_THAT_HALVE_IT))


def hit_count_distribution(probabilities: Sequence[float]) -> npt.NDArray[np.float64]:
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


def doubted_distribution(probabilities: Sequence[float], doubt: float = COMMON_DOUBT) -> npt.NDArray[np.float64]:
    """Probability of each number of hits where one error is common to all probabilities.

    The log-odds of all are off by the same δ ~ N(0, `doubt`²); the Poisson-binomial distributions at the nodes of a
    Gauss-Hermite quadrature over δ are mixed by its weights.

    Args:
        probabilities: Hit probability of each nomination, shape (n,).
        doubt: Standard deviation of the common error of the log-odds; 0 for none.

    Returns:
        Shape (n + 1,), summing to 1.
    """
    p = np.clip(np.asarray(probabilities, dtype=float), 0.0, 1.0)
    if doubt <= 0:
        return hit_count_distribution(list(p))
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    with np.errstate(divide="ignore"):
        odds = np.log(p) - np.log1p(-p)
    mixed = np.zeros(len(p) + 1)
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        mixed += weight * hit_count_distribution(list(1 / (1 + np.exp(-(odds + doubt * node)))))
    return mixed


def expected_of(probabilities: Sequence[float], level: float = LEVEL, doubt: float = COMMON_DOUBT) -> Expected:
    """The hits that nominations of these probabilities should give.

    The interval is central: each tail beyond it holds at most half of 1 − level. Genes of one pathway hit together
    and a predictor errs on all of them alike, so the interval is that of hits with a doubt in common.

    Args:
        probabilities: Hit probability of each nomination.
        level: Share of the interval.
        doubt: Standard deviation of the common error of the log-odds.
    """
    if not len(probabilities):
        return Expected(0.0, 0.0, 0.0, level)
    cumulative = np.cumsum(doubted_distribution(probabilities, doubt))
    tail = (1.0 - level) / 2.0
    low = int(np.searchsorted(cumulative, tail))
    high = int(np.searchsorted(cumulative, 1.0 - tail))
    return Expected(float(np.sum(probabilities)), float(low), float(min(high, len(probabilities))), level)
