"""The figures of a replay, put together from its seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from tools import registry
from tools.grades.judge import JudgeUsage
from tools.prediction.calibration import Z80
from tools.prediction.likeness import modality_warning
from tools.prediction.priors import Excluded, PriorChoice, PriorUse
from tools.replays.controls import NAMES, WITH_JUDGE, WITH_SIBLINGS
from tools.replays.metrics.base import Outcome, RoundOutcome
from tools.replays.one_seed import Job, SeedResult
from tools.replays.reliability import ReliabilityBin, reliability
from tools.replays.target import SMALL_LIBRARY

Memory = Literal["", "possible", "excluded"]

OWN = "replay"
CALIBRATION = {
    "slope": "calibration_slope",
    "observed_over_expected": "observed_over_expected",
    "log_loss_skill": "log_loss_skill",
    "coverage80": "coverage80",
}


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

    def to_json(self) -> dict[str, float]:
        """As plain values."""
        return {"mean": _plain(self.mean), "sd": _plain(self.sd), "low": _plain(self.low), "high": _plain(self.high)}


@dataclass(frozen=True)
class RoundFigures:
    """Means over seeds after a round, cumulative."""

    round: int
    tested: float
    hits: float
    hit_ratio: float
    hit_ratio_nonessential: float

    def to_json(self) -> dict[str, float]:
        """As plain values."""
        return {key: _plain(value) if key != "round" else value for key, value in vars(self).items()}


@dataclass(frozen=True)
class Pair:
    """What a control reaches: means over seeds of both hit ratios.

    Attributes:
        hit_ratio: Hits found / all hits, after the last round.
        hit_ratio_nonessential: The same without essential genes.
        by_round: Hits found after each round, cumulative.
    """

    hit_ratio: float
    hit_ratio_nonessential: float
    by_round: tuple[float, ...] = ()

    def to_json(self) -> dict[str, float]:
        """As plain values."""
        return {
            "hit_ratio": _plain(self.hit_ratio),
            "hit_ratio_nonessential": _plain(self.hit_ratio_nonessential),
        }


@dataclass(frozen=True)
class ScreenReport:
    """One screen's figures.

    Attributes:
        name: Name of the screen.
        study: Its study; empty where not declared.
        library_size: Perturbations of the whole library (of the filtered one, in the filtered pool).
        round_size: Perturbations of a round.
        hits: Hits in the whole library.
        hits_nonessential: Those among them that are not essential.
        essential: Essential genes among the hits.
        hit_ratio: Hits found / all hits.
        hit_ratio_nonessential: The same without essential genes, which still cost their places.
        fdr_recall: Found / all with FDR ≤ .05, by side; None where the file has no FDR.
        by_round: Means over seeds after each round.
        controls: Control → what it reaches; None where a pack that it needs is missing.
        calibration: slope, observed_over_expected, log_loss_skill, coverage80.
        calibration_learnt: The same without the first round, which knows of no result how common hits are.
        reliability: How often nominations hit, by the hit probability that they were given.
        log_enrichment: Mean over seeds, on non-essential hits.
        priors: Screens that were learnt from, by falling |Spearman| with the target.
        excluded: Screens that were not, and why.
        missing: Control or feature source → packs that it would need.
        warnings: What a reader has to know.
        picks: Seed → perturbations chosen, round by round.
        outcomes: What came of each seed, for figures on probabilities.
        enrichments: ``replay`` or a control → log enrichment on non-essential hits of each seed, for comparisons in
            pairs.
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
    hit_ratio: Spread
    hit_ratio_nonessential: Spread
    fdr_recall: Mapping[str, float] | None
    by_round: tuple[RoundFigures, ...]
    controls: Mapping[str, Pair | None]
    calibration: Mapping[str, float]
    calibration_learnt: Mapping[str, float]
    reliability: tuple[ReliabilityBin, ...]
    log_enrichment: float
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
            "hit_ratio": self.hit_ratio.to_json(),
            "hit_ratio_nonessential": self.hit_ratio_nonessential.to_json(),
            "fdr_recall": None if self.fdr_recall is None else {k: _plain(v) for k, v in self.fdr_recall.items()},
            "by_round": [figures.to_json() for figures in self.by_round],
            "controls": {name: pair and pair.to_json() for name, pair in self.controls.items()},
            "calibration": {name: _plain(value) for name, value in self.calibration.items()},
            "calibration_learnt": {name: _plain(value) for name, value in self.calibration_learnt.items()},
            "reliability": [one.to_json() for one in self.reliability],
            "log_enrichment": _plain(self.log_enrichment),
            "priors": [
                {
                    "screen": p.screen,
                    "relation": p.relation,
                    "spearman": None if p.spearman is None else _plain(p.spearman),
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
        filled, hits = (_plain(value) for value in self.slots)
        return {"memory": self.memory, "slots": {"filled": filled, "hits": hits}, "refused": self.refused}


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
            "hit_ratio_nonessential": _mean(one.hit_ratio_nonessential.mean for one in self.screens),
            "log_enrichment": _mean(one.log_enrichment for one in self.screens),
        }
        if 0 < len(wide) < len(self.screens):
            figures["log_enrichment_genome_wide"] = _mean(one.log_enrichment for one in wide)
        return figures

    def calibration(self, after: int = 0) -> dict[str, float]:
        """The figures on probabilities over the nominations of all screens: those of one hardly tell a slope.

        Args:
            after: How many first rounds to leave out.
        """
        return _calibration(pooled(self._outcomes(), after))

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
            "mean": {name: _plain(value) for name, value in self.mean().items()},
            "calibration": {name: _plain(value) for name, value in self.calibration().items()},
            "calibration_learnt": {name: _plain(value) for name, value in self.calibration(after=1).items()},
            "reliability": [one.to_json() for one in self.reliability()],
            **({} if self.usage is None else {"usage": self.usage.to_json()}),
        }


