"""The power of one test: an estimate over the spread of the null, which is known or told by a number of controls.

T = X / ŝ with X ~ N(μ, σ²) and ŝ the standard deviation of n controls from N(0, s²), so that under the null T has
Student's t with n − 1 degrees of freedom. As T = (σ/s) · t′ with t′ noncentral t of noncentrality μ/σ,
P(T > c) = P(t′ > c s/σ). Without controls to count, both are normal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Test:
    """How an effect is told from none.

    Attributes:
        degrees: Degrees of freedom of the spread; infinite where it is known from very many.
        one_sided: Whether only effects of the wished sign are looked for.
    """

    degrees: float = inf
    one_sided: bool = False

    def bound(self, p: float) -> float:
        """The least |T| that is called at p.

        Args:
            p: p-value that is just called.
        """
        from scipy.special import ndtri, stdtrit

        tail = p if self.one_sided else p / 2
        return float(-ndtri(tail) if np.isinf(self.degrees) else -stdtrit(self.degrees, tail))

    def p_of(self, statistics: Floats) -> npt.NDArray[np.float64]:
        """p-values of statistics.

        Args:
            statistics: T, those of the wished sign positive.
        """
        from scipy.special import ndtr, stdtr

        values = -np.asarray(statistics, float) if self.one_sided else -np.abs(statistics)
        tail = ndtr(values) if np.isinf(self.degrees) else stdtr(self.degrees, values)
        return np.asarray(tail if self.one_sided else 2 * tail)

    def power(self, p: float, effect: float, spread: float, null_spread: float) -> float:
        """Probability that an effect is called.

        Args:
            p: p-value that is just called.
            effect: Mean of the estimate, zero or above.
            spread: Standard deviation of the estimate of a true effect.
            null_spread: Standard deviation of the estimate where there is none.
        """
        bound = self.bound(p) * null_spread / spread
        above = self._above(bound, effect / spread)
        return above if self.one_sided else above + self._above(bound, -effect / spread)

    def _above(self, bound: float, shift: float) -> float:
        from scipy.special import nctdtr, ndtr

        if np.isinf(self.degrees):
            return float(ndtr(shift - bound))
        # The lower tail of −T: an upper tail as a difference from one would lose its digits.
        found = float(nctdtr(self.degrees, -shift, -bound))
        # Not a number where the tail is below any digit.
        return found if isfinite(found) else float(shift > bound)


def solved(reached: Callable[[float], float], wish: float, low: float, high: float) -> float | None:
    """Where something that grows reaches a wish; None where it does not up to `high`.

    Args:
        reached: Grows with its argument.
        wish: What it is to reach.
        low: Where to begin; given back if the wish is met there already.
        high: Where to end.
    """
    from scipy.optimize import brentq

    if reached(low) >= wish:
        return low
    if reached(high) < wish:
        return None
    found = brentq(lambda x: reached(float(np.exp(x))) - wish, np.log(low), np.log(high), xtol=1e-7)
    return float(np.exp(found))
