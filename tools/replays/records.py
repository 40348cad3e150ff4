"""The figures of a replay as records, and as the keys of its JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from tools.prediction.calibration import Z80
from tools.prediction.priors import Excluded, PriorUse
from tools.replays.metrics.base import Outcome
from tools.replays.reliability import ReliabilityBin

Memory = Literal["", "possible", "excluded"]


@dataclass(frozen=True)
class Spread:
    """A figure over seeds.

    Attributes:
        mean: Mean over seeds.
        sd: Standard deviation over seeds; 0 for one seed.
        low: Lower end of the 80 % interval of the mean.
        high: Upper end of it.
    """

    mean: float
    sd: float
    low: float
    high: float

    @classmethod
    def over(cls, values: Sequence[float], hits: int) -> Spread:
        """The spread of hit ratios over seeds.

        The seeds of one screen understate the noise: the interval takes the larger of the standard error over seeds
        and the binomial one of a screen with so many hits, √(p(1 − p) / hits).

        Args:
            values: One ratio for each seed.
            hits: Hits that could be found.
        """
        mean = float(np.mean(values))
        sd = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        binomial = math.sqrt(max(mean * (1 - mean), 0.0) / hits) if hits else 0.0
        error = max(sd / math.sqrt(len(values)), binomial)
        return cls(mean, sd, max(mean - Z80 * error, 0.0), min(mean + Z80 * error, 1.0))

    def to_json(self) -> dict[str, float | None]:
        """As plain values."""
        return {"mean": plain(self.mean), "sd": plain(self.sd), "low": plain(self.low), "high": plain(self.high)}


@dataclass(frozen=True)
class RoundFigures:
    """Means over seeds after a round, cumulative."""

    round: int
    tested: float
    hits: float
    hit_ratio: float
    hit_ratio_nonessential: float
    hit_ratio_specific: float

    def to_json(self) -> dict[str, float | None]:
        """As plain values."""
        return {key: plain(value) if key != "round" else value for key, value in vars(self).items()}


@dataclass(frozen=True)
class Pair:
    """What a control reaches: means over seeds of its hit ratios.

    Attributes:
        hit_ratio: Hits found / all hits, after the last round.
        hit_ratio_nonessential: The same without essential genes.
        hit_ratio_specific: The same without fitness genes; NaN where these are not known.
        by_round: Hits found after each round, cumulative.
    """

    hit_ratio: float
    hit_ratio_nonessential: float
    hit_ratio_specific: float
    by_round: tuple[float, ...] = ()

    def to_json(self) -> dict[str, float | None]:
        """As plain values."""
        return {
            "hit_ratio": plain(self.hit_ratio),
            "hit_ratio_nonessential": plain(self.hit_ratio_nonessential),
            "hit_ratio_specific": plain(self.hit_ratio_specific),
        }


@dataclass(frozen=True)
class ScreenReport:
    """One screen's figures.

    Attributes:
        name: Name of the screen.
        study: Its study; empty where not declared.
        library_size: Perturbations of the whole library (of the filtered one, in a filtered pool).
        round_size: Perturbations of a round.
        hits: Hits in the whole library.
        hits_nonessential: Those among them that are not essential.
        hits_specific: Those among them that are no fitness genes; None where these are not known.
        hit_ratio: Hits found / all hits.
        hit_ratio_nonessential: The same without essential genes, which still cost their places.
        hit_ratio_specific: The same without fitness genes; NaN where these are not known.
        fdr_recall: Found / all with FDR ≤ .05, by side; None where the file has no FDR.
        by_round: Means over seeds after each round.
        controls: Control → what it reaches; None where a pack that it needs is missing.
        calibration: slope, observed_over_expected, log_loss_skill, coverage80.
        calibration_learnt: The same without the first round, which knows of no result how common hits are.
        reliability: How often nominations hit, by the hit probability that they were given.
        log_enrichment: Mean over seeds, on specific hits in the pool of them, else on non-essential ones.
        log_enrichment_first: The same after the first round.
        priors: Screens that were learnt from, by falling |Spearman| with the target.
        excluded: Screens that were not, and why.
        missing: Control, feature source or ``specific`` (hits) → packs that it would need.
        warnings: What a reader has to know.
        picks: Seed → perturbations chosen, round by round.
        outcomes: What came of each seed, for figures on probabilities.
        enrichments: ``replay`` or a control → log enrichment of each seed, for comparisons in pairs.
        seconds: Time of all seeds together.
        memory: ``possible`` where a language model took part that may have read the screen's results, ``excluded``
            where the screen is newer than it; empty where none took part.
        slots: Means over seeds: slots that grades filled and hits among them; None where none took part.
        refused: Names and evidence of a language model that could not be used, in all seeds.
    """

    name: str
    study: str
    library_size: int
    round_size: int
    hits: int
    hits_nonessential: int
    hits_specific: int | None
    hit_ratio: Spread
    hit_ratio_nonessential: Spread
    hit_ratio_specific: Spread
    fdr_recall: Mapping[str, float] | None
    by_round: tuple[RoundFigures, ...]
    controls: Mapping[str, Pair | None]
    calibration: Mapping[str, float]
    calibration_learnt: Mapping[str, float]
    reliability: tuple[ReliabilityBin, ...]
    log_enrichment: float
    log_enrichment_first: float
    priors: tuple[PriorUse, ...]
    excluded: tuple[Excluded, ...]
    missing: Mapping[str, tuple[str, ...]]
    warnings: tuple[str, ...]
    picks: Mapping[int, tuple[tuple[str, ...], ...]]
    outcomes: tuple[Outcome, ...]
    enrichments: Mapping[str, tuple[float, ...]]
    seconds: float
    memory: Memory = ""
    slots: tuple[float, float] | None = None
    refused: int = 0

    def to_json(self) -> dict[str, Any]:
        """The keys of ``replay --json`` for one screen."""
        return {
            "name": self.name,
            "study": self.study,
            "library_size": self.library_size,
            "round_size": self.round_size,
            "hits": self.hits,
            "hits_nonessential": self.hits_nonessential,
            "hits_specific": self.hits_specific,
            "hit_ratio": self.hit_ratio.to_json(),
            "hit_ratio_nonessential": self.hit_ratio_nonessential.to_json(),
            "hit_ratio_specific": self.hit_ratio_specific.to_json(),
            "fdr_recall": None if self.fdr_recall is None else {k: plain(v) for k, v in self.fdr_recall.items()},
            "by_round": [figures.to_json() for figures in self.by_round],
            "controls": {name: pair and pair.to_json() for name, pair in self.controls.items()},
            "calibration": {name: plain(value) for name, value in self.calibration.items()},
            "calibration_learnt": {name: plain(value) for name, value in self.calibration_learnt.items()},
            "reliability": [one.to_json() for one in self.reliability],
            "log_enrichment": plain(self.log_enrichment),
            "log_enrichment_first": plain(self.log_enrichment_first),
            "priors": [
                {
                    "screen": p.screen,
                    "relation": p.relation,
                    "spearman": None if p.spearman is None else plain(p.spearman),
                }
                for p in self.priors
            ],
            "excluded": [{"screen": one.screen, "why": one.why} for one in self.excluded],
            "missing": {name: list(packs) for name, packs in self.missing.items()},
            "warnings": list(self.warnings),
            "seconds": round(self.seconds, 2),
            **self._judged(),
        }

    def _judged(self) -> dict[str, Any]:
        """What there is to say only where a language model took part."""
        if self.slots is None:
            return {}
        filled, hits = (plain(value) for value in self.slots)
        return {"memory": self.memory, "slots": {"filled": filled, "hits": hits}, "refused": self.refused}


def plain(value: float) -> float | None:
    """A figure to six decimals, or None where it cannot be told: JSON has no NaN.

    Args:
        value: The figure.
    """
    return None if not math.isfinite(value) else round(float(value), 6)
