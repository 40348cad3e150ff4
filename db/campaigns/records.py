"""Records of a round's shortlist as a whole, and of names that could not be used.

The store keeps them as JSON; a key that an older store lacks gets its default, and one without a value is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass
from typing import Any, Literal, Self

LEVEL = 0.8


@dataclass(frozen=True)
class IgnoredName:
    """A name that was given but could not be used.

    Attributes:
        name: The name as it was given.
        why: Why, in words.
        source: Where it stood (``library``, ``exclusions``, ``grades`` …); JSON calls it ``in``.
        status: What the nomenclature says of it (``unknown``, ``ambiguous``, ``date``); empty where another thing is
            in its way, and of names that are read from the store, which keeps the words alone.
    """

    name: str
    why: str
    source: str
    status: str = field(default="", compare=False)

    def to_json(self) -> dict[str, str]:
        """As plain values that `from_json` reads back."""
        return {"name": self.name, "why": self.why, "in": self.source}

    @classmethod
    def from_json(cls, values: Mapping[str, str]) -> Self:
        """The name that `to_json` wrote."""
        return cls(values["name"], values["why"], values["in"])


@dataclass(frozen=True)
class Expected:
    """A number of hits that is expected, with the interval that holds it at `level`.

    Attributes:
        mean: Sum of the probabilities.
        low: Lower end, a whole number of hits.
        high: Upper end, a whole number of hits.
        level: How often the number of hits lies in the interval, at least.
    """

    mean: float
    low: float
    high: float
    level: float = LEVEL


@dataclass(frozen=True)
class Control:
    """What is to be ordered beside the nominations: a known hit, or non-targeting guides.

    Attributes:
        kind: Which of the two.
        perturbation: The known hit; empty for non-targeting guides.
        guides: How many guides; 0 where a known hit is nominated, and has its guides there.
        why: What it is good for.
    """

    kind: Literal["positive", "non-targeting"]
    perturbation: str
    guides: int
    why: str


@dataclass(frozen=True)
class ExcludedScreen:
    """A screen that was refused as a prior, and why."""

    screen: str
    why: str


@dataclass(frozen=True)
class FilledSlot:
    """A place of a shortlist that a grade filled.

    Attributes:
        taken: Who came in.
        grade: With which mean grade.
        displaced: Whom it displaced.
        taken_probability: Hit probability of the one that came in.
        displaced_probability: Hit probability of the one that was displaced.
    """

    taken: str
    grade: float
    displaced: str
    taken_probability: float
    displaced_probability: float


@dataclass(frozen=True)
class GradedProbability:
    """The hit probability of a nomination that was graded, without its grade and with it."""

    perturbation: str
    grade: float
    without_grade: float
    with_grade: float

    def to_json(self) -> dict[str, Any]:
        """As plain values; ``without`` and ``with`` the grade."""
        return {
            "perturbation": self.perturbation,
            "grade": self.grade,
            "without": self.without_grade,
            "with": self.with_grade,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The probability that `to_json` wrote."""
        return cls(values["perturbation"], values["grade"], values["without"], values["with"])


@dataclass(frozen=True)
class SlotsInfo:
    """How many places of a shortlist grades could fill, and what each of them changed.

    Attributes:
        share: Share of the round that grades may fill, 0 to 1.
        places: The same in whole places.
        filled: Places that grades did fill.
        why: Why the share is what it is.
        least_grade: The mean grade that a slot takes.
        graded_by: Who graded.
        graded: Perturbations that were graded.
        changes: One for each place that a grade filled.
        agreed: Computed nominations that were graded well too.
        probability_weight: Log-odds of a hit for a grade one above the middle.
        probabilities: One for each nomination that was graded.
        expected_hits_computed: Hits expected of the list without slots.
        heard: Mean grade of each perturbation, as it was when the list was computed.
    """

    share: float
    places: int
    filled: int
    why: str
    least_grade: float
    graded_by: tuple[str, ...]
    graded: int
    changes: tuple[FilledSlot, ...]
    agreed: tuple[str, ...]
    probability_weight: float
    probabilities: tuple[GradedProbability, ...]
    expected_hits_computed: Expected
    heard: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """As plain values that `from_json` reads back."""
        return dict(in_order(vars(self)))

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The slots that `to_json` wrote."""
        return cls(
            **{
                **values,
                "graded_by": tuple(values["graded_by"]),
                "changes": tuple(FilledSlot(**one) for one in values["changes"]),
                "agreed": tuple(values["agreed"]),
                "probabilities": tuple(GradedProbability.from_json(one) for one in values["probabilities"]),
                "expected_hits_computed": Expected(**values["expected_hits_computed"]),
            }
        )


@dataclass(frozen=True)
class ShortlistInfo:
    """What is known of a round's shortlist as a whole.

    Attributes:
        size: How many places the round has.
        expected_hits: Hits expected of them.
        controls: What to order beside the nominations.
        ignored: Names that were given but could not be used.
        predictor: Which predictor ranked.
        excluded_screens: Screens that were refused as priors.
        basis: What the list rests on (`tools.campaigns.state.CampaignState.basis`).
        doubt: The error that the log-odds of its probabilities share; None where that was not kept.
        random_probability: Mean hit probability of the candidates; None where that was not kept.
        slots: What grades changed; None where nothing was graded.
        preregistered: SHA-256 of each preregistration that was written of the round; None where none was.
    """

    size: int
    expected_hits: Expected
    controls: tuple[Control, ...] = ()
    ignored: tuple[IgnoredName, ...] = ()
    predictor: str = ""
    excluded_screens: tuple[ExcludedScreen, ...] = ()
    basis: str = ""
    doubt: float | None = None
    random_probability: float | None = None
    slots: SlotsInfo | None = None
    preregistered: tuple[str, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain values that `from_json` reads back; what has no value is left out."""
        return {key: value for key, value in in_order(vars(self)).items() if value is not None}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The shortlist that `to_json` wrote, or an older store holds."""
        return cls(
            **{
                **values,
                "expected_hits": Expected(**values["expected_hits"]),
                "controls": tuple(Control(**one) for one in values.get("controls", ())),
                "ignored": tuple(IgnoredName.from_json(one) for one in values.get("ignored", ())),
                "excluded_screens": tuple(ExcludedScreen(**one) for one in values.get("excluded_screens", ())),
                "slots": SlotsInfo.from_json(values["slots"]) if values.get("slots") else None,
                "preregistered": tuple(values["preregistered"]) if values.get("preregistered") else None,
            }
        )


def in_order(value: Any) -> Any:  # noqa: ANN401 – any record in, any JSON value out
    """Plain values with their keys in order, as the store keeps them.

    Args:
        value: A record of this file, or anything that holds some.
    """
    if hasattr(value, "to_json"):
        return in_order(value.to_json())
    if is_dataclass(value) and not isinstance(value, type):
        return in_order(vars(value))
    if isinstance(value, Mapping):
        return {key: in_order(value[key]) for key in sorted(value)}
    return [in_order(one) for one in value] if isinstance(value, (list, tuple)) else value
