"""Replay: campaigns over finished screens whose results are hidden until their round, with their controls."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Literal

from db.acts import act, option
from db.errors import InvalidValueError
from db.view import View
from tools import registry
from tools.grades.judge import Judge, JudgeUsage
from tools.grades.judged_candidates import Nearby
from tools.prediction.computed_list import DEFAULT_ACQUISITION, DEFAULT_PREDICTOR, gather
from tools.prediction.priors import PriorChoice
from tools.replays.figures_of_seeds import report_screen
from tools.replays.judged_play import Judging
from tools.replays.one_seed import Job, SeedResult
from tools.replays.pools import COUNTED, Pool, in_pool
from tools.replays.records import Memory, ScreenReport
from tools.replays.report import ReplayReport
from tools.replays.target import ReplayTarget, in_human_terms, target_of_screen
from tools.replays.workers import run_all
from tools.workspace import Progress, Workspace

Text = Literal["json", "described"]

__all__ = ["Pool", "ReplayReport", "ReplayTarget", "ScreenReport", "Text", "play_targets", "replay"]


def replay(
    workspace: Workspace,
    screens: Sequence[str],
    rounds: int = 5,
    size: int | None = None,
    seeds: int = 3,
    pool: Pool = "specific",
    siblings: bool = False,  # noqa: FBT001, FBT002 - a tool takes plain values
    text: Text = "json",
    judge: Judge | None = None,
    *,
    reveal_hits: bool = False,
    predictor: str = DEFAULT_PREDICTOR,
    acquisition: str = DEFAULT_ACQUISITION,
    controls: bool = True,
    workers: int | None = None,
    trained_until: str = "",
) -> ReplayReport:
    """Plays campaigns over finished screens of the store, as if their results were not known.

    Before a round only effects of earlier rounds are visible; the screen itself and every copy of it are hidden. A
    seed is a random 90 % of the library, bootstrapped prior rows (siblings stay whole) and random tie-breaks. The
    headline is of specific hits: those that are no fitness genes (`tools.genes.essentials.fitness_genes`), whose loss
    slows or kills most cells and so changes nearly every readout.

    Args:
        workspace: Where the screens are.
        screens: Names of screens.
        rounds: Number of rounds.
        size: Perturbations of a round; where None 128, or 32 for libraries under 2,000.
        seeds: Number of seeds.
        pool: ``specific``: fitness genes are no candidates; ``nonessential``: essential ones (CEGv2) are none; ``all``:
            the whole library. Log enrichment is of specific hits in the first, of non-essential ones in the others.
        siblings: Whether other phenotypes of the same study may be priors.
        text: ``json``: the question is the text that came with the file; ``described``: a plain description.
        judge: Who fills slots, besides: it sees what a round has revealed and never the hidden rest.
        reveal_hits: Whether it is revealed which chosen perturbations are hits, as a campaign's declared hit rule
            tells, and not their effects alone.
        predictor: Name of the predictor.
        acquisition: Name of the acquisition.
        controls: Whether the controls are played too.
        workers: Processes; where None one for each processor. With a judge everything is played in this one.
        trained_until: Year up to which the language model of the judge was trained, such as ``2024``: it cannot
            remember a screen that was published later.

    Raises:
        NotFoundError: There is no such screen, predictor or acquisition.
        InvalidValueError: A number makes no sense, or a screen cannot be replayed.
    """
    targets = [target_of_screen(workspace, name, text) for name in dict.fromkeys(screens)]
    return play_targets(
        workspace, targets, rounds=rounds, size=size, seeds=seeds, pool=pool, siblings=siblings, text=text,
        judge=judge, reveal_hits=reveal_hits, predictor=predictor, acquisition=acquisition, controls=controls,
        workers=workers, trained_until=trained_until,
    )  # fmt: skip


def play_targets(
    workspace: Workspace,
    targets: Sequence[ReplayTarget],
    *,
    rounds: int,
    size: int | None,
    seeds: int,
    pool: Pool,
    siblings: bool,
    text: Text,
    judge: Judge | None = None,
    reveal_hits: bool = False,
    predictor: str = DEFAULT_PREDICTOR,
    acquisition: str = DEFAULT_ACQUISITION,
    controls: bool = True,
    workers: int | None = None,
    trained_until: str = "",
) -> ReplayReport:
    """Plays campaigns over targets, wherever they come from.

    Args:
        workspace: Store, cache folder and progress.
        targets: The finished screens.
        rounds: As in `replay`, like all further arguments.
        size: As in `replay`.
        seeds: As in `replay`.
        pool: As in `replay`.
        siblings: As in `replay`.
        text: As in `replay`.
        judge: As in `replay`.
        reveal_hits: As in `replay`.
        predictor: As in `replay`.
        acquisition: As in `replay`.
        controls: As in `replay`.
        workers: As in `replay`.
        trained_until: As in `replay`.

    Raises:
        InvalidValueError: A number makes no sense, or a target cannot be replayed.
        NotFoundError: There is no such predictor or acquisition.
    """
    _check(targets, rounds, size, seeds, workers)
    newest_known = known_until(trained_until)
    # Networks and gene sets are the same for every target: nothing of them is hidden.
    nearby = None if judge is None else Nearby.of(View(workspace.store))
    registry.load("predictors", predictor)
    registry.load("acquisitions", acquisition)
    targets = [in_human_terms(workspace.store, target) for target in targets]
    jobs, choices, gaps = [], [], []
    for number, target in enumerate(targets):
        workspace.report(Progress("prepare", number, len(targets), target.name))
        filtered = in_pool(target, pool)
        basis = gather(
            workspace, target.question, filtered.table.index, hidden=target.hidden, siblings=siblings, replay=True,
            known=target.table["effect"],
        )  # fmt: skip
        jobs.append(
            Job(
                filtered, dict(basis.features.frames), basis.choice.priors, rounds, filtered.round_size(size), siblings,
                predictor, acquisition, controls, reveal_hits,
                _judging(workspace, judge, nearby, basis.choice.view), COUNTED[pool],
            )
        )  # fmt: skip
        choices.append(basis.choice)
        gaps.append(basis.features.missing)
    _say_refused(workspace, targets, choices)
    if judge is not None:
        # A judge waits for answers more than it computes, and its cache and budget are of this process.
        workers = 1
        _say_estimate(workspace, judge, jobs, seeds)
    results = run_all(jobs, range(seeds), workers or os.cpu_count() or 1, workspace.report)
    reports = [
        report_screen(
            job,
            choice,
            missing,
            _of(results, number, seeds),
            "" if judge is None else memory_of(job.target.question.study, newest_known),
        )
        for number, (job, choice, missing) in enumerate(zip(jobs, choices, gaps, strict=True))
    ]
    setting = {
        "pool": pool, "siblings": siblings, "text": text, "rounds": rounds, "seeds": seeds,
        "hits_revealed": reveal_hits, "log_enrichment_of": f"{COUNTED[pool]} hits",
        "language_model": None if judge is None else judge.name,
    }  # fmt: skip
    if judge is None:
        return ReplayReport(setting, tuple(reports))
    usage = reduce(JudgeUsage.plus, (one.usage for one in results), JudgeUsage())
    return ReplayReport(setting | {"trained_until": newest_known}, tuple(reports), usage=usage)


def _judging(workspace: Workspace, judge: Judge | None, nearby: Nearby | None, view: View) -> Judging | None:
    return None if judge is None or nearby is None else Judging(judge, workspace.store, view, nearby)


def _say_estimate(workspace: Workspace, judge: Judge, jobs: Sequence[Job], seeds: int) -> None:
    """Says beforehand what a replay would take; the cache may make it less, and the budget is held as it goes on."""
    total = JudgeUsage()
    for job in jobs:
        if job.judging is not None:
            library = [str(name) for name in job.target.table.index]
            one = judge.estimate(job.judging.sample(job.target.question, library, job.size))
            plays = 3 if job.with_controls else 1
            total = total.plus(one.times(job.rounds * seeds * plays))
    bound = "" if judge.budget is None else f"; it stops at ${judge.budget:,.2f} and can be taken up again"
    workspace.report(Progress(f"estimate for {judge.name}", 1, 1, f"about {total}{bound}"))


def known_until(text: str) -> int | None:
    """The year up to which a language model was trained; None where it was not said.

    Args:
        text: Such as ``2024`` or ``2024-06``.

    Raises:
        InvalidValueError: It begins with no year.
    """
    if not text.strip():
        return None
    found = re.fullmatch(r"((?:19|20)\d\d)(?:-\d\d){0,2}", text.strip())
    if found is None:
        raise InvalidValueError(f"{text!r} is no year.", "Write it as 2024 or 2024-06.")
    return int(found[1])


def memory_of(study: str, newest_known: int | None) -> Memory:
    """Whether a language model may have read of a study: not where the study is newer.

    Args:
        study: Name of the study, with its year.
        newest_known: Year up to which the language model was trained; None where that is not known.
    """
    years = [int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", study)]
    return "excluded" if newest_known is not None and years and max(years) > newest_known else "possible"


def _of(results: list[SeedResult], number: int, seeds: int) -> list[SeedResult]:
    return results[number * seeds : (number + 1) * seeds]


def _check(
    targets: Sequence[ReplayTarget],
    rounds: int,
    size: int | None,
    seeds: int,
    workers: int | None,
) -> None:
    if not targets:
        raise InvalidValueError("No screen was named.", f"Name one or more: {act('screen_list')} shows them.")
    for name, value in (("rounds", rounds), ("seeds", seeds), ("size", size), ("workers", workers)):
        if value is not None and value < 1:
            raise InvalidValueError(f"{option(**{name: value})} makes no sense.", f"{option(name)} must be 1 or more.")
    for target in targets:
        if size is not None and size > len(target.table):
            raise InvalidValueError(
                f"A round of {size} was asked for, but {target.name} has a library of {len(target.table):,}.",
                f"Ask for {option(size=len(target.table))} or fewer.",
            )


def _say_refused(workspace: Workspace, targets: Sequence[ReplayTarget], choices: Sequence[PriorChoice]) -> None:
    """Names what was refused as a prior; a copy of the target must never be used in silence."""
    tell: Callable[[Progress], None] = workspace.report
    for target, choice in zip(targets, choices, strict=True):
        for one in choice.excluded:
            tell(
                Progress(
                    "prepare", len(targets), len(targets), f"{one.screen} is no prior for {target.name}: {one.why}"
                )
            )