def report_screen(
    job: Job,
    choice: PriorChoice,
    missing: Mapping[str, tuple[str, ...]],
    results: Sequence[SeedResult],
    memory: Memory = "",
) -> ScreenReport:
    """Puts one screen's seeds together.

    Args:
        job: What was played.
        choice: The priors, and what was refused.
        missing: Feature source → packs that would bring it.
        results: One for each seed.
        memory: Whether a language model may have read the screen's results; empty where none took part.
    """
    table = job.target.table
    hits = int(table["hit"].sum())
    others = int((table["hit"] & ~table["essential"]).sum())
    outcomes = tuple(one.outcome for one in results)
    enrichments = _enrichments(results, others, len(table))
    gaps = {**dict(job.target.missing), **missing}
    if job.with_controls and not choice.used:
        gaps |= {"recurrence": ("genedisco",), "prior_only": ("genedisco",)}
    if job.with_controls and all(one.controls.get("random_embeddings") is None for one in results):
        gaps |= {"random_embeddings": ("pathways", "gobp", "string", "hgnc")}
    return ScreenReport(
        name=job.target.name,
        study=job.target.question.study,
        library_size=len(table),
        round_size=job.size,
        hits=hits,
        hits_nonessential=others,
        hit_ratio=Spread.over([_ratio(one.curve[-1][1], hits) for one in results], hits),
        hit_ratio_nonessential=Spread.over([_ratio(one.curve[-1][2], others) for one in results], others),
        fdr_recall=_fdr_recall(results),
        by_round=_by_round(results, hits, others),
        controls=_controls(job, results, hits, others),
        reliability=reliability(pooled(outcomes).rounds),
        calibration=_calibration(pooled(outcomes)),
        calibration_learnt=_calibration(pooled(outcomes, after=1)),
        log_enrichment=_mean(enrichments[OWN]),
        priors=choice.used,
        excluded=choice.excluded,
        missing=gaps,
        warnings=(*job.target.warnings, *filter(None, [modality_warning(job.target.question, job.priors.screens)])),
        picks={one.seed: one.picks for one in results},
        outcomes=outcomes,
        enrichments=enrichments,
        seconds=sum(one.seconds for one in results),
        memory=memory,
        slots=_slots(results) if memory else None,
        refused=sum(one.refused for one in results),
    )


