"""Observed over expected: whether as many hits came as the probabilities promised."""

from __future__ import annotations

from tools.replays.metrics.base import Outcome


class ObservedOverExpected:
    """Hits among the nominations / the sum of their hit probabilities; 1 = as promised.

    Σ y / Σ p over the nominations of all rounds, no unit: above 1 = more hits than promised; NaN where none was
    promised. It is calibration in the large, as a ratio (Steyerberg et al. 2010, Epidemiology 21:128).
    """

    title = "observed over expected hits"

    def value(self, outcome: Outcome) -> float:
        """The ratio; see `tools.replays.metrics.base.Metric`."""
        expected = sum(float(one.probability.sum()) for one in outcome.rounds)
        found = sum(int(one.hit.sum()) for one in outcome.rounds)
        return found / expected if expected > 0 else float("nan")


METHOD = ObservedOverExpected
