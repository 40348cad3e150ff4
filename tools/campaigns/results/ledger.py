"""Tallies: what a campaign's rounds have promised, brought and cost so far; no prediction is made for them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from db.campaigns.records import Expected
from db.campaigns.rounds import grades_of
from db.records import CampaignSettings, Round, RoundState
from tools.campaigns.results.called_hits import call_hits
from tools.campaigns.state import CampaignState
from tools.grades.heard_grades import unheard
from tools.prediction.expected_hits import COMMON_DOUBT, expected_of
from tools.workspace import Workspace

MOST_BINS = 5
FEWEST_IN_BIN = 8
"""Nominations of a calibration bin: of fewer, an interval says nothing."""


@dataclass(frozen=True)
class Spend:
    """What is ordered for a round, or for several.

    Attributes:
        guides: Guides of the nominations and of positive controls beside them.
        non_targeting: Non-targeting guides that are advised.
        cells: Cells that the coverage asks for, for all of these guides.
        price: Price of all of these guides; None where a guide's price is not known.
    """

    guides: int
    non_targeting: int
    cells: int
    price: float | None


@dataclass(frozen=True)
class RoundTally:
    """One round so far.

    Attributes:
        round: Its number.
        state: open, confirmed or measured.
        nominated: Its nominations.
        measured: Nominations with a result; known positive controls are not counted.
        hits: Hits among them; None while the round is not measured.
        expected: Hits that were promised: of those measured, or of all nominations while nothing is.
        random: Hits that as many candidates drawn at random were believed to bring; None where that was not kept.
        spend: What is ordered for it.
        stale: Whether it is open and the question, exclusions or results changed since it was computed.
        unheard: Perturbations of an open round whose grades came after it was computed, and would change it.
    """

    round: int
    state: RoundState
    nominated: int
    measured: int
    hits: int | None
    expected: Expected
    random: float | None
    spend: Spend
    stale: bool = False
    unheard: tuple[str, ...] = ()


@dataclass(frozen=True)
class CalibrationBin:
    """Measured nominations of similar hit probability.

    Attributes:
        low: Their lowest probability, as it was proposed.
        high: Their highest.
        nominations: How many they are.
        expected: Hits that were promised.
        hits: Hits that came.
    """

    low: float
    high: float
    nominations: int
    expected: Expected
    hits: int


@dataclass(frozen=True)
class Tally:
    """A campaign so far.

    Attributes:
        campaign: Its name.
        rounds: Its rounds, by number.
        calibration: Measured nominations in bins of equal count, by rising probability; empty where there are few.
        spend: What was ordered in confirmed and measured rounds.
        rule: How a hit is told, in a sentence.
    """

    campaign: str
    rounds: tuple[RoundTally, ...]
    calibration: tuple[CalibrationBin, ...]
    spend: Spend
    rule: str


def tally_of(workspace: Workspace, state: CampaignState) -> Tally:
    """The tally of a campaign that was read already.

    Args:
        workspace: Its store has published lists of hits.
        state: The campaign.
    """
    called = call_hits(workspace.store, state)
    rounds = tuple(_round(workspace, state, one, called.hits) for one in state.rounds)
    ordered = [one.spend for one in rounds if one.state != "open"]
    return Tally(state.campaign.name, rounds, _calibration(state.rounds, called.hits), _sum(ordered), called.rule)


def promises_of(one: Round) -> dict[str, float]:
    """Hit probability of each nomination that was measured, as it was proposed; known positive controls left out.

    Args:
        one: The round.
    """
    return {
        n.perturbation: n.hit_probability
        for n in one.nominations
        if n.outcome == "measured" and "positive-control" not in n.flags
    }


def spend_of(one: Round, settings: CampaignSettings) -> Spend:
    """What is ordered for a round, as its export counts it.

    Args:
        one: The round.
        settings: Guides of a gene, coverage and price of the campaign.
    """
    controls = one.shortlist.controls
    beside = sum(1 for control in controls if control.kind == "positive" and control.guides)
    guides = (len(one.nominations) + beside) * settings.guides_per_gene
    others = sum(control.guides for control in controls if control.kind == "non-targeting")
    price = None if settings.price is None else settings.price * (guides + others)
    return Spend(guides, others, (guides + others) * settings.coverage, price)


def doubt_of_round(one: Round) -> float:
    """The error that the log-odds of a round's probabilities share, as it was when the round was proposed.

    Args:
        one: The round.
    """
    return COMMON_DOUBT if one.shortlist.doubt is None else one.shortlist.doubt


def _round(workspace: Workspace, state: CampaignState, one: Round, hits: frozenset[str]) -> RoundTally:
    promises, measured, is_open = promises_of(one), one.state == "measured", one.state == "open"
    # What was kept with the list need not be computed again.
    promised = expected_of(list(promises.values()), doubt=doubt_of_round(one)) if measured else None
    expected = promised or one.shortlist.expected_hits
    counted = len(promises) if measured else len(one.nominations)
    chance = one.shortlist.random_probability
    return RoundTally(
        round=one.number,
        state=one.state,
        nominated=len(one.nominations),
        measured=len(promises),
        hits=sum(name in hits for name in promises) if measured else None,
        expected=expected,
        random=None if chance is None else chance * counted,
        spend=spend_of(one, state.campaign.settings),
        stale=is_open and one.shortlist.basis != state.basis,
        unheard=tuple(unheard(one, grades_of(workspace.store, one.id))) if is_open else (),
    )


def _calibration(rounds: Sequence[Round], hits: frozenset[str]) -> tuple[CalibrationBin, ...]:
    """Bins of equal count, so that each says as much as another."""
    pairs = sorted((p, name) for one in rounds if one.state == "measured" for name, p in promises_of(one).items())
    count = min(MOST_BINS, len(pairs) // FEWEST_IN_BIN)
    if count < 2:
        return ()
    edges = [round(len(pairs) * i / count) for i in range(count + 1)]
    return tuple(_bin(pairs[start:end], hits) for start, end in itertools.pairwise(edges))


def _bin(pairs: Sequence[tuple[float, str]], hits: frozenset[str]) -> CalibrationBin:
    probabilities = [p for p, _ in pairs]
    found = sum(name in hits for _, name in pairs)
    return CalibrationBin(probabilities[0], probabilities[-1], len(pairs), expected_of(probabilities), found)


def _sum(spends: Sequence[Spend]) -> Spend:
    prices = [one.price for one in spends if one.price is not None]
    return Spend(
        guides=sum(one.guides for one in spends),
        non_targeting=sum(one.non_targeting for one in spends),
        cells=sum(one.cells for one in spends),
        price=sum(prices) if spends and len(prices) == len(spends) else None,
    )
