"""The figures of one screen, put together from its seeds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tools import registry
from tools.prediction.likeness import modality_warning
from tools.prediction.priors import PriorChoice
from tools.replays.controls import NAMES, NEEDS, WITH_JUDGE, WITH_SIBLINGS
from tools.replays.found import Found, Kind, found_in
from tools.replays.metrics.base import Outcome, RoundOutcome
from tools.replays.metrics.log_enrichment import log_enrichment
from tools.replays.one_seed import Job, SeedResult
from tools.replays.records import Memory, Pair, RoundFigures, ScreenReport, Spread
from tools.replays.reliability import reliability
from tools.replays.target import SPECIFIC

OWN = "replay"
CALIBRATION = {
    "slope": "calibration_slope",
    "observed_over_expected": "observed_over_expected",
    "log_loss_skill": "log_loss_skill",
    "coverage80": "coverage80",
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
    totals, told = found_in(table), SPECIFIC not in dict(job.target.missing)
    if not told:
        totals = totals._replace(specific=0)
    outcomes = tuple(one.outcome for one in results)
    enrichments = _enrichments(job.counted, results, totals)
    unplayed = {name for name in NEEDS if all(one.controls.get(name) is None for one in results)}
    gaps = {**dict(job.target.missing), **missing}
    if job.with_controls:
        gaps |= {name: packs for name, packs in NEEDS.items() if name in unplayed}
    return ScreenReport(
        name=job.target.name,
        study=job.target.question.study,
        library_size=len(table),
        round_size=job.size,
        hits=totals.hits,
        hits_nonessential=totals.nonessential,
        hits_specific=totals.specific if told else None,
        hit_ratio=_spread(results, totals, "hits"),
        hit_ratio_nonessential=_spread(results, totals, "nonessential"),
        hit_ratio_specific=_spread(results, totals, "specific"),
        fdr_recall=_fdr_recall(results),
        by_round=_by_round(results, totals),
        controls=_controls(job, results, totals),
        reliability=reliability(pooled(outcomes).rounds),
        calibration=calibration_of(pooled(outcomes)),
        calibration_learnt=calibration_of(pooled(outcomes, after=1)),
        log_enrichment=mean_of(enrichments[OWN]),
        log_enrichment_first=mean_of(_enrichment(job.counted, one.curve[0], totals) for one in results),
        priors=choice.used,
        excluded=choice.excluded,
        missing=gaps,
        warnings=(*job.target.warnings, *filter(None, [modality_warning(job.target.question, job.priors.screens)])),
        picks={one.seed: tuple(tuple(job.target.orthologs.into_own(names)) for names in one.picks) for one in results},
        outcomes=outcomes,
        enrichments=enrichments,
        seconds=sum(one.seconds for one in results),
        memory=memory,
        slots=_slots(results) if memory else None,
        refused=sum(one.refused for one in results),
    )


def _slots(results: Sequence[SeedResult]) -> tuple[float, float]:
    return mean_of(one.slots[0] for one in results), mean_of(one.slots[1] for one in results)


def pooled(outcomes: Sequence[Outcome], after: int = 0) -> Outcome:
    """The rounds of several outcomes as one outcome, for figures on probabilities.

    Args:
        outcomes: Of seeds, and of screens.
        after: How many first rounds of each to leave out.
    """
    rounds: list[RoundOutcome] = [one for outcome in outcomes for one in outcome.rounds[after:]]
    return Outcome(rounds, sum(one.hits for one in outcomes), sum(one.library for one in outcomes))


def calibration_of(outcome: Outcome) -> dict[str, float]:
    """The figures on probabilities: those of `CALIBRATION`.

    Args:
        outcome: Of a screen, or of several as `pooled` gives it.
    """
    return {key: registry.load("metrics", name)().value(outcome) for key, name in CALIBRATION.items()}


def _spread(results: Sequence[SeedResult], totals: Found, kind: Kind) -> Spread:
    return Spread.over([one.curve[-1].share_of(totals, kind) for one in results], getattr(totals, kind))


def _enrichment(kind: Kind, found: Found, totals: Found) -> float:
    return log_enrichment(getattr(found, kind), found.tested, getattr(totals, kind), totals.tested)


def _enrichments(kind: Kind, results: Sequence[SeedResult], totals: Found) -> dict[str, tuple[float, ...]]:
    """Log enrichment of each seed by what was played; NaN where a control could not be."""
    found = {OWN: tuple(_enrichment(kind, one.curve[-1], totals) for one in results)}
    for name in sorted({name for one in results for name in one.controls}):
        played = [one.controls.get(name) for one in results]
        found[name] = tuple(math.nan if points is None else _enrichment(kind, points[-1], totals) for points in played)
    return found


def _fdr_recall(results: Sequence[SeedResult]) -> dict[str, float] | None:
    if any(one.outcome.confident is None for one in results):
        return None
    sides = {}
    for side in ("low", "high"):
        pairs = [one.outcome.confident[side] for one in results if one.outcome.confident is not None]
        sides[side] = mean_of(_ratio(found, every) for found, every in pairs)
    return sides


def _by_round(results: Sequence[SeedResult], totals: Found) -> tuple[RoundFigures, ...]:
    return tuple(
        RoundFigures(
            number, mean_of(one.tested for one in points), mean_of(one.hits for one in points),
            *_ratios(points, totals),
        )
        for number, points in enumerate(zip(*(one.curve for one in results), strict=True), start=1)
    )  # fmt: skip


def _ratios(points: Sequence[Found], totals: Found) -> tuple[float, float, float]:
    """Means over seeds of the hit ratios: of all hits, of those that are not essential, and of specific ones."""
    kinds: tuple[Kind, ...] = ("hits", "nonessential", "specific")
    every, nonessential, specific = (mean_of(one.share_of(totals, kind) for one in points) for kind in kinds)
    return every, nonessential, specific


def _controls(job: Job, results: Sequence[SeedResult], totals: Found) -> dict[str, Pair | None]:
    if not job.with_controls:
        return {}
    # What random picks find on average is known without playing it.
    tested = np.mean([[point.tested for point in one.curve] for one in results], axis=0) / len(job.target.table)
    by_chance = float(tested[-1])
    told = by_chance if SPECIFIC not in dict(job.target.missing) else math.nan
    figures: dict[str, Pair | None] = {
        "random": Pair(by_chance, by_chance, told, tuple(float(share) * totals.hits for share in tested))
    }
    judged = WITH_JUDGE if job.judging is not None else ()
    for name in (*NAMES[1:], *([WITH_SIBLINGS] if job.siblings else []), *judged):
        played = [points for one in results if (points := one.controls.get(name)) is not None]
        figures[name] = None
        if played:
            by_round = tuple(mean_of(points[number].hits for points in played) for number in range(len(played[0])))
            figures[name] = Pair(*_ratios([points[-1] for points in played], totals), by_round)
    return figures


def _ratio(found: float, every: float) -> float:
    return found / every if every else float("nan")


def mean_of(values: Iterable[float]) -> float:
    """The mean, NaN of nothing.

    Args:
        values: Figures.
    """
    held = list(values)
    return float(np.mean(held)) if held else float("nan")