def _slots(results: Sequence[SeedResult]) -> tuple[float, float]:
    return _mean(one.slots[0] for one in results), _mean(one.slots[1] for one in results)


def pooled(outcomes: Sequence[Outcome], after: int = 0) -> Outcome:
    """The rounds of several outcomes as one outcome, for figures on probabilities.

    Args:
        outcomes: Of seeds, and of screens.
        after: How many first rounds of each to leave out.
    """
    rounds: list[RoundOutcome] = [one for outcome in outcomes for one in outcome.rounds[after:]]
    return Outcome(rounds, sum(one.hits for one in outcomes), sum(one.library for one in outcomes))


def _calibration(outcome: Outcome) -> dict[str, float]:
    return {key: registry.load("metrics", name)().value(outcome) for key, name in CALIBRATION.items()}


def _enrichments(results: Sequence[SeedResult], hits: int, library: int) -> dict[str, tuple[float, ...]]:
    """Log enrichment of each seed by what was played; NaN where a control could not be."""
    found = {OWN: tuple(_log_enrichment(one.curve[-1][0], one.curve[-1][2], hits, library) for one in results)}
    for name in sorted({name for one in results for name in one.controls}):
        pairs = [(one.curve[-1][0], one.controls.get(name)) for one in results]
        found[name] = tuple(
            math.nan if points is None else _log_enrichment(tested, points[-1][1], hits, library)
            for tested, points in pairs
        )
    return found


def _log_enrichment(tested: int, found: int, hits: int, library: int) -> float:
    flags = np.zeros(tested, dtype=bool)
    flags[:found] = True
    # Only counts enter: which of the picks were the non-essential hits does not matter to this metric.
    outcome = Outcome([RoundOutcome(np.zeros(tested), flags, 0.0, 0.0)], hits, library)
    return float(registry.load("metrics", "log_enrichment")().value(outcome))


def _fdr_recall(results: Sequence[SeedResult]) -> dict[str, float] | None:
    if any(one.outcome.confident is None for one in results):
        return None
    sides = {}
    for side in ("low", "high"):
        pairs = [one.outcome.confident[side] for one in results if one.outcome.confident is not None]
        sides[side] = _mean(_ratio(found, every) for found, every in pairs)
    return sides


def _by_round(results: Sequence[SeedResult], hits: int, others: int) -> tuple[RoundFigures, ...]:
    rows = []
    for number, points in enumerate(zip(*(one.curve for one in results), strict=True), start=1):
        tested, found, found_others = (float(np.mean(values)) for values in zip(*points, strict=True))
        rows.append(RoundFigures(number, tested, found, _ratio(found, hits), _ratio(found_others, others)))
    return tuple(rows)


def _controls(job: Job, results: Sequence[SeedResult], hits: int, others: int) -> dict[str, Pair | None]:
    if not job.with_controls:
        return {}
    # What random picks find on average is known without playing it.
    tested = np.mean([[point[0] for point in one.curve] for one in results], axis=0) / len(job.target.table)
    by_chance = float(tested[-1])
    figures: dict[str, Pair | None] = {
        "random": Pair(by_chance, by_chance, tuple(float(share) * hits for share in tested))
    }
    judged = WITH_JUDGE if job.judging is not None else ()
    for name in (*NAMES[1:], *([WITH_SIBLINGS] if job.siblings else []), *judged):
        played = [points for one in results if (points := one.controls.get(name)) is not None]
        figures[name] = None
        if played:
            ends = [points[-1] for points in played]
            figures[name] = Pair(
                _mean(_ratio(a, hits) for a, _ in ends),
                _mean(_ratio(b, others) for _, b in ends),
                tuple(_mean(points[number][0] for points in played) for number in range(len(played[0]))),
            )
    return figures


def _ratio(found: float, every: float) -> float:
    return found / every if every else float("nan")


def _mean(values: Any) -> float:  # noqa: ANN401 - any iterable of floats
    held = list(values)
    return float(np.mean(held)) if held else float("nan")


def _plain(value: float) -> Any:  # noqa: ANN401 - JSON has no NaN: a figure that cannot be told is null
    return None if not math.isfinite(value) else round(float(value), 6)
