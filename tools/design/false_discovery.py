"""Power at a false discovery rate: which p-value the procedure of Benjamini and Hochberg stops at.

With many tests, a share π of which are true effects found with power β(α) at p ≤ α, the procedure at rate q rejects
p ≤ α*, the largest α with α = q (π β(α) + (1 − π) α) (Genovese & Wasserman 2002, J. R. Stat. Soc. B 64:499). Solved
for α with β as wished for, this says what each test has to reach (as Jung 2005, Bioinformatics 21:3097, and Liu & Hwang
2007, Bioinformatics 23:739, do). The share of false ones among what is found is then q (1 − π).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
_STEPS = 400
_CLOSE = 1e-10


def p_for_power(fdr: float, share: float, power: float) -> float:
    """The p-value at which the procedure stops when the true effects are found with a power.

    Args:
        fdr: The rate that the procedure is run at.
        share: Share of the tests that are true effects.
        power: Share of these that are found.
    """
    return fdr * share * power / (1 - fdr * (1 - share))


def power_at_rate(power_at_p: Callable[[float], float], fdr: float, share: float) -> float:
    """The power that a procedure reaches at a rate: the largest fixed point, come to from above.

    Args:
        power_at_p: Power of one test when p ≤ α is called; grows with α.
        fdr: The rate that the procedure is run at.
        share: Share of the tests that are true effects.
    """
    power = 1.0
    for _ in range(_STEPS):
        found = power_at_p(p_for_power(fdr, share, power))
        if abs(found - power) < _CLOSE:
            return found
        power = found
    return power


def called(p: Floats, fdr: float) -> npt.NDArray[np.bool_]:
    """Which tests the procedure of Benjamini and Hochberg rejects.

    Args:
        p: p-values of all tests, shape (n,).
        fdr: The rate.
    """
    ordered = np.sort(p)
    under = np.flatnonzero(ordered <= fdr * np.arange(1, len(p) + 1) / len(p))
    return p <= ordered[under[-1]] if len(under) else np.zeros(len(p), bool)
