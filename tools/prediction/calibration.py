"""From a ranking to hit probabilities that keep their word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.records import Question
from tools.screens.hit_rules import foreseen_share

Vector = npt.NDArray[np.floating[Any]]

LINEAR_TO = 2.0
"""Beyond this many standard deviations of score, odds grow far slower than the score: of the best hundred of a library
the first are hardly likelier than the last."""
DOUBT_OF_BOUND, DOUBT_OF_PROMISE = 0.25, 0.7
"""Standard deviations, over whole screens, of ln(guessed bound) and of ln(hits found / promised)."""
Z80 = 1.2815515655446004
FIRST_STEPS = (-0.5, 0.2, -0.3)
"""First steps of the search for intercept, slope and ln(hits in the library)."""
MOST_STEPS = 599
LEAST_SLOPE = 0.05
"""A flatter curve would leave the ranking to rounding."""
DOUBT_OF_INTERCEPT = 1.0
DOUBT_OF_SLOPE = 0.5
OPEN = 0.5
"""Doubt of ln(hits in the library) from which on the slope is held more firmly, in proportion."""
MARGIN = 0.05
"""By how much found and foreseen hits may exceed the total, in ln."""


def agreed_bound(guessed: float, strengths: Vector, promised: float) -> float:
    """Where hits begin, between what the bulk of the results lets guess and how many hits were promised among them.

    The bound t minimises (ln t − ln guessed)² / `DOUBT_OF_BOUND`² + (ln found(t) − ln promised)² / `DOUBT_OF_PROMISE`²,
    on a grid, with half a hit added to both numbers.

    Args:
        guessed: The guess, as `tools.prediction.library_strengths.LibraryStrengths.bound` gives it.
        strengths: Of the results, shape (n,).
        promised: Hits that were promised among them.
    """
    steps = np.linspace(-1.0, 1.0, 41)
    bounds = guessed * np.exp(steps)
    found = (strengths[None, :] >= bounds[:, None]).sum(axis=1)
    surprise = np.log((found + 0.5) / (promised + 0.5))
    return float(bounds[np.argmin((steps / DOUBT_OF_BOUND) ** 2 + (surprise / DOUBT_OF_PROMISE) ** 2)])


def logistic(x: Vector) -> Vector:
    """1 / (1 + e^−x)."""
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -40, 40))), dtype=float)


def squeezed(scores: Vector) -> Vector:
    """Standardised scores in which what lies above c = `LINEAR_TO` counts by its logarithm: c + ln(1 + score − c).

    Args:
        scores: Standardised scores.
    """
    return np.where(scores > LINEAR_TO, LINEAR_TO + np.log1p(np.maximum(scores - LINEAR_TO, 0.0)), scores)


def intercept_for(scores: Vector, slope: float, rate: float) -> float:
    """The intercept a at which the mean of logistic(a + slope · score) is `rate`, by bisection.

    Args:
        scores: Standardised scores of the whole library.
        slope: Log-odds for one unit of score.
        rate: Share of the library that are hits.
    """
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if logistic(middle + slope * scores).mean() < rate else (low, middle)
    return (low + high) / 2


@dataclass(frozen=True)
class Curve:
    """Hit probability by score: floor + (1 − floor) · logistic(intercept + slope · score).

    Attributes:
        intercept: Log-odds at score 0, above the floor.
        slope: Log-odds for one unit of score.
        floor: Probability of the hits that no score foresees, such as those of a noisy list.
    """

    intercept: float
    slope: float
    floor: float = 0.0

    def probability(self, scores: Vector) -> Vector:
        """Hit probabilities.

        Args:
            scores: Standardised scores.
        """
        return np.asarray(self.floor + (1 - self.floor) * logistic(self.intercept + self.slope * scores), dtype=float)

    def log_odds(self, scores: Vector) -> Vector:
        """Log-odds of being a hit.

        Args:
            scores: Standardised scores.
        """
        p = np.clip(self.probability(scores), 1e-9, 1 - 1e-9)
        return np.asarray(np.log(p) - np.log1p(-p), dtype=float)


def first_curve(scores: Vector, slope: float, rate: float) -> Curve:
    """The curve before any result: without a floor, and with a mean of `rate` over the library.

    Args:
        scores: Standardised scores of the whole library.
        slope: Log-odds for one unit of score.
        rate: Share of the library that are hits.
    """
    return Curve(intercept_for(scores, slope, rate), slope)


def learnt_curve(
    first: Curve, scores: Vector, held_out: Vector, hits: npt.NDArray[np.bool_], total: float, doubt: float
) -> Curve:
    """The curve after seeing which of the revealed were hits.

    Intercept, slope and the number of hits in the library maximise the likelihood of the revealed hits, with normal
    priors around those of `first` and a Laplace one of ln(hits) around `total`; found and foreseen hits together do not
    exceed that number. Whatever of the total is neither found nor foreseen is spread evenly over the candidates: that
    is the floor. So the curve follows the results where results were looked for, at the top, and the hit rule
    elsewhere, as far as the rule promises anything. Where it promises little, many hits at the top are first of all a
    sign that hits are common: only the top is seen, and a slope that took the credit would empty the rest.

    Args:
        first: The curve before any result.
        scores: Scores of the candidates that are left, shape (n,).
        held_out: Scores of the revealed, each predicted without its own effect, shape (m,).
        hits: Which of them are hits, shape (m,).
        total: Hits expected in the whole library.
        doubt: Scale of the Laplace prior on ln(total).
    """
    if len(held_out) == 0:
        return first
    found, everything = float(hits.sum()), len(scores) + len(held_out)
    doubt_of_slope = DOUBT_OF_SLOPE * min(1.0, OPEN / doubt)

    def curve(at: Vector) -> tuple[Curve, float]:
        intercept, slope, library = float(at[0]), max(abs(float(at[1])), LEAST_SLOPE), min(np.exp(at[2]), everything)
        foreseen = logistic(intercept + slope * scores)
        left = max(library - found, 0.1 * library * len(scores) / everything)
        floor = max(left - foreseen.sum(), 0.0) / max(len(scores) - foreseen.sum(), 1e-9)
        return Curve(intercept, slope, float(floor)), float(foreseen.sum())

    def loss(at: Vector) -> float:
        made, foreseen = curve(at)
        p = np.clip(made.probability(held_out), 1e-9, 1 - 1e-9)
        likelihood = float(np.where(hits, np.log(p), np.log1p(-p)).sum())
        normal = ((at[0] - first.intercept) / DOUBT_OF_INTERCEPT) ** 2 + ((at[1] - first.slope) / doubt_of_slope) ** 2
        # Laplace: the total stays as promised until the results speak clearly against it, and then goes far.
        laplace = abs(at[2] - np.log(total)) / doubt
        beyond = max((np.log(foreseen + found) - at[2]) / MARGIN, 0.0)
        return float(0.5 * (normal + beyond**2) + laplace - likelihood)

    return curve(lowest(loss, np.array([first.intercept, first.slope, np.log(total)]), FIRST_STEPS, 1e-3))[0]


def lowest(
    loss: Callable[[Vector], float], start: Vector, steps: Sequence[float], tolerance: float
) -> npt.NDArray[np.float64]:
    """Where a function of a few numbers is lowest, by the simplex of Nelder and Mead (1965).

    Args:
        loss: The function.
        start: Where the search begins, shape (n,).
        steps: First steps, shape (n,): the usual ones are shares of the start, and a start of 0 would never be left.
        tolerance: Of the place and of the function, at which the search ends.
    """
    from scipy.optimize import minimize  # takes .4 s to import, and not every command fits

    simplex = np.vstack([start, start + np.diag(steps)])
    options = {"initial_simplex": simplex, "xatol": tolerance, "fatol": tolerance, "maxiter": MOST_STEPS}
    return np.asarray(minimize(loss, start, method="Nelder-Mead", options=options).x, dtype=np.float64)


def interval(log_odds: Vector, deviation: Vector) -> tuple[Vector, Vector]:
    """80 % interval of a probability whose log-odds are normal.

    Args:
        log_odds: Means, shape (n,).
        deviation: Standard deviations, shape (n,).
    """
    return logistic(log_odds - Z80 * deviation), logistic(log_odds + Z80 * deviation)


def posterior_frame(
    candidates: pd.Index[str],
    *,
    mean: Vector,
    sd: Vector,
    log_odds: Vector,
    deviation: Vector,
    support: Vector,
    known: npt.NDArray[np.bool_],
    question: Question,
) -> pd.DataFrame:
    """The frame of a posterior; candidates without features get the base rate and no support.

    Args:
        candidates: Names, shape (n,); all further arrays likewise.
        mean: Expected effect on the predictor's scale.
        sd: Its standard deviation.
        log_odds: Log-odds of being a hit.
        deviation: Standard deviation of the log-odds.
        support: How much evidence speaks, 0 to 1.
        known: Whether the candidate has features.
        question: Its hit rule gives the base rate.
    """
    rate = foreseen_share(question.hit_rule, question.side).share
    blank = np.log(rate / (1 - rate))
    odds = np.where(known, log_odds, blank)
    low, high = interval(odds, np.where(known, deviation, 1.0))
    return pd.DataFrame(
        {
            "mean": np.where(known, mean, 0.0),
            "sd": np.where(known, sd, sd.max(initial=0.0) or 1.0),
            "hit_probability": logistic(odds),
            "low": low,
            "high": high,
            "support": np.where(known, support, 0.0),
        },
        index=candidates,
    )
