"""The scale of a campaign: the spread of the negative controls of its earliest contrast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from db.campaigns.results import controls_of_contrast
from db.store import Store

NORMAL_MAD = 1.4826
"""A normal distribution's standard deviation over its median absolute deviation."""


@dataclass(frozen=True)
class Scale:
    """Where a contrast's negative controls lie: their median, their spread (1.4826 × MAD) and how many they are."""

    centre: float
    spread: float
    count: int

    @classmethod
    def of(cls, controls: pd.Series[float]) -> Scale:
        """The scale of controls' estimates; spread 0 where there are none or all are equal."""
        values = controls.astype(float)
        if values.empty:
            return cls(0.0, 0.0, 0)
        centre = float(values.median())
        return cls(centre, NORMAL_MAD * float((values - centre).abs().median()), len(values))


def reference_scale(store: Store, contrasts: Mapping[int, int], before: int | None = None) -> Scale:
    """The scale of the earliest contrast that has negative controls; rounds later than it were placed on it.

    Args:
        store: The store.
        contrasts: Number of the round → contrast id.
        before: Only rounds of lower numbers; all where None.
    """
    for number in sorted(contrasts):
        if before is None or number < before:
            scale = Scale.of(controls_of_contrast(store, contrasts[number]))
            if scale.spread > 0:
                return scale
    return Scale(0.0, 0.0, 0)
