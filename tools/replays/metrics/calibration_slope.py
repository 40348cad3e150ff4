"""Calibration slope: whether nominations that were said to be likelier were likelier."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from tools.replays.metrics.base import Outcome


class CalibrationSlope:
    """The slope b of the logistic regression hit ~ a + b · logit(probability) over all nominations, unpenalised.

    With p and y of shape (n,) over all rounds, (a, b) maximise Σ y ln q + (1 − y) ln(1 − q), q = logistic(a +
    b · ln(p / (1 − p))); p is kept 1e-6 away from 0 and 1. The slope has no unit: 1 = as it should be, below 1 = too
    confident, above 1 = too timid (Cox 1958, Biometrika 45:562). Solved by Newton's method.
    """

    title = "calibration slope on nominations"

    def value(self, outcome: Outcome) -> float:
        """The slope; NaN where nominations were all hits or none, had one probability, or are split by it cleanly."""
        p = np.clip(np.concatenate([one.probability for one in outcome.rounds] or [np.zeros(0)]), 1e-6, 1 - 1e-6)
        hit = np.concatenate([one.hit for one in outcome.rounds] or [np.zeros(0, bool)]).astype(float)
        x = np.log(p / (1 - p))
        if len(x) == 0 or hit.min() == hit.max() or np.ptp(x) < 1e-9:
            return float("nan")
        return _slope(x, hit)


def _slope(x: np.ndarray, hit: np.ndarray) -> float:
    columns = np.column_stack([np.ones_like(x), x])
    beta = np.zeros(2)
    for _ in range(100):
        p = expit(columns @ beta)
        curvature = columns.T @ (columns * np.maximum(p * (1 - p), 1e-12)[:, None])
        step = np.linalg.solve(curvature, columns.T @ (hit - p))
        beta = beta + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-10:
            return float(beta[1])
    # Hits and misses are separated by the probability: the slope has no finite maximum.
    return float("nan")


METHOD = CalibrationSlope
