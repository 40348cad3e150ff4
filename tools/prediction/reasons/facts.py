"""Facts and reasons: what is said of a candidate, and the rows behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from db.records import Screen


@dataclass(frozen=True)
class Fact:
    """One clause of a reason.

    Attributes:
        text: The clause.
        evidence: Ids of the rows that it rests on; none for a caution.
        against: Whether it speaks against the candidate.
    """

    text: str
    evidence: tuple[str, ...]
    against: bool = False


@dataclass(frozen=True)
class Reason:
    """Why a candidate is where it is, from facts of the store.

    Attributes:
        text: One line of clauses; never empty.
        evidence: Ids that `hitscout evidence` opens, strongest first.
        facts: The clauses one by one; empty where nothing speaks for or against the candidate.
    """

    text: str
    evidence: tuple[str, ...]
    facts: tuple[Fact, ...] = ()


@dataclass
class Clauses:
    """Clauses gathered for each perturbation, in order of weight."""

    facts: dict[str, list[Fact]] = field(default_factory=dict)

    def add(self, perturbation: str, text: str, evidence: Sequence[str], *, against: bool = False) -> None:
        """Adds a clause on a perturbation.

        Args:
            perturbation: Its name.
            text: The clause.
            evidence: Ids of the rows that it rests on.
            against: Whether it speaks against it.
        """
        self.facts.setdefault(perturbation, []).append(Fact(text, tuple(evidence), against))


def signed(value: float) -> str:
    """A number with two significant digits and a true minus sign."""
    return f"{value:+.2g}".replace("-", "−").lstrip("+")


def effect_said(estimate: float, *, unsigned: bool) -> str:
    """An effect in words: ``effect −1.2``, or ``strength 24 without direction`` where its screen tells no sign.

    Args:
        estimate: The effect.
        unsigned: Whether its contrast says how strong effects are, but not which way they go.
    """
    return f"strength {signed(estimate)} without direction" if unsigned else f"effect {signed(estimate)}"


def titled(screen: Screen) -> str:
    """A screen by what it measured, where, and whose it is.

    Args:
        screen: The screen.
    """
    where = f" in {screen.cell_type}" if screen.cell_type else ""
    return f"{screen.phenotype or screen.name}{where} ({screen.study or screen.name})"
