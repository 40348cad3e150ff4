"""Reliability: whether nominations hit as often as their hit probabilities said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.replays.metrics.base import RoundOutcome

BINS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)
"""Finer where most nominations lie."""


@dataclass(frozen=True)
class ReliabilityBin:
    """Nominations of about the same hit probability, over all rounds and seeds.

    Attributes:
        low: Lower end of the bin.
        high: Upper end of it.
        nominations: How many there were.
        expected: Their mean hit probability.
        observed: Share of them that were hits.
    """

    low: float
    high: float
    nominations: int
    expected: float
    observed: float

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {key: value if key == "nominations" else round(value, 6) for key, value in vars(self).items()}


def reliability(rounds: Sequence[RoundOutcome]) -> tuple[ReliabilityBin, ...]:
    """The points of a reliability plot; bins without nominations are left out.

    Args:
        rounds: Nominations with their probabilities and what came of them.
    """
    if not rounds:
        return ()
    p = np.concatenate([one.probability for one in rounds])
    hit = np.concatenate([one.hit for one in rounds])
    bins = np.clip(np.searchsorted(BINS, p, side="right") - 1, 0, len(BINS) - 2)
    found = []
    for i in np.unique(bins).tolist():
        inside = bins == i
        observed, expected = float(hit[inside].mean()), float(p[inside].mean())
        found.append(ReliabilityBin(BINS[i], BINS[i + 1], int(inside.sum()), expected, observed))
    return tuple(found)
