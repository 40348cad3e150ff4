"""The figures of one screen, put together from its seeds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tools import registry
from tools.prediction.likeness import modality_warning
from tools.prediction.priors import PriorChoice
from tools.replays.controls import NAMES, WITH_JUDGE, WITH_SIBLINGS
from tools.replays.metrics.base import Outcome, RoundOutcome
from tools.replays.metrics.log_enrichment import log_enrichment
from tools.replays.one_seed import Job, SeedResult
from tools.replays.records import Memory, Pair, RoundFigures, ScreenReport, Spread
from tools.replays.reliability import reliability

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
        calibration=calibration_of(pooled(outcomes)),
        calibration_learnt=calibration_of(pooled(outcomes, after=1)),
        log_enrichment=mean_of(enrichments[OWN]),
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


def _enrichments(results: Sequence[SeedResult], hits: int, library: int) -> dict[str, tuple[float, ...]]:
    """Log enrichment of each seed by what was played; NaN where a control could not be."""
    found = {OWN: tuple(log_enrichment(one.curve[-1][2], one.curve[-1][0], hits, library) for one in results)}
    for name in sorted({name for one in results for name in one.controls}):
        pairs = [(one.curve[-1][0], one.controls.get(name)) for one in results]
        found[name] = tuple(
            math.nan if points is None else log_enrichment(points[-1][1], tested, hits, library)
            for tested, points in pairs
        )
    return found


def _fdr_recall(results: Sequence[SeedResult]) -> dict[str, float] | None:
    if any(one.outcome.confident is None for one in results):
        return None
    sides = {}
    for side in ("low", "high"):
        pairs = [one.outcome.confident[side] for one in results if one.outcome.confident is not None]
        sides[side] = mean_of(_ratio(found, every) for found, every in pairs)
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
                mean_of(_ratio(a, hits) for a, _ in ends),
                mean_of(_ratio(b, others) for _, b in ends),
                tuple(mean_of(points[number][0] for points in played) for number in range(len(played[0]))),
            )
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
