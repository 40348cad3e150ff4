"""Log enrichment: how many times more hits than random picks of the same number."""

from __future__ import annotations

import math

from tools.replays.metrics.base import Outcome

CORRECTION = 0.5


class LogEnrichment:
    """ln((found + ½) / (expected + ½)), expected = hits · tested / library: what random picks find on average.

    A natural logarithm: 0 = as random, 0.69 = twice as many. The half keeps a screen without any hit found finite
    (Haldane 1956, Annals of Human Genetics 20:309); NaN where the library has no hit.
    """

    title = "log enrichment over random at the same budget"

    def value(self, outcome: Outcome) -> float:
        """The natural logarithm, 0 = as random; see `tools.replays.metrics.base.Metric`."""
        tested = sum(len(one.hit) for one in outcome.rounds)
        found = sum(int(one.hit.sum()) for one in outcome.rounds)
        if not outcome.hits or not outcome.library:
            return float("nan")
        expected = outcome.hits * tested / outcome.library
        return math.log((found + CORRECTION) / (expected + CORRECTION))


METHOD = LogEnrichment
