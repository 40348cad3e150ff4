"""The game of a replay: what each round is given, what is chosen in it, and what is revealed after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.records import Question
from tools import registry
from tools.prediction.acquisitions.base import Acquisition
from tools.prediction.computed_list import Ranking, Streams, rank
from tools.prediction.predictors.base import Predictor
from tools.prediction.records import Priors, Rounds
from tools.screens.hit_rules import told_by_results


@dataclass(frozen=True)
class Course:
    """One seed's campaign: what every way of choosing is given.

    Attributes:
        library: The candidates, sorted: index perturbation, columns as `tools.replays.target.ReplayTarget.table`.
        question: What is looked for.
        features: Source → frame.
        priors: Bootstrapped effects of other screens.
        seed: The seed.
        rounds: Number of rounds.
        size: Perturbations of a round.
        acquisition: Name of the acquisition.
        flags: Whether it is revealed which chosen perturbations are hits, and not their effects alone. A rule that
            speaks of each result's own effect, p or FDR is applied all the same, as in any campaign.
    """

    library: pd.DataFrame
    question: Question
    features: Mapping[str, pd.DataFrame]
    priors: Priors
    seed: int
    rounds: int
    size: int
    acquisition: str
    flags: bool = False

    @property
    def budget(self) -> int:
        """Perturbations of all rounds, or the whole library where that is smaller."""
        return min(self.rounds * self.size, len(self.library))

    def stream(self, purpose: int, number: int = 0) -> np.random.Generator:
        """Random numbers for one purpose: what one part draws never shifts what another part gets.

        Args:
            purpose: A number for each use.
            number: Such as the number of the round.
        """
        return np.random.default_rng([self.seed, purpose, number])

    def streams(self, number: int) -> Streams:
        """Random numbers of a round's ranking: the predictor's are the same in all, so that it may keep what it learnt.

        Args:
            number: Number of the round, from 0.
        """
        return Streams(fit=self.stream(3), utility=self.stream(6, number), ties=self.stream(4, number))


@dataclass(frozen=True)
class Step:
    """One round as it was chosen.

    Attributes:
        picks: Perturbations, best first.
        ranking: All candidates, as they were ranked before.
        by_grade: Those of the picks that came by grade.
    """

    picks: tuple[str, ...]
    ranking: Ranking
    by_grade: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Turn:
    """One round as it was computed, before anyone else is heard.

    Attributes:
        number: Number of the round, from 1.
        rounds: Effects revealed so far.
        ranking: All candidates, ranked.
        picks: The computed list, best first.
    """

    number: int
    rounds: Rounds
    ranking: Ranking
    picks: tuple[str, ...]


Seats = Callable[[Turn], tuple[tuple[str, ...], frozenset[str]]]
"""Gives the picks of a round with its slots filled, and which of them came by grade."""


def play(
    course: Course,
    predictor: Predictor,
    *,
    permute: bool = False,
    features: Mapping[str, pd.DataFrame] | None = None,
    seats: Seats | None = None,
    on_round: Callable[[int], None] = lambda _: None,
) -> list[Step]:
    """Plays the rounds: each is ranked as a campaign's would be, and then the effects of what was chosen are revealed.

    Args:
        course: The campaign.
        predictor: What ranks.
        permute: Whether the revealed effects are shuffled among the revealed perturbations (a control).
        features: Frames in place of the course's own.
        seats: Fills slots; where None the computed list is played.
        on_round: Called with the number of each round that is done.
    """
    acquisition: Acquisition = registry.load("acquisitions", course.acquisition)()
    steps: list[Step] = []
    taken: list[tuple[str, int]] = []
    for number in range(course.rounds):
        done = {name for name, _ in taken}
        candidates = course.library.index[~course.library.index.isin(done)]
        size = min(course.size, len(candidates))
        if size == 0:
            break
        rounds = revealed(taken, course, course.stream(5, number) if permute else None)
        ranking = rank(
            course.features if features is None else features, rounds, course.priors, course.question, candidates,
            predictor=predictor, acquisition=acquisition, streams=course.streams(number),
        )  # fmt: skip
        picks = ranking.picks(size)
        by_grade: frozenset[str] = frozenset()
        if seats is not None:
            picks, by_grade = seats(Turn(number + 1, rounds, ranking, picks))
        steps.append(Step(picks, ranking, by_grade))
        taken.extend((name, number + 1) for name in picks)
        on_round(number + 1)
    return steps


def revealed(taken: list[tuple[str, int]], course: Course, permute: np.random.Generator | None) -> Rounds:
    """The effects of what was chosen, and which are hits where that is told; nothing else of the target is read.

    Args:
        taken: Perturbations that were chosen, and the round of each.
        course: The campaign.
        permute: Shuffles the effects among the perturbations; where None each keeps its own.
    """
    names = pd.Index([name for name, _ in taken], dtype=object)
    order = np.arange(len(names)) if permute is None else permute.permutation(len(names))
    frame = pd.DataFrame(
        {
            "perturbation": names,
            "round": np.array([number for _, number in taken], dtype=int),
            "estimate": course.library["effect"].loc[names].to_numpy(float)[order],
        }
    )
    if course.flags or told_by_results(course.question.hit_rule):
        frame["hit"] = course.library["hit"].loc[names].to_numpy(bool)[order]
    return Rounds(frame)
