"""The controls of a replay: what simpler rankings reach with the same budget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.records import Question
from tools import registry
from tools.prediction.acquisitions.base import shortlist
from tools.prediction.features.other_studies import recurrence
from tools.prediction.predictors.base import Predictor
from tools.prediction.priors import contrasts_of, siblings_among, strength_ranks, study_of_contrasts
from tools.prediction.records import Posterior, Priors, Rounds
from tools.prediction.regression import EMBEDDINGS

NAMES = ("random", "essential_only", "recurrence", "prior_only", "permuted_feedback", "random_embeddings")
WITH_SIBLINGS = "sibling_ranking"
WITH_JUDGE = ("without_grades", "masked_names")


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
        flags: Whether it is revealed which chosen perturbations are hits, as a campaign's own rule tells, and not
            their effects alone.
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


@dataclass(frozen=True)
class Step:
    """One round as it was chosen.

    Attributes:
        picks: Perturbations, best first.
        posterior: What was believed of all candidates before.
        by_grade: Those of the picks that came by grade.
    """

    picks: tuple[str, ...]
    posterior: Posterior
    by_grade: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Turn:
    """One round as it was computed, before anyone else is heard.

    Attributes:
        number: Number of the round, from 1.
        rounds: Effects revealed so far.
        posterior: What is believed of all candidates.
        utility: Utility of all candidates.
        picks: The computed list, best first.
    """

    number: int
    rounds: Rounds
    posterior: Posterior
    utility: pd.Series[float]
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
    """Plays the rounds: effects are revealed for chosen perturbations only, after they are chosen.

    Args:
        course: The campaign.
        predictor: What ranks.
        permute: Whether the revealed effects are shuffled among the revealed perturbations (a control).
        features: Frames in place of the course's own.
        seats: Fills slots; where None the computed list is played.
        on_round: Called with the number of each round that is done.
    """
    steps: list[Step] = []
    taken: list[tuple[str, int]] = []
    for number in range(course.rounds):
        done = {name for name, _ in taken}
        candidates = course.library.index[~course.library.index.isin(done)]
        size = min(course.size, len(candidates))
        if size == 0:
            break
        rounds = _revealed(taken, course, course.stream(5, number) if permute else None)
        fitted = predictor.fit(
            course.features if features is None else features, rounds, course.priors, course.question, course.stream(3)
        )
        posterior = fitted.predict(candidates)
        utility = registry.load("acquisitions", course.acquisition)().utility(posterior, course.stream(6, number))
        picks = tuple(shortlist(utility, size, course.stream(4, number)))
        by_grade: frozenset[str] = frozenset()
        if seats is not None:
            picks, by_grade = seats(Turn(number + 1, rounds, posterior, utility, picks))
        steps.append(Step(picks, posterior, by_grade))
        taken.extend((name, number + 1) for name in picks)
        on_round(number + 1)
    return steps


def _revealed(taken: list[tuple[str, int]], course: Course, permute: np.random.Generator | None) -> Rounds:
    """The effects of what was chosen, and which are hits where that is told; nothing else of the target is read."""
    names = pd.Index([name for name, _ in taken], dtype=object)
    order = np.arange(len(names)) if permute is None else permute.permutation(len(names))
    frame = pd.DataFrame(
        {
            "perturbation": names,
            "round": np.array([number for _, number in taken], dtype=int),
            "estimate": course.library["effect"].loc[names].to_numpy(float)[order],
        }
    )
    if course.flags:
        frame["hit"] = course.library["hit"].loc[names].to_numpy(bool)[order]
    return Rounds(frame)


def essential_only(course: Course) -> list[str] | None:
    """Essential genes first, in a seeded order."""
    if not course.library["essential"].any():
        return None
    return shortlist(course.library["essential"].astype(float), course.budget, course.stream(7))


def recurrence_only(course: Course, priors: Priors) -> list[str] | None:
    """Genes by the number of other studies in which they were a hit.

    Args:
        course: The campaign.
        priors: Effects of other screens, all rows.
    """
    ranks = strength_ranks(priors)
    if ranks.empty:
        return None
    counted = recurrence(ranks, study_of_contrasts(priors), contrasts_of(ranks))["hits"]
    return shortlist(counted.reindex(course.library.index).fillna(0.0), course.budget, course.stream(8))


def prior_only(course: Course, steps: list[Step]) -> list[str] | None:
    """The ranking of the first round, taken for the whole budget.

    Args:
        course: The campaign.
        steps: The rounds as they were played; before the first one nothing is revealed.
    """
    if not course.priors.screens or not steps:
        return None
    utility = registry.load("acquisitions", course.acquisition)().utility(steps[0].posterior, course.stream(6))
    return shortlist(utility, course.budget, course.stream(4))


def random_embeddings(course: Course, predictor: Predictor) -> list[str] | None:
    """The same predictor with normal noise in place of the embeddings, gene by gene and column by column.

    Args:
        course: The campaign.
        predictor: A fresh one, since it must learn its prior from the noise too.
    """
    present = [name for name in EMBEDDINGS if name in course.features]
    if not present:
        return None
    rng = course.stream(9)
    frames = {
        name: _noise_like(frame, rng) if name in present else frame for name, frame in sorted(course.features.items())
    }
    return [name for step in play(course, predictor, features=frames) for name in step.picks]


def _noise_like(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Normal noise of the same shape and column variances."""
    noise = rng.standard_normal(frame.shape) * frame.std(axis=0).to_numpy(float)
    return pd.DataFrame(noise, index=frame.index, columns=frame.columns)


def sibling_ranking(course: Course, priors: Priors) -> list[str] | None:
    """The strongest genes of the target's sibling screens, by mean quantile of strength.

    Args:
        course: The campaign.
        priors: Effects of other screens, siblings included, all rows.
    """
    siblings = siblings_among(priors.screens, course.question)
    ids = {screen.id for screen in siblings}
    ranks = strength_ranks(Priors(siblings, priors.effects[priors.effects["screen_id"].isin(ids)]))
    if ranks.empty:
        return None
    return shortlist(ranks.mean(axis=1).reindex(course.library.index).fillna(0.0), course.budget, course.stream(8))
