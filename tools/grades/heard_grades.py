"""Seating: a campaign's grades are heard, and what each of them changed is kept with the shortlist."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from db.campaigns.records import FilledSlot, GradedProbability, SlotsInfo
from db.campaigns.rounds import GivenGrade
from db.records import Round
from tools.grades.slots import GRADE_WEIGHT, LEAST_GRADE, Seating, SlotRecord, SlotShare, seat, slot_share, with_grade
from tools.prediction.computed_list import Choice, Prediction, expected_hits
from tools.prediction.reasons.facts import Reason


@dataclass(frozen=True)
class Heard:
    """The grades of a round, summed up.

    Attributes:
        grades: Mean grade of each perturbation.
        given: All grades as they were given.
    """

    grades: Mapping[str, float]
    given: tuple[GivenGrade, ...] = ()

    @classmethod
    def of(cls, given: Sequence[GivenGrade]) -> Heard:
        """The mean of each perturbation's grades; a person's counts as a language model's does.

        Args:
            given: Grades of one round.
        """
        return cls(mean_grades((one.perturbation, one.graded_by, one.grade) for one in given), tuple(given))

    def reason(self, perturbation: str, computed: Reason) -> Reason:
        """The reason of a nomination with its grade's own in front.

        Args:
            perturbation: The nomination.
            computed: What the store says of it.
        """
        grade = self.grades.get(perturbation)
        if grade is None or grade < LEAST_GRADE:
            return computed
        mine = [one for one in self.given if one.perturbation == perturbation]
        best = max(mine, key=lambda one: (one.grade, -one.draw))
        said = f"grade {grade:.2g} by {best.graded_by}: {best.reason.rstrip('.')}; {computed.text}"
        evidence = [item for one in mine for item in one.evidence]
        return Reason(said, tuple(dict.fromkeys([*evidence, *computed.evidence])))


def record_of_rounds(rounds: Sequence[Round], hits: Collection[str]) -> SlotRecord:
    """How slots have done in a campaign's measured rounds; positive controls do not count.

    Args:
        rounds: The campaign's rounds.
        hits: Measured perturbations that are hits.
    """
    total = SlotRecord()
    for one in rounds:
        if one.state != "measured":
            continue
        counted = [n for n in one.nominations if n.outcome == "measured" and "positive-control" not in n.flags]
        slots = [n.perturbation for n in counted if n.by == "grade"]
        others = [n.perturbation for n in counted if n.by == "computed"]
        total = total.plus(record_of_round(slots, others, hits))
    return total


def record_of_round(slots: Sequence[str], computed: Sequence[str], hits: Collection[str]) -> SlotRecord:
    """How the slots of one round have done beside as many computed nominations from the end of its list.

    Args:
        slots: Nominations by grade.
        computed: Computed nominations, best first.
        hits: What turned out to be a hit.
    """
    others = computed[len(computed) - min(len(slots), len(computed)) :]
    return SlotRecord(len(slots), _count(slots, hits), len(others), _count(others, hits))


def _count(names: Sequence[str], hits: Collection[str]) -> int:
    return sum(name in hits for name in names)


def hear(
    rounds: Sequence[Round], hits: Collection[str], choice: Choice, heard: Heard, number: int, seed: int
) -> tuple[Seating, SlotShare]:
    """Fills the slots of a round.

    Args:
        rounds: The campaign's rounds so far.
        hits: Measured perturbations that are hits.
        choice: The computed list.
        heard: The round's grades.
        number: Number of the round.
        seed: Breaks ties.
    """
    share = slot_share(number, len(choice.perturbations), record_of_rounds(rounds, hits))
    rng = np.random.default_rng([seed, 2])
    return seat(choice.perturbations, choice.utility, heard.grades, share.places, rng), share


def slots_info(seating: Seating, share: SlotShare, heard: Heard, choice: Choice, prediction: Prediction) -> SlotsInfo:
    """What is stored of a round's slots: their share, each change, and probabilities without and with grades.

    Args:
        seating: The list with its slots filled.
        share: How many slots there were.
        heard: The round's grades.
        choice: The computed list.
        prediction: What is believed of the candidates.
    """
    probability = prediction.posterior.frame["hit_probability"].astype(float)
    graded = [name for name in seating.perturbations if name in heard.grades]
    without = np.array(probability.loc[graded], dtype=np.float64)
    raised = with_grade(without, np.array([heard.grades[name] for name in graded], dtype=np.float64))
    return SlotsInfo(
        share=share.share,
        places=share.places,
        filled=len(seating.changes),
        why=share.why,
        least_grade=LEAST_GRADE,
        graded_by=tuple(sorted({one.graded_by for one in heard.given})),
        graded=len(heard.grades),
        changes=tuple(
            FilledSlot(
                one.taken, one.grade, one.displaced, float(probability[one.taken]), float(probability[one.displaced])
            )
            for one in seating.changes
        ),
        agreed=seating.agreed,
        probability_weight=GRADE_WEIGHT,
        probabilities=tuple(
            GradedProbability(name, heard.grades[name], float(a), float(b))
            for name, a, b in zip(graded, without, raised, strict=True)
        ),
        expected_hits_computed=expected_hits(prediction, choice.perturbations),
        heard=dict(sorted(heard.grades.items())),
    )


def unheard(one: Round, given: Sequence[GivenGrade]) -> list[str]:
    """Perturbations whose grades would change a round's shortlist, but came after it was computed.

    Args:
        one: The open round.
        given: The grades that it has now.
    """
    now = Heard.of(given).grades
    before = one.shortlist.slots.heard if one.shortlist.slots else {}
    listed = {n.perturbation: n.by for n in one.nominations}
    changed = [name for name in sorted({*now, *before}) if now.get(name) != before.get(name)]
    return [
        name
        for name in changed
        if listed.get(name) == "grade" or (name not in listed and now.get(name, 0.0) >= LEAST_GRADE)
    ]


def mean_grades(grades: Iterable[tuple[str, str, float]]) -> dict[str, float]:
    """Mean grade of each perturbation: the mean over graders of each grader's mean over draws.

    Args:
        grades: Perturbation, who graded, and the grade.
    """
    by_grader: dict[str, dict[str, list[float]]] = {}
    for perturbation, by, grade in grades:
        by_grader.setdefault(perturbation, {}).setdefault(by, []).append(grade)
    return {
        name: float(np.mean([np.mean(values) for values in graders.values()])) for name, graders in by_grader.items()
    }
