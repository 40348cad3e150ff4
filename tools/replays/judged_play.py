"""Judged play: in a replay, a judge grades each round's candidates as it would in a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from db.records import Question
from db.store import Store
from db.view import View
from tools.grades.admission import Admission, NamesAndEvidence
from tools.grades.heard_grades import mean_grades, record_of_round
from tools.grades.judge import Judge, JudgeTask, JudgeUsage
from tools.grades.judged_candidates import COMPUTED, NEARBY, Nearby, judged_candidates
from tools.grades.slots import SlotRecord, seat, slot_share
from tools.prediction.library_strengths import hits_of
from tools.prediction.records import Rounds
from tools.replays.course import Course, Turn

SHOWN_RESULTS = 150
"""Results of earlier rounds that a judge is shown, about."""


@dataclass(frozen=True)
class Judging:
    """Who judges the rounds of one screen's replay, and what it may read.

    Attributes:
        judge: Who grades.
        store: Where names and evidence are looked up.
        view: The door to descriptions of genes; the target and its copies are hidden.
        nearby: Networks and gene sets.
    """

    judge: Judge
    store: Store
    view: View
    nearby: Nearby

    def sample(self, question: Question, library: Sequence[str], size: int, seed: int = 0) -> JudgeTask:
        """A task as large as those of a late round, to tell beforehand what a replay would take at most.

        Args:
            question: What is looked for.
            library: Names of the library.
            size: Places of a round.
            seed: A seed.
        """
        shown = list(library[:SHOWN_RESULTS])
        revealed = Rounds(pd.DataFrame({"perturbation": shown, "round": 1, "estimate": -1.234}))
        candidates = tuple(library[: COMPUTED + NEARBY])
        return JudgeTask(question, revealed, tuple(shown[: SHOWN_RESULTS // 2]), candidates, self.view, size, seed)


@dataclass
class JudgedSeats:
    """Fills the slots of one played campaign.

    Attributes:
        judging: Who judges.
        course: The campaign.
        masked: Whether names are hidden from the judge.
        usage: What judging took so far.
        refused: Names and evidence that could not be used so far.
        filled: Slots filled so far.
    """

    judging: Judging
    course: Course
    masked: bool = False
    usage: JudgeUsage = field(default_factory=JudgeUsage)
    refused: int = 0
    filled: int = 0
    _rounds: list[tuple[list[str], list[str]]] = field(default_factory=list)

    @cached_property
    def _known(self) -> NamesAndEvidence:
        return NamesAndEvidence(self.judging.store, self.course.question.organism)

    def __call__(self, turn: Turn) -> tuple[tuple[str, ...], frozenset[str]]:
        """The round's picks with slots filled, and which of them came by grade.

        Args:
            turn: The round as it was computed.
        """
        question = self.course.question
        hits = hits_of(turn.rounds, question)
        share = slot_share(turn.number, len(turn.picks), self._record(hits))
        picks, by_grade = turn.picks, frozenset[str]()
        if share.places:
            task = self._task(turn, hits)
            grades = self._grades(turn, task)
            seating = seat(turn.picks, turn.ranking.utility, grades, share.places, self.course.stream(12, turn.number))
            picks, by_grade = seating.perturbations, seating.by_grade
        self.filled += len(by_grade)
        self._rounds.append(([p for p in picks if p in by_grade], [p for p in picks if p not in by_grade]))
        return picks, by_grade

    def _record(self, hits: Sequence[str]) -> SlotRecord:
        """How slots have done, by the hits that a campaign without flags would assume."""
        total, struck = SlotRecord(), set(hits)
        for slots, computed in self._rounds:
            total = total.plus(record_of_round(slots, computed, struck))
        return total

    def _task(self, turn: Turn, hits: Sequence[str]) -> JudgeTask:
        top = turn.ranking.picks(max(COMPUTED, len(turn.picks)))
        candidates = [str(name) for name in turn.ranking.utility.index]
        tested = [str(name) for name in turn.rounds.effects["perturbation"]]
        shuffle = self.course.stream(10, turn.number)
        return JudgeTask(
            question=self.course.question,
            rounds=turn.rounds,
            hits=tuple(hits),
            candidates=judged_candidates(top, candidates, hits, tested, self.judging.nearby, shuffle),
            view=self.judging.view,
            nominations=len(turn.picks),
            seed=self.course.seed * 1000 + turn.number,
            masked=self.masked,
        )

    def _grades(self, turn: Turn, task: JudgeTask) -> dict[str, float]:
        judgement = self.judging.judge.grade(task)
        self.usage = self.usage.plus(judgement.usage)
        tested = set(turn.rounds.effects["perturbation"])

        def why_not(name: str) -> str:
            return "measured already" if name in tested else "not in the library of this replay"

        admission = Admission(self._known, frozenset(turn.ranking.order), why_not)
        with self.judging.store.read():
            grades, ignored = admission.admit(judgement)
        self.refused += len(ignored)
        return mean_grades((one.perturbation, "judge", one.grade) for one in grades)
