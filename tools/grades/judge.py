"""What a blind judge is asked and what it gives: grades and nominations for a round, from whoever can grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from db.campaigns.records import IgnoredName
from db.records import Question
from db.view import View
from tools.prediction.records import Rounds


@dataclass(frozen=True)
class Grade:
    """A judgement of one perturbation.

    Attributes:
        perturbation: What was judged.
        grade: 0 (surely no hit) to 4 (surely a hit).
        reason: Why, in a sentence.
        evidence: Ids that the reason leads to.
        draw: Number of the draw, where a judge grades more than once.
    """

    perturbation: str
    grade: float
    reason: str
    evidence: tuple[str, ...] = ()
    draw: int = 0


@dataclass(frozen=True)
class JudgeUsage:
    """What judging took, or what it is about to take.

    Attributes:
        requests: Requests to the language model; those answered from the cache are not among them.
        cached: Requests that were answered from the cache, for nothing.
        input_tokens: Tokens sent.
        output_tokens: Tokens received.
        cost: In US dollars; None where the price is not known.
    """

    requests: int = 0
    cached: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = 0.0

    def plus(self, other: JudgeUsage) -> JudgeUsage:
        """Both together; the cost is known only where both are.

        Args:
            other: Further usage.
        """
        known = self.cost is not None and other.cost is not None
        return JudgeUsage(
            self.requests + other.requests,
            self.cached + other.cached,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            (self.cost or 0.0) + (other.cost or 0.0) if known else None,
        )

    def times(self, count: int) -> JudgeUsage:
        """As much again and again; the cache answers only the first time.

        Args:
            count: How many times in all.
        """
        everything = self.requests + self.cached
        return JudgeUsage(
            everything * count - self.cached,
            self.cached,
            self.input_tokens * count,
            self.output_tokens * count,
            None if self.cost is None else self.cost * count,
        )

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        cost = None if self.cost is None else round(self.cost, 6)
        return {
            "requests": self.requests,
            "cached": self.cached,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cost": cost,
        }

    def __str__(self) -> str:
        price = "at a price that is not known" if self.cost is None else f"for about ${self.cost:,.2f}"
        if self.cost == 0.0:
            price = "at no cost"
        held = f" ({self.cached:,} more from the cache)" if self.cached else ""
        return f"{self.requests:,} requests{held}, {self.input_tokens + self.output_tokens:,} tokens {price}"


@dataclass(frozen=True)
class JudgeTask:
    """What a judge is asked about one round.

    Attributes:
        question: What is looked for.
        rounds: Effects revealed so far.
        hits: Revealed perturbations that count as hits, strongest first.
        candidates: What is to be graded, in an order that says nothing.
        view: The door to descriptions of genes; it hides what must not be seen.
        nominations: How many further perturbations the judge may nominate.
        seed: Where every random choice of the judge comes from.
        masked: Whether names are to be hidden from the judge (a control for what it remembers).
        results: Revealed perturbation → evidence id of its result; empty where results have none.
    """

    question: Question
    rounds: Rounds
    hits: tuple[str, ...]
    candidates: tuple[str, ...]
    view: View
    nominations: int = 0
    seed: int = 0
    masked: bool = False
    results: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Judgement:
    """What a judge gives; nothing of it is trusted before `tools.grades.admission.admit` has looked at it.

    Attributes:
        grades: One for each perturbation and draw, nominations among them.
        ignored: What the judge could not use of its own replies.
        usage: What it took.
    """

    grades: tuple[Grade, ...]
    ignored: tuple[IgnoredName, ...] = ()
    usage: JudgeUsage = JudgeUsage()


class Judge(Protocol):
    """Grades candidates without seeing what the predictor thinks of them."""

    name: str
    """Who judges, for reports."""

    budget: float | None
    """The most that it may cost in US dollars; None for no bound."""

    def estimate(self, task: JudgeTask) -> JudgeUsage:
        """What judging a round would take; nothing is sent.

        Args:
            task: What would be asked.
        """
        ...

    def grade(self, task: JudgeTask) -> Judgement:
        """Grades for the candidates, and for any further perturbations that the judge nominates.

        Args:
            task: What is asked.
        """
        ...
