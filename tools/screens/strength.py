"""How strong effects are: on the side on which hits lie, and as quantiles."""

from __future__ import annotations

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
    return (values.rank(method="average") - 0.5) / max(len(values), 1)
