"""The report of a replay: the figures of its screens, and those over all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.grades.judge import JudgeUsage
from tools.replays.figures_of_seeds import calibration_of, mean_of, pooled
from tools.replays.metrics.base import Outcome
from tools.replays.records import ScreenReport, plain
from tools.replays.reliability import ReliabilityBin, reliability
from tools.replays.target import SMALL_LIBRARY


@dataclass(frozen=True)
class ReplayReport:
    """The figures of a replay.

    Attributes:
        setting: pool, siblings, text, rounds, seeds and language_model, as they were.
        screens: One report for each screen.
        usage: What the language model took; None where none took part.
    """

    setting: Mapping[str, Any]
    screens: tuple[ScreenReport, ...]
    usage: JudgeUsage | None = field(default=None, kw_only=True)

    def mean(self) -> dict[str, float]:
        """Means over screens; a focused library carries a plain mean, so there is one without such."""
        wide = [one for one in self.screens if one.library_size >= SMALL_LIBRARY]
        figures = {
            "hit_ratio_nonessential": mean_of(one.hit_ratio_nonessential.mean for one in self.screens),
            "log_enrichment": mean_of(one.log_enrichment for one in self.screens),
        }
        if 0 < len(wide) < len(self.screens):
            figures["log_enrichment_genome_wide"] = mean_of(one.log_enrichment for one in wide)
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
