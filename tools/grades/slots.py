"""Slots: the places of a round that grades may fill, how many they are, and what they change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from tools.prediction.acquisitions.base import UTILITY_DECIMALS, seeded_order

FIRST_SHARE, SECOND_SHARE, MOST_SHARE = 0.25, 0.15, 0.30
LEAST_CHANCE = 0.1
"""A judge whose slots are likelier than this to be no worse than what they displace keeps a share."""
LEAST_GRADE = 2.5
"""A slot takes a mean grade of at least this: nearer to "likely" than to "as likely as not"."""
GRADE_WEIGHT = 0.0
"""Log-odds of a hit for a grade one above the middle. Zero until replays have fitted it."""
MIDDLE_GRADE = 2.0
PRIOR_STRENGTH = 2.0
"""The Beta prior of a hit rate weighs as much as this many nominations."""


@dataclass(frozen=True)
class SlotRecord:
    """How slots have done in a campaign, beside what stood where slots could have stood.

    Attributes:
        slots: Measured nominations that came by grade.
        slot_hits: Hits among them.
        others: As many measured computed nominations from the end of the same rounds' lists: what slots displace.
        other_hits: Hits among those.
    """

    slots: int = 0
    slot_hits: int = 0
    others: int = 0
    other_hits: int = 0

    def plus(self, other: SlotRecord) -> SlotRecord:
        """Both records together.

        Args:
            other: Of another round.
        """
        return SlotRecord(
            self.slots + other.slots,
            self.slot_hits + other.slot_hits,
            self.others + other.others,
            self.other_hits + other.other_hits,
        )


@dataclass(frozen=True)
class SlotShare:
    """How many places of a round grades may fill.

    Attributes:
        share: Share of the round, 0 to `MOST_SHARE`.
        places: Whole places.
        why: In a sentence.
    """

    share: float
    places: int
    why: str


@dataclass(frozen=True)
class SlotChange:
    """One place that a grade changed: who came in with which grade, and whom it displaced."""

    taken: str
    grade: float
    displaced: str


@dataclass(frozen=True)
class Seating:
    """A full list after grades were heard.

    Attributes:
        perturbations: Computed ones first, then those that came by grade, best first.
        changes: One for each place that a grade changed.
        agreed: Computed nominations that were graded well too; they needed no slot.
    """

    perturbations: tuple[str, ...]
    changes: tuple[SlotChange, ...] = ()
    agreed: tuple[str, ...] = ()

    @property
    def by_grade(self) -> frozenset[str]:
        """The nominations that came by grade."""
        return frozenset(change.taken for change in self.changes)


def slot_share(number: int, size: int, record: SlotRecord) -> SlotShare:
    """The share of a round that grades may fill.

    25 % of the first round and 15 % of the second. From the third on it is `MOST_SHARE` times the probability that
    slots hit more often than what they displace, both hit rates with Beta posteriors from the campaign's own record;
    without a record that is 15 %. Below a probability of `LEAST_CHANCE` there are none.

    Args:
        number: Number of the round, from 1.
        size: Places of the round.
        record: How slots have done so far.
    """
    if number <= 1:
        share, why = FIRST_SHARE, "the first round has no record yet"
    elif number == 2:
        share, why = SECOND_SHARE, "the second round"
    else:
        chance = chance_better(record)
        share = MOST_SHARE * chance if chance >= LEAST_CHANCE else 0.0
        why = (
            f"{record.slot_hits} of {record.slots} slots so far were hits, {record.other_hits} of {record.others} of"
            f" what they displace: better with probability {chance:.2f}"
        )
    # Rounded at 1e-9 first: .15 × 20 is a little less than 3 in floating point.
    places = int(np.floor(round(min(share, MOST_SHARE) * size, 9)))
    return SlotShare(share, places, why)


def chance_better(record: SlotRecord) -> float:
    """Probability that the hit rate of slots is above that of what they displace.

    Each rate has the posterior Beta(a₀ + hits, b₀ + misses) with a₀ + b₀ = `PRIOR_STRENGTH` at the pooled rate, so
    that a short record of slots is not taken for a good one; the probability is the integral of one density times the
    other's distribution function.

    Args:
        record: How slots have done so far.
    """
    from scipy.integrate import quad
    from scipy.stats import beta

    pooled = (record.slot_hits + record.other_hits + 0.5) / (record.slots + record.others + 1.0)
    a, b = PRIOR_STRENGTH * pooled, PRIOR_STRENGTH * (1 - pooled)
    slots = beta(a + record.slot_hits, b + record.slots - record.slot_hits)
    others = beta(a + record.other_hits, b + record.others - record.other_hits)
    # Over quantiles of the slots' rate the integrand is bounded, wherever the densities are not.
    value = float(quad(lambda q: float(others.cdf(slots.ppf(q))), 0.0, 1.0, limit=200)[0])
    return min(max(value, 0.0), 1.0)


def seat(
    computed: Sequence[str],
    utility: pd.Series[float],
    grades: Mapping[str, float],
    places: int,
    rng: np.random.Generator,
) -> Seating:
    """Fills slots with the best grades; the rest is the computed list, to the gene.

    The best graded candidates that the computed list lacks come in, up to `places` of them, each for one of the last
    computed nominations that is not graded well itself. Equal grades are ordered by utility, then by a seeded order of
    the names.

    Args:
        computed: The computed list, best first.
        utility: Utility of every candidate; a grade of anything else is not heard.
        grades: Mean grade of each perturbation that has one.
        places: How many slots there are.
        rng: Breaks ties.

    Returns:
        As many perturbations as `computed` has.
    """
    good = {name: grade for name, grade in grades.items() if grade >= LEAST_GRADE and name in utility.index}
    agreed = tuple(name for name in computed if name in good)
    wanted = _best(good, utility, set(computed), rng)[:places]
    free = [name for name in reversed(computed) if name not in good][: len(wanted)]
    pairs = list(zip(wanted, free, strict=False))
    gone = {displaced for _, displaced in pairs}
    kept = [name for name in computed if name not in gone]
    changes = tuple(SlotChange(taken, good[taken], displaced) for taken, displaced in pairs)
    return Seating((*kept, *(change.taken for change in changes)), changes, agreed)


def _best(
    grades: Mapping[str, float], utility: pd.Series[float], without: Collection[str], rng: np.random.Generator
) -> list[str]:
    names = pd.Index([name for name in grades if name not in without], dtype=object)
    if names.empty:
        return []
    ordered = seeded_order(names, rng)
    frame = pd.DataFrame(
        {
            "grade": [grades[str(name)] for name in ordered],
            "utility": utility.loc[ordered].round(UTILITY_DECIMALS).to_numpy(float),
        },
        index=ordered,
    )
    return [str(name) for name in frame.sort_values(["grade", "utility"], ascending=False, kind="stable").index]


def with_grade(
    probability: npt.NDArray[np.float64], grade: npt.NDArray[np.float64], weight: float = GRADE_WEIGHT
) -> npt.NDArray[np.float64]:
    """Hit probabilities with the grades counted in: logit p + weight · (grade − 2).

    Args:
        probability: Computed hit probabilities, shape (n,).
        grade: Mean grades, shape (n,).
        weight: Log-odds for one grade; zero leaves the probabilities as they are.
    """
    if weight == 0.0:
        return probability
    p = np.clip(probability, 1e-9, 1 - 1e-9)
    odds = np.log(p / (1 - p)) + weight * (grade - MIDDLE_GRADE)
    return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float64)
