"""What a blind judge gives: grades and nominations for a round, from whoever can grade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from db.records import Question
from tools.predictors.base import Rounds


@dataclass(frozen=True)
class Grade:
    """A judgement of one perturbation.

    Attributes:
        perturbation: What was judged.
        grade: 0 (surely no hit) to 4 (surely a hit).
        reason: Why, in a sentence.
        evidence: Ids that the reason leads to.
    """

    perturbation: str
    grade: float
    reason: str
    evidence: tuple[str, ...] = ()


class Judge(Protocol):
    """Grades candidates without seeing what the predictor thinks of them."""

    name: str
    """Who judges, for reports."""

    def grade(
        self, question: Question, rounds: Rounds, candidates: Sequence[str], rng: np.random.Generator
    ) -> tuple[Grade, ...]:
        """Grades for the candidates, and for any further ones that the judge nominates.

        Args:
            question: What is looked for.
            rounds: Effects revealed so far.
            candidates: Names in a shuffled order that says nothing.
            rng: Where every random choice comes from.
        """
        ...
