"""Shortlists: a stored round as people, files and programs read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.campaigns.records import Control, ExcludedScreen, Expected, IgnoredName, SlotsInfo, in_order
from db.records import Nomination, Round, RoundState


@dataclass(frozen=True)
class Shortlist:
    """A round's nominations, best first.

    Attributes:
        campaign: Name of the campaign.
        round: Number of the round, from 1.
        seed: Seed that makes the same list again from the same store.
        size: How many places the round has.
        state: Whether it may still change.
        nominations: Exactly `size` of them.
        expected_hits: Sum of the nominations' hit probabilities, with the interval of that many independent draws.
        controls: What to put beside the nominations: positive controls, and how many non-targeting guides.
        ignored: Names that were given but could not be used, and why.
        predictor: Which predictor ranked.
        excluded_screens: Screens that were refused as priors, and why.
        notes: What else a person should know, in sentences.
        path: The file that the list was written to, if it was.
        slots: How many places grades could fill, and what each of them changed; None where nothing was graded.
    """

    campaign: str
    round: int
    seed: int
    size: int
    state: RoundState
    nominations: tuple[Nomination, ...]
    expected_hits: Expected
    controls: tuple[Control, ...]
    ignored: tuple[IgnoredName, ...]
    predictor: str = ""
    excluded_screens: tuple[ExcludedScreen, ...] = ()
    notes: tuple[str, ...] = ()
    path: Path | None = None
    slots: SlotsInfo | None = None

    @classmethod
    def of(cls, campaign: str, one: Round, notes: tuple[str, ...] = (), path: Path | None = None) -> Shortlist:
        """The shortlist that a stored round holds.

        Args:
            campaign: Name of the campaign.
            one: The round.
            notes: What else a person should know.
            path: The file that it was written to, if any.
        """
        info = one.shortlist
        return cls(
            campaign=campaign,
            round=one.number,
            seed=one.seed,
            size=info.size,
            state=one.state,
            nominations=one.nominations,
            expected_hits=info.expected_hits,
            controls=info.controls,
            ignored=info.ignored,
            predictor=info.predictor,
            excluded_screens=info.excluded_screens,
            notes=notes,
            path=path,
            slots=info.slots,
        )

    def to_json(self) -> dict[str, Any]:
        """The keys of ``propose --json`` and ``shortlist --json``; ``slots`` and ``notes`` only where there are any."""
        expected = self.expected_hits
        slots = self.slots.to_json() if self.slots else {}
        # What was heard is for the next proposal; the grades themselves stand in nominations and changes.
        slots.pop("heard", None)
        return {
            "campaign": self.campaign,
            "round": self.round,
            "seed": self.seed,
            "size": self.size,
            "nominations": [nomination_json(nomination) for nomination in self.nominations],
            "expected_hits": {
                "mean": expected.mean,
                "low": expected.low,
                "high": expected.high,
                "level": expected.level,
            },
            "controls": in_order(self.controls),
            "ignored": in_order(self.ignored),
            **({"slots": slots} if slots else {}),
            **({"notes": list(self.notes)} if self.notes else {}),
        }


def nomination_json(nomination: Nomination) -> dict[str, Any]:
    """One nomination with the keys of ``propose --json``.

    Args:
        nomination: The nomination.
    """
    return {
        "rank": nomination.rank,
        "perturbation": nomination.perturbation,
        "target_genes": list(nomination.target_genes),
        "hit_probability": nomination.hit_probability,
        "low": nomination.low,
        "high": nomination.high,
        "utility": nomination.utility,
        "support": nomination.support,
        "by": nomination.by,
        "flags": list(nomination.flags),
        "grade": nomination.grade,
        "reason": nomination.reason,
        "evidence": list(nomination.evidence),
    }
