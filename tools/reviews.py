"""Reviews: how a campaign has done against what was expected, and whether another round is worth it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tools.proposals import Expected
from tools.workspace import Workspace


@dataclass(frozen=True)
class RoundReview:
    """One measured round: nominations, results, hits among them, and the hits that were expected of those measured."""

    round: int
    nominated: int
    measured: int
    hits: int
    expected: Expected


@dataclass(frozen=True)
class Review:
    """How a campaign stands.

    Attributes:
        campaign: Name of the campaign.
        rounds: Its measured rounds.
        hits: Hits of all of them.
        expected: What their shortlists promised.
        rule: How a hit was told, in a sentence.
        candidates: Candidates left.
        next_size: Places of a next round; smaller than the campaign's size where fewer candidates are left.
        next_expected: Hits expected of a next round.
        next_random: Hits expected of as many candidates drawn at random.
        worth: Whether another round is worth it.
        verdict: Why, in a sentence.
    """

    campaign: str
    rounds: tuple[RoundReview, ...]
    hits: int
    expected: Expected
    rule: str
    candidates: int
    next_size: int
    next_expected: Expected
    next_random: float
    worth: Literal["yes", "perhaps", "no"]
    verdict: str

    def to_json(self) -> dict[str, Any]:
        """As plain values for ``campaign review --json``."""
        raise NotImplementedError


def campaign_review(workspace: Workspace, name: str = "") -> Review:
    """Compares a campaign's hits with what was expected, and says what a next round would bring."""
    raise NotImplementedError
