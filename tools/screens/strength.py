"""How strong effects are: on the side on which hits lie, and as quantiles."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.records import Side

VERSION = ("strength 1",)


def strength(estimates: pd.Series[float], side: Side) -> pd.Series[float]:
    """How far each effect lies on the side on which hits lie: larger is stronger.

    Args:
        estimates: Harmonised effects.
        side: ``high``, ``low``, or ``both`` for the absolute effect.
    """
    if side == "both":
        return estimates.abs()
    return estimates if side == "high" else -estimates


def quantile_ranks(values: pd.Series[float]) -> pd.Series[float]:
    """Mid-ranks on the open unit interval, (rank − ½) / n, ties at their mean rank.

    Args:
        values: Numbers of which only the order counts.
    """
    numbers = values.to_numpy(float)
    known, ranks = ~np.isnan(numbers), np.full(len(numbers), np.nan)
    ranks[known] = (mean_ranks(numbers[known]) - 0.5) / max(len(numbers), 1)
    return pd.Series(ranks, values.index)


def mean_ranks(values: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Ranks from 1, the lowest first; equal values share the mean of theirs.

    Args:
        values: Shape (n,), all of them numbers.
    """
    order = np.argsort(values)
    in_order = values[order]
    first = np.flatnonzero(np.r_[np.ones(min(len(values), 1), bool), in_order[1:] != in_order[:-1]])
    size = np.diff(np.r_[first, len(values)])
    ranks = np.empty(len(values))
    ranks[order] = np.repeat(first + (size + 1) / 2, size)
    return ranks
