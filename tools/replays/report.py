"""The report of a replay: the figures of its screens, and those over all of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.grades.judge import JudgeUsage
from tools.replays.figures_of_seeds import calibration_of, mean_of, pooled
from tools.replays.metrics.base import Outcome
from tools.replays.records import ScreenReport, plain
from tools.replays.reliability import ReliabilityBin, reliability

GENOME_WIDE = 5000
"""A library of more perturbations counts as genome-wide: a focused one is another game, and carries a plain mean."""


@dataclass(frozen=True)
class ReplayReport:
    """The figures of a replay.

    Attributes:
        setting: pool, siblings, text, rounds, seeds, hits_revealed, log_enrichment_of (which hits) and language_model,
            as they were.
        screens: One report for each screen.
        usage: What the language model took; None where none took part.
    """

    setting: Mapping[str, Any]
    screens: tuple[ScreenReport, ...]
    usage: JudgeUsage | None = field(default=None, kw_only=True)

    @property
    def genome_wide(self) -> tuple[ScreenReport, ...]:
        """The screens with a library of more than `GENOME_WIDE` perturbations."""
        return tuple(one for one in self.screens if one.library_size > GENOME_WIDE)

    def mean(self) -> dict[str, float]:
        """Means over screens, those left out where a figure cannot be told.

        A focused library carries a plain mean, so there are means over genome-wide screens alone: of log enrichment,
        and as geometric means of the enrichment itself, exp(mean of the logarithms), 1 = as random.
        """
        figures = {
            "hit_ratio_specific": _mean(one.hit_ratio_specific.mean for one in self.screens),
            "hit_ratio_nonessential": _mean(one.hit_ratio_nonessential.mean for one in self.screens),
            "log_enrichment": _mean(one.log_enrichment for one in self.screens),
            "log_enrichment_first": _mean(one.log_enrichment_first for one in self.screens),
        }
        if wide := self.genome_wide:
            last, first = (_mean(one.log_enrichment for one in wide), _mean(one.log_enrichment_first for one in wide))
            figures |= {"log_enrichment_genome_wide": last, "log_enrichment_first_genome_wide": first}
            figures |= {"enrichment_genome_wide": math.exp(last), "enrichment_first_genome_wide": math.exp(first)}
        return figures

    def calibration(self, after: int = 0) -> dict[str, float]:
        """The figures on probabilities over the nominations of all screens: those of one hardly tell a slope.

        Args:
            after: How many first rounds to leave out.
        """
        return calibration_of(pooled(self._outcomes(), after))

    def reliability(self) -> tuple[ReliabilityBin, ...]:
        """How often nominations of all screens hit, by the hit probability that they were given."""
        return reliability(pooled(self._outcomes()).rounds)

    def _outcomes(self) -> list[Outcome]:
        return [outcome for screen in self.screens for outcome in screen.outcomes]

    def to_json(self) -> dict[str, Any]:
        """The keys of ``replay --json`` and ``benchmark biodiscovery --json``."""
        return {
            "setting": dict(self.setting),
            "screens": [screen.to_json() for screen in self.screens],
            "mean": {name: plain(value) for name, value in self.mean().items()},
            "calibration": {name: plain(value) for name, value in self.calibration().items()},
            "calibration_learnt": {name: plain(value) for name, value in self.calibration(after=1).items()},
            "reliability": [one.to_json() for one in self.reliability()],
            **({} if self.usage is None else {"usage": self.usage.to_json()}),
        }


def _mean(values: Iterable[float]) -> float:
    return mean_of(value for value in values if math.isfinite(value))
