"""False discovery rates of many tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]


def false_discovery_rates(p: Floats) -> npt.NDArray[np.float64]:
    """False discovery rates: min over j ≥ i of p₍ⱼ₎ m / j, at most one (Benjamini and Hochberg 1995).

    Args:
        p: p-values of all m tests, those that came to nothing included, shape (n,); NaN stays NaN and does not count.

    Returns:
        Shape (n,), in the order of `p`.
    """
    # Half a second to import, for callers that mostly do something else.
    from scipy.stats import false_discovery_control

    values = np.asarray(p, dtype=np.float64)
    known = ~np.isnan(values)
    rates = np.full(values.shape, np.nan)
    rates[known] = false_discovery_control(values[known])
    return rates
