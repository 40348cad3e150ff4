"""Replay: campaigns over finished screens whose results are hidden until their round, with their controls."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import pandas as pd

from db.errors import InvalidValueError
from tools import registry
from tools.judges import Judge
from tools.predictions import DEFAULT_ACQUISITION, DEFAULT_PREDICTOR, gather
from tools.priors import PriorChoice
from tools.replay_pool import run_all
from tools.replay_report import ReplayReport, ScreenReport, report_screen
from tools.replay_run import Job, SeedResult
from tools.replay_target import ReplayTarget, target_of_screen
from tools.workspace import Progress, Workspace

Pool = Literal["all", "nonessential"]
Text = Literal["json", "described"]

__all__ = ["Pool", "ReplayReport", "ReplayTarget", "ScreenReport", "Text", "play_targets", "replay"]


def replay(
    workspace: Workspace,
    screens: Sequence[str],
    rounds: int = 5,
    size: int | None = None,
    seeds: int = 3,
    pool: Pool = "all",
    siblings: bool = False,  # noqa: FBT001, FBT002 - a tool takes plain values
    text: Text = "json",
    judge: Judge | None = None,
    *,
    predictor: str = DEFAULT_PREDICTOR,
    acquisition: str = DEFAULT_ACQUISITION,
    controls: bool = True,
    workers: int | None = None,
) -> ReplayReport:
    """Plays campaigns over finished screens of the store, as if their results were not known.

    Before a round only effects of earlier rounds are visible; the screen itself and every copy of it are hidden. A
    seed is a random 90 % of the library, bootstrapped prior rows and random tie-breaks.

    Args:
        workspace: Where the screens are.
        screens: Names of screens.
        rounds: Number of rounds.
        size: Perturbations of a round; where None 128, or 32 for libraries under 2,000.
        seeds: Number of seeds.
        pool: ``all``, or ``nonessential``: essential genes are taken out of the library beforehand.
        siblings: Whether other phenotypes of the same study may be priors.
        text: ``json``: the question is the text that came with the file; ``described``: a plain description.
        judge: Who fills slots; nobody yet.
        predictor: Name of the predictor.
        acquisition: Name of the acquisition.
        controls: Whether the controls are played too.
        workers: Processes; where None one for each processor.

    Raises:
        NotFoundError: There is no such screen, predictor or acquisition.
        InvalidValueError: A number makes no sense, or a screen cannot be replayed.
    """
    targets = [target_of_screen(workspace, name, text) for name in dict.fromkeys(screens)]
    return play_targets(
        workspace, targets, rounds=rounds, size=size, seeds=seeds, pool=pool, siblings=siblings, text=text,
        judge=judge, predictor=predictor, acquisition=acquisition, controls=controls, workers=workers,
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
    predictor: str = DEFAULT_PREDICTOR,
    acquisition: str = DEFAULT_ACQUISITION,
    controls: bool = True,
    workers: int | None = None,
) -> ReplayReport:
    """Plays campaigns over targets, wherever they come from; arguments as in `replay`.

    Raises:
        InvalidValueError: A number makes no sense, or a target cannot be replayed.
        NotFoundError: There is no such predictor or acquisition.
    """
    _check(targets, rounds, size, seeds, workers, judge)
    registry.load("predictors", predictor)
    registry.load("acquisitions", acquisition)
    jobs, choices, gaps = [], [], []
    for number, target in enumerate(targets):
        workspace.report(Progress("prepare", number, len(targets), target.name))
        filtered = _filtered(target) if pool == "nonessential" else target
        basis = gather(
            workspace, target.question, filtered.table.index, hidden=target.hidden, siblings=siblings, replay=True,
            known=target.table["effect"],
        )  # fmt: skip
        jobs.append(
            Job(
                filtered, basis.features.frames, basis.choice.priors, rounds, filtered.round_size(size), siblings,
                predictor, acquisition, controls,
            )
        )  # fmt: skip
        choices.append(basis.choice)
        gaps.append(basis.features.missing)
    _say_refused(workspace, targets, choices)
    results = run_all(jobs, range(seeds), workers or os.cpu_count() or 1, workspace.report)
    reports = [
        report_screen(job, choice, missing, _of(results, number, seeds))
        for number, (job, choice, missing) in enumerate(zip(jobs, choices, gaps, strict=True))
    ]
    setting = {
        "pool": pool, "siblings": siblings, "text": text, "rounds": rounds, "seeds": seeds, "language_model": None,
    }  # fmt: skip
    return ReplayReport(setting, tuple(reports))


def _of(results: list[SeedResult], number: int, seeds: int) -> list[SeedResult]:
    return results[number * seeds : (number + 1) * seeds]


def _check(
    targets: Sequence[ReplayTarget],
    rounds: int,
    size: int | None,
    seeds: int,
    workers: int | None,
    judge: Judge | None,
) -> None:
    if not targets:
        raise InvalidValueError("No screen was named.", "Name one or more: `hitscout screen list` shows them.")
    for option, value in (("--rounds", rounds), ("--seeds", seeds), ("--size", size), ("--workers", workers)):
        if value is not None and value < 1:
            raise InvalidValueError(f"{option} {value} makes no sense.", f"{option} must be 1 or more.")
    for target in targets:
        if size is not None and size > len(target.table):
            raise InvalidValueError(
                f"A round of {size} was asked for, but {target.name} has a library of {len(target.table):,}.",
                f"Ask for --size {len(target.table)} or fewer.",
            )
    if judge is not None:
        raise InvalidValueError("No language model takes part in replays yet.", "Leave --model out.")


def _filtered(target: ReplayTarget) -> ReplayTarget:
    """The target with essential genes out of its library."""
    if target.missing:
        raise InvalidValueError(
            f"The filtered pool of {target.name} needs the list of essential genes.",
            "`hitscout fetch essentials` brings it; --pool all does without.",
        )
    table: pd.DataFrame = target.table[~target.table["essential"]]
    return replace(target, table=table)


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
