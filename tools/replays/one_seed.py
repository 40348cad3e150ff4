"""One seed of a replay: a campaign over a finished screen, and the controls beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.records import Question
from tools import registry
from tools.grades.judge import JudgeUsage
from tools.prediction.acquisitions.base import seeded_order
from tools.prediction.expected_hits import common_doubt, expected_of
from tools.prediction.predictors.base import Predictor
from tools.prediction.priors import siblings_among
from tools.prediction.records import Priors
from tools.replays import controls
from tools.replays.course import Course, Step, play
from tools.replays.found import Found, Kind, found_in
from tools.replays.judged_play import JudgedSeats, Judging
from tools.replays.metrics.base import Outcome, RoundOutcome
from tools.replays.target import ReplayTarget

LIBRARY_SHARE = 0.9
CONFIDENT_FDR = 0.05


@dataclass(frozen=True)
class Job:
    """Everything that the seeds of one screen share.

    Attributes:
        target: The finished screen; genes that the pool leaves out are already out of it.
        features: Source → frame over the target's perturbations and the priors' genes.
        priors: Effects of other screens.
        rounds: Number of rounds.
        size: Perturbations of a round.
        siblings: Whether siblings are among the priors.
        predictor: Name of the predictor.
        acquisition: Name of the acquisition.
        with_controls: Whether the controls are played too.
        flags: Whether it is revealed which chosen perturbations are hits.
        judging: Who fills slots; nobody where None. A job with a judge is played in one process.
        counted: Which hits log enrichment is of.
    """

    target: ReplayTarget
    features: Mapping[str, pd.DataFrame]
    priors: Priors
    rounds: int
    size: int
    siblings: bool
    predictor: str
    acquisition: str
    with_controls: bool = True
    flags: bool = False
    judging: Judging | None = None
    counted: Kind = "nonessential"

    @property
    def plays(self) -> int:
        """How often all rounds are played, controls counted."""
        extra = 2 + (2 if self.judging else 0)
        return 1 + (extra if self.with_controls else 0)


@dataclass(frozen=True)
class SeedResult:
    """What came of one seed.

    Attributes:
        screen: Name of the target.
        seed: The seed.
        picks: Perturbations chosen, round by round.
        curve: What was found after each round, cumulative.
        controls: Control → the same of it; None where it could not be played.
        outcome: For the metrics.
        seconds: How long it took.
        usage: What a judge took, in the replay and its controls.
        slots: Slots that grades filled, and hits among them.
        refused: Names and evidence of a judge that could not be used.
    """

    screen: str
    seed: int
    picks: tuple[tuple[str, ...], ...]
    curve: tuple[Found, ...]
    controls: Mapping[str, tuple[Found, ...] | None]
    outcome: Outcome
    seconds: float
    usage: JudgeUsage = field(default_factory=JudgeUsage)
    slots: tuple[int, int] = (0, 0)
    refused: int = 0


def run_seed(job: Job, seed: int, on_step: Callable[[float], None] = lambda _: None) -> SeedResult:
    """Plays one seed: a random 90 % of the library, bootstrapped prior rows, seeded ties.

    Args:
        job: The screen and the settings.
        seed: The seed; the same seed gives the same result to the last gene.
        on_step: Called with the share of the seed that is done.
    """
    began = time.perf_counter()
    course = make_course(job, seed)
    total = job.rounds * job.plays
    predictor = registry.load("predictors", job.predictor)()
    heard: list[JudgedSeats] = []
    seats = _seats(job, course, heard)
    steps = play(course, predictor, seats=seats, on_round=lambda number: on_step(number / total))
    by_grade = [name for step in steps for name in step.by_grade]
    found = _play_controls(job, course, predictor, steps, lambda done: on_step((job.rounds + done) / total), heard)
    table = job.target.table
    return SeedResult(
        screen=job.target.name,
        seed=seed,
        picks=tuple(step.picks for step in steps),
        curve=_curve(table, steps),
        controls=found,
        outcome=_outcome(table, course, steps),
        seconds=time.perf_counter() - began,
        usage=reduce(JudgeUsage.plus, (one.usage for one in heard), JudgeUsage()),
        slots=(len(by_grade), int(table.loc[by_grade, "hit"].sum())),
        refused=sum(one.refused for one in heard),
    )


def _seats(job: Job, course: Course, heard: list[JudgedSeats], *, masked: bool = False) -> JudgedSeats | None:
    """Slots of one play; None where nobody judges."""
    if job.judging is None:
        return None
    heard.append(JudgedSeats(job.judging, course, masked))
    return heard[-1]


def make_course(job: Job, seed: int) -> Course:
    """The campaign of one seed.

    Args:
        job: The screen and the settings.
        seed: The seed.
    """
    names = job.target.table.index
    count = max(int(LIBRARY_SHARE * len(names)), 1)
    kept = seeded_order(names, np.random.default_rng([seed, 1]))[:count].sort_values()
    return Course(
        library=job.target.table.loc[kept],
        question=job.target.question,
        features=job.features,
        priors=bootstrapped(job.priors, np.random.default_rng([seed, 2]), siblings_of=job.target.question),
        seed=seed,
        rounds=job.rounds,
        size=job.size,
        acquisition=job.acquisition,
        flags=job.flags,
    )


def bootstrapped(priors: Priors, rng: np.random.Generator, siblings_of: Question) -> Priors:
    """Rows of each prior contrast drawn with replacement, as many as there are.

    Siblings stay whole: their effects are looked up gene by gene, so that draws would hide a third of what is known
    where they are to shake what is learnt. The control that ranks by siblings sees them whole too.

    Args:
        priors: Effects of other screens, in the view's own order.
        rng: Draws.
        siblings_of: The question whose siblings are meant.
    """
    whole = {screen.id for screen in siblings_among(priors.screens, siblings_of)}
    parts = [
        rows if rows["screen_id"].iloc[0] in whole else rows.iloc[rng.integers(len(rows), size=len(rows))]
        for _, rows in priors.effects.groupby("contrast_id", sort=True)
    ]
    if not parts:
        return priors
    drawn = pd.concat(parts).sort_values(["contrast_id", "perturbation"], kind="stable").reset_index(drop=True)
    return replace(priors, effects=drawn, kept_in=None)


def _play_controls(
    job: Job,
    course: Course,
    predictor: Predictor,
    steps: list[Step],
    on_round: Callable[[float], None],
    heard: list[JudgedSeats],
) -> dict[str, tuple[Found, ...] | None]:
    if not job.with_controls:
        return {}
    table = job.target.table
    lists: dict[str, list[str] | None] = {
        "essential_only": controls.essential_only(course),
        "depmap_order": controls.depmap_order(course),
        "nearest_screen": controls.nearest_screen(course, job.priors),
        "question_only": controls.question_only(course),
        "recurrence": controls.recurrence_only(course, job.priors),
        "prior_only": controls.prior_only(course, steps),
    }
    seats = _seats(job, course, heard)
    # What has learnt from the same priors already need not do so again.
    permuted = play(course, predictor, permute=True, seats=seats, on_round=on_round)
    lists["permuted_feedback"] = _names(permuted)
    lists["random_embeddings"] = controls.random_embeddings(course, registry.load("predictors", job.predictor)())
    if job.judging is not None:
        lists["without_grades"] = _names(play(course, predictor))
        masked = _seats(job, course, heard, masked=True)
        lists["masked_names"] = _names(play(course, predictor, seats=masked))
    if job.siblings:
        lists[controls.WITH_SIBLINGS] = controls.sibling_ranking(course, job.priors)
    on_round((job.plays - 1) * job.rounds)
    ends = [job.size * number for number in range(1, job.rounds + 1)]
    return {
        name: None if names is None else tuple(found_in(table.loc[names[:end]]) for end in ends)
        for name, names in lists.items()
    }


def _names(steps: list[Step]) -> list[str]:
    return [name for step in steps for name in step.picks]


def _curve(table: pd.DataFrame, steps: list[Step]) -> tuple[Found, ...]:
    """Cumulative figures after each round; a pick that a kind of hits leaves out has cost its place all the same."""
    return tuple(found_in(table.loc[_names(steps[: number + 1])]) for number in range(len(steps)))


def _outcome(table: pd.DataFrame, course: Course, steps: list[Step]) -> Outcome:
    rounds = []
    rate = float(course.library["hit"].mean())
    for number, step in enumerate(steps):
        frame = step.ranking.posterior.frame
        probability = frame.loc[list(step.picks), "hit_probability"].to_numpy(dtype=np.float64)
        expected = expected_of(list(probability), doubt=common_doubt(course.question.hit_rule, number * course.size))
        hit = course.library.loc[frame.index, "hit"].to_numpy(bool)
        rounds.append(
            RoundOutcome(
                probability,
                table.loc[list(step.picks), "hit"].to_numpy(bool),
                expected.low,
                expected.high,
                _log_loss(frame["hit_probability"].to_numpy(dtype=np.float64), hit),
                _log_loss(rate, hit),
            )
        )
    chosen = table.loc[[name for step in steps for name in step.picks]]
    return Outcome(
        rounds=rounds,
        hits=int(table["hit"].sum()),
        library=len(table),
        confident=_confident(table, chosen),
    )


def _log_loss(probability: npt.NDArray[np.float64] | float, hit: npt.NDArray[np.bool_]) -> float:
    p = np.clip(probability, 1e-6, 1 - 1e-6)
    return float(-np.mean(np.where(hit, np.log(p), np.log(1 - p))))


def _confident(table: pd.DataFrame, chosen: pd.DataFrame) -> dict[str, tuple[int, int]] | None:
    """Found and all perturbations with FDR ≤ .05, by side."""
    columns = {"low": "fdr_low", "high": "fdr_high"}
    if table[list(columns.values())].isna().to_numpy().all():
        return None
    return {
        side: (int((chosen[column] <= CONFIDENT_FDR).sum()), int((table[column] <= CONFIDENT_FDR).sum()))
        for side, column in columns.items()
    }
