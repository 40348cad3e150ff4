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
        return log_enrichment(found, tested, outcome.hits, outcome.library)


def log_enrichment(found: int, tested: int, hits: int, library: int) -> float:
    """The metric from counts alone, where nobody asks which of the tested perturbations were the hits.

    Args:
        found: Hits among the tested perturbations.
        tested: How many perturbations were tested.
        hits: Hits in the whole library.
        library: Perturbations in the whole library.

    Returns:
        The natural logarithm; NaN where the library has no hit.
    """
    if not hits or not library:
        return float("nan")
    return math.log((found + CORRECTION) / (hits * tested / library + CORRECTION))


METHOD = LogEnrichment
