"""How strong effects are in a whole library, guessed from results that were chosen because they should be strong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.records import Question, Side
from tools.prediction.calibration import lowest
from tools.prediction.records import Rounds
from tools.screens.hit_rules import foreseen_share
from tools.screens.strength import strength

Vector = npt.NDArray[np.floating[Any]]

FEW = 32
"""With fewer results nothing is said on the library."""
PULL, PULL_DOUBT = 0.09, 0.08
"""What a standard deviation of score adds to ln(strength), and its doubt: −.00 to .28 in fourteen whole screens."""
BULK = 0.8
"""Results beyond this quantile count as no more than that: the hits among them tell nothing of the rest."""
LEAST = 0.05
"""Results below this quantile count as that: the logarithm of next to nothing is no measure."""
FIRST_STEPS = (0.3, 0.1, 0.3)


@dataclass(frozen=True)
class LibraryStrengths:
    """The distribution of strengths in a library: ln v = level + pull · score + e / shape on the side asked for.

    e is the logarithm of an exponential variable, so that v is Weibull distributed at each score (the accelerated
    failure times of Kalbfleisch and Prentice 2002). Genes of high scores are stronger, hits or not, and results are
    of genes of high scores: the pull takes that out.

    Attributes:
        level: ln(strength) at score 0 beyond which 1/e lie.
        pull: What one unit of score adds to it.
        shape: 1.2 for normal effects; the smaller, the heavier the tail.
        on_side: Share of the results that lie on the side.
        scores: Scores of the library, shape (n,).
    """

    level: float
    pull: float
    shape: float
    on_side: float
    scores: npt.NDArray[np.float64]

    @classmethod
    def guessed(cls, strengths: Vector, scores: Vector, library: Vector, side: Side) -> Self | None:
        """The distribution that makes the results likeliest, with a normal prior on the pull.

        Args:
            strengths: Of the results, as `tools.screens.strength.strength` gives, shape (m,).
            scores: What was expected of them beforehand, in standard deviations over the library, shape (m,).
            library: The same of the whole library, shape (n,).
            side: Side on which hits lie.

        Returns:
            None where fewer than `FEW` results lie on the side, or all are equal.
        """
        if len(strengths) < FEW:
            return None
        # Scores that are a log p of one side have one sign only: for them the sign says nothing on the side.
        there = strengths != 0 if side == "both" or _one_sign(strengths) else strengths > 0
        if int(there.sum()) < FEW or np.ptp(np.abs(strengths[there])) == 0:
            return None
        sizes = np.log(np.abs(strengths[there]))
        low, high = np.quantile(sizes, (LEAST, BULK))
        level, pull, shape = _likeliest(np.clip(sizes, low, high), sizes >= high, scores[there])
        return cls(level, pull, shape, float(there.mean()), np.asarray(library, dtype=np.float64))

    def beyond(self, bound: float) -> float:
        """Share of the library whose strength is a bound or more.

        Args:
            bound: A strength above 0.
        """
        exponent = self.shape * (np.log(bound) - self.level - self.pull * self.scores)
        return float(self.on_side * np.exp(-np.exp(np.minimum(exponent, 50.0))).mean())

    def bound(self, share: float) -> float:
        """The strength beyond which a share of the library lies, by bisection.

        Args:
            share: Between 0 and 1; what is more than lies on the side gives the lowest strength.
        """
        low, high = (
            self.level - 20.0,
            self.level + abs(self.pull) * float(np.abs(self.scores).max()) + 20.0 / self.shape,
        )
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if self.beyond(float(np.exp(middle))) > share else (low, middle)
        return float(np.exp((low + high) / 2))


def _one_sign(strengths: Vector) -> bool:
    return bool(strengths.min() >= 0 or strengths.max() <= 0)


def _likeliest(sizes: Vector, beyond: npt.NDArray[np.bool_], scores: Vector) -> tuple[float, float, float]:
    """Level, pull and shape of the largest posterior, for ln(strength); of those `beyond` only the least is known."""

    def loss(at: Vector) -> float:
        level, pull, log_shape = at
        exponent = np.minimum(np.exp(log_shape) * (sizes - level - pull * scores), 50.0)
        likelihood = np.where(beyond, 0.0, log_shape + exponent) - np.exp(exponent)
        return float(0.5 * ((pull - PULL) / PULL_DOUBT) ** 2 - likelihood.sum())

    start = np.array([float(sizes.mean()) - PULL * float(scores.mean()), PULL, 0.2])
    level, pull, log_shape = lowest(loss, start, FIRST_STEPS, 1e-4)
    return float(level), float(pull), float(np.exp(log_shape))


def plain_bound(strengths: Vector, share: float, side: Side) -> float | None:
    """The strength beyond which a share of the library lies, if the results are like all of it.

    Args:
        strengths: Of the results, shape (m,).
        share: Between 0 and 1.
        side: Side on which hits lie.

    Returns:
        None where the results tell nothing.
    """
    nothing = np.zeros(len(strengths))
    library = LibraryStrengths.guessed(strengths, nothing, nothing, side)
    return None if library is None else library.bound(share)


def hits_of(rounds: Rounds, question: Question) -> tuple[str, ...]:
    """Revealed perturbations that count as hits, strongest first, where nothing but themselves tells what is strong.

    Args:
        rounds: Effects revealed so far; a column ``hit`` says which are hits, otherwise a bound is guessed.
        question: What is looked for.
    """
    effects = rounds.effects
    if effects.empty:
        return ()
    side = question.side
    values = strength(effects["estimate"].astype(float), side).to_numpy(float)
    strengths = pd.Series(values, index=pd.Index(effects["perturbation"], dtype=object))
    if "hit" in effects:
        chosen = strengths[effects["hit"].to_numpy(bool)]
    else:
        rate = foreseen_share(question.hit_rule, side).share
        bound = plain_bound(values, rate, side)
        chosen = strengths.iloc[:0] if bound is None else strengths[strengths >= bound]
    return tuple(chosen.sort_index().sort_values(ascending=False, kind="stable").index)
