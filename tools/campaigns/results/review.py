"""Reviews: how a campaign has done against what was expected, and whether another round is worth it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from db.acts import FILE, act
from db.campaigns.records import Expected
from db.errors import ConflictError
from tools.campaigns.preregistration.checking import PreregistrationCheck, check_preregistration
from tools.campaigns.results.called_hits import HitCall, call_hits
from tools.campaigns.results.ledger import CalibrationBin, Spend, doubt_of_round, promises_of, tally_of
from tools.campaigns.rounds.nominations import foresee
from tools.campaigns.state import CampaignState, state_of
from tools.grades.heard_grades import record_of_rounds
from tools.grades.slots import SlotRecord, slot_share
from tools.prediction.computed_list import choose, expected_hits
from tools.prediction.expected_hits import expected_of
from tools.workspace import Workspace


@dataclass(frozen=True)
class RoundReview:
    """One measured round.

    Attributes:
        round: Its number.
        nominated: Its nominations.
        measured: Those with a result.
        hits: Hits among them.
        expected: Hits that were expected of those measured.
        random: Hits that as many candidates drawn at random were believed to bring; None where that was not kept.
    """

    round: int
    nominated: int
    measured: int
    hits: int
    expected: Expected
    random: float | None = None


@dataclass(frozen=True)
class Review:
    """How a campaign stands.

    Attributes:
        campaign: Name of the campaign.
        rounds: Its measured rounds.
        hits: Hits of all of them.
        expected: What their shortlists promised of the nominations that were measured.
        rule: How a hit was told, in a sentence.
        candidates: Candidates left.
        next_size: Places of a next round; fewer than the campaign's size where fewer candidates are left.
        next_expected: Hits expected of a next round.
        next_random: Hits expected of as many candidates drawn at random.
        worth: Whether another round is worth it.
        verdict: Why, in a sentence.
        calibration: Measured nominations in bins of equal count, by rising probability; empty where there are few.
        spend: What was ordered in confirmed and measured rounds.
        slots: How nominations by grade have done beside what they displace; None where there were none.
        next_slots: What that makes of the next round's slots, in a sentence; empty where there were none.
        preregistration: A measured round held against its preregistration; None where none was given.
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
    calibration: tuple[CalibrationBin, ...] = ()
    spend: Spend | None = None
    slots: SlotRecord | None = None
    next_slots: str = ""
    preregistration: PreregistrationCheck | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain values for ``campaign review --json``."""
        check = self.preregistration
        told = None if check is None else asdict(check) | {"path": str(check.path)}
        return asdict(self) | {"rounds": [asdict(one) for one in self.rounds], "preregistration": told}


def campaign_review(workspace: Workspace, name: str = "", *, preregistration: Path | None = None) -> Review:
    """Compares a campaign's hits with what was expected, and says what a next round would bring.

    Expected hits are sums of the probabilities that the shortlists carried when they were proposed; their interval
    holds 80 % of the numbers that independent draws would give (Poisson-binomial). Positive controls and genes that
    were not nominated do not count.

    Args:
        workspace: Where the campaign is.
        name: The campaign; the only open one where empty.
        preregistration: A file that `campaign_preregister` wrote, against which its round is held.

    Raises:
        ConflictError: No round of the campaign is measured yet, or not the one that was preregistered.
        RefusedFileError: The file is no preregistration.
    """
    state = state_of(workspace.store, name)
    measured = [one for one in state.rounds if one.state == "measured"]
    if not measured:
        raise ConflictError(
            f"No round of {state.campaign.name} is measured yet, so there is nothing to review.",
            f"{act('campaign_record', FILE, name=state.campaign.name)} brings its results in.",
        )
    called, tally = call_hits(workspace.store, state), tally_of(workspace, state)
    rounds = tuple(
        RoundReview(one.round, one.nominated, one.measured, one.hits, one.expected, one.random)
        for one in tally.rounds
        if one.hits is not None
    )
    promised = [p for one in measured for p in promises_of(one).values()]
    size = min(state.campaign.settings.size, len(state.candidates))
    expected, random = _next(workspace, state, size)
    total = expected_of(promised, doubt=max(map(doubt_of_round, measured)))
    hits = sum(one.hits for one in rounds)
    record = record_of_rounds(state.rounds, called.hits)
    worth, verdict = _judge(hits, total, expected, random, size, called)
    return Review(
        campaign=state.campaign.name,
        rounds=rounds,
        hits=hits,
        expected=total,
        rule=called.rule,
        candidates=len(state.candidates),
        next_size=size,
        next_expected=expected,
        next_random=random,
        worth=worth,
        verdict=verdict,
        calibration=tally.calibration,
        spend=tally.spend,
        slots=record if record.slots else None,
        next_slots=_next_slots(state, size, record) if record.slots else "",
        preregistration=None if preregistration is None else check_preregistration(preregistration, state, called.hits),
    )


def _next_slots(state: CampaignState, size: int, record: SlotRecord) -> str:
    share = slot_share(state.next_number, size, record)
    return f"grades may fill {share.places} of {size} places ({share.share:.0%}): {share.why}"


def _next(workspace: Workspace, state: CampaignState, size: int) -> tuple[Expected, float]:
    """Hits expected of the list that would be proposed next, and of a random one."""
    if size == 0:
        return expected_of([]), 0.0
    prediction = foresee(workspace, state, seed=0).prediction
    chosen = choose(prediction, size).perturbations
    probabilities = prediction.posterior.frame["hit_probability"].astype(float)
    return expected_hits(prediction, chosen), float(probabilities.mean()) * size


def _judge(
    hits: int, promised: Expected, expected: Expected, random: float, size: int, called: HitCall
) -> tuple[Literal["yes", "perhaps", "no"], str]:
    if size == 0:
        return "no", "No candidate is left."
    if not called.usable:
        return "perhaps", f"Hits cannot be told: {called.rule}."
    kept = f"{hits} hits where {promised.mean:.1f} ({promised.low:.0f} to {promised.high:.0f}) were expected"
    coming = (
        f"a next round of {size} should bring {expected.mean:.1f} ({expected.low:.0f} to {expected.high:.0f}), drawn at"
        f" random {random:.1f}"
    )
    # Probabilities that promised too much so far are likely to go on doing so.
    trust = 1.0 if promised.mean <= 0 else min(1.0, hits / promised.mean)
    if expected.mean * trust < 1.0:
        return "no", f"{kept}; {coming}: less than one hit once the promises are measured by what they kept."
    if hits < promised.low or expected.low <= random:
        why = "fewer hits than promised" if hits < promised.low else "it may do no better than chance"
        return "perhaps", f"{kept}; {coming}: {why}."
    return "yes", f"{kept}; {coming}."
