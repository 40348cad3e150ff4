"""How far a campaign is: what is measured, and what may still be nominated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd

from db.campaigns.campaigns import exclusions_of, get_campaign, library_of_campaign, list_campaigns
from db.campaigns.results import Revision, effects_of_contrasts, revisions_of
from db.campaigns.rounds import rounds_of
from db.errors import ConflictError, InvalidValueError, NeedsChoiceError, NotFoundError
from db.provenance import content_hash
from db.records import Campaign, Round
from db.store import Store
from tools.campaigns.scale import Scale, reference_scale
from tools.prediction.records import Rounds
from tools.screens.chosen_screen import hidden_with, only_contrast, screen_by_id

EFFECT_COLUMNS = (
    "perturbation", "round", "estimate", "standard_error", "p_low", "p_high", "fdr_low", "fdr_high",
)  # fmt: skip


@dataclass(frozen=True)
class CampaignState:
    """All that a campaign rests on, read in one go.

    Attributes:
        campaign: The campaign.
        library: Its perturbations, sorted.
        effects: What is measured, columns `EFFECT_COLUMNS`, each perturbation once (its newest round counts);
            round 0 is what was measured before the first round.
        scale: Where the negative controls lie on the campaign's scale.
        exclusions: Perturbation → why it must not be nominated.
        rounds: Its rounds, by number.
        revisions: All revisions of their results.
        hidden: Ids of screens that its predictions must not see: the measured screen and others of the same bytes.
    """

    campaign: Campaign
    library: tuple[str, ...]
    effects: pd.DataFrame
    scale: Scale
    exclusions: Mapping[str, str]
    rounds: tuple[Round, ...] = ()
    revisions: tuple[Revision, ...] = ()
    hidden: frozenset[int] = frozenset()

    @cached_property
    def measured(self) -> frozenset[str]:
        """Perturbations with a result."""
        return frozenset(self.effects["perturbation"])

    @cached_property
    def outcomes(self) -> Mapping[str, str]:
        """What became of nominations, by perturbation: the newest round counts."""
        return {n.perturbation: n.outcome for r in self.rounds for n in r.nominations if r.state != "open"}

    @cached_property
    def missing_before(self) -> frozenset[str]:
        """Nominated once, but without a result so far."""
        return frozenset(name for name, outcome in self.outcomes.items() if outcome == "missing") - self.measured

    @cached_property
    def candidates(self) -> pd.Index[str]:
        """Library − measured − excluded − dropped − waiting for results, sorted."""
        gone = {name for name, outcome in self.outcomes.items() if outcome in ("dropped", "waiting")}
        left = set(self.library) - self.measured - set(self.exclusions) - gone
        return pd.Index(sorted(left), dtype=object)

    @property
    def newest(self) -> Round | None:
        """The round of the highest number."""
        return self.rounds[-1] if self.rounds else None

    @property
    def next_number(self) -> int:
        """Number of the round that is open, or of the one that would be opened next."""
        return 1 if self.newest is None else self.newest.number + (self.newest.state == "measured")

    @property
    def revealed(self) -> Rounds:
        """The measured effects as predictors take them."""
        return Rounds(self.effects[["perturbation", "round", "estimate"]].reset_index(drop=True))

    @property
    def basis(self) -> str:
        """Names what a shortlist rests on: it changes when the question, exclusions or results do."""
        newest = {revision.number: revision.contrast_id for revision in self.revisions}
        parts = {
            "question": self.campaign.question.to_json(),
            "exclusions": sorted(self.exclusions),
            "results": sorted(newest.items()),
        }
        return content_hash([], parts)


def why_no_candidate(state: CampaignState, perturbation: str) -> str:
    """Why a perturbation cannot be nominated; empty where it can.

    Args:
        state: The campaign.
        perturbation: Its name, as the store writes it.
    """
    outcome = state.outcomes.get(perturbation, "")
    if perturbation not in set(state.library):
        return f"not in the library of {state.campaign.name}"
    if perturbation in state.exclusions:
        return f"excluded: {state.exclusions[perturbation]}"
    if perturbation in state.measured:
        return "measured already"
    return {"dropped": "dropped from the campaign", "waiting": "in a round that waits for results"}.get(outcome, "")


def pick_campaign(store: Store, name: str = "") -> Campaign:
    """The named campaign, or the only open one.

    Args:
        store: The store.
        name: Its name; empty for the only open one.

    Raises:
        NotFoundError: There is no such campaign, or none at all.
        NeedsChoiceError: No name was given and several campaigns are open.
    """
    if name:
        return get_campaign(store, name)
    campaigns = [campaign for campaign in list_campaigns(store) if campaign.closed_at is None]
    if len(campaigns) == 1:
        return campaigns[0]
    if not campaigns:
        raise NotFoundError("There is no open campaign.", 'Start one: `hitscout campaign start NAME --phenotype "…"`.')
    names = ", ".join(campaign.name for campaign in campaigns)
    raise NeedsChoiceError(f"{len(campaigns)} campaigns are open: {names}.", "Name one after the verb.")


def pick_open(store: Store, name: str = "") -> Campaign:
    """The named campaign, or the only open one, for what changes it.

    Args:
        store: The store.
        name: Its name; empty for the only open one.

    Raises:
        ConflictError: It is closed.
        NotFoundError: There is no such campaign, or none at all.
        NeedsChoiceError: No name was given and several campaigns are open.
    """
    campaign = pick_campaign(store, name)
    if campaign.closed_at is not None:
        raise ConflictError(
            f"Campaign {campaign.name} was closed on {campaign.closed_at:%Y-%m-%d}.",
            f"Open it again: `hitscout campaign close {campaign.name} --reopen`.",
        )
    return campaign


def pick_round(state: CampaignState, number: int | None) -> Round:
    """One round of a campaign, the newest where no number is given.

    Args:
        state: The campaign.
        number: Number of the round, or None.

    Raises:
        NotFoundError: There is no such round.
    """
    name = state.campaign.name
    if not state.rounds:
        raise NotFoundError(f"Campaign {name} has no round yet.", f"`hitscout campaign propose {name}` opens one.")
    if number is None:
        return state.rounds[-1]
    for one in state.rounds:
        if one.number == number:
            return one
    raise NotFoundError(f"Campaign {name} has no round {number}.", f"Its rounds are 1 to {state.rounds[-1].number}.")


def load_state(store: Store, campaign: Campaign) -> CampaignState:
    """Reads a campaign with all that it rests on.

    Args:
        store: The store.
        campaign: The campaign.
    """
    # One connection for all of it, so that nothing changes between one part and the next.
    with store.read():
        return _load_state(store, campaign)


def state_of(store: Store, name: str = "", *, to_change: bool = False) -> CampaignState:
    """Reads the named campaign, or the only open one, with all that it rests on.

    Args:
        store: The store.
        name: Its name; empty for the only open one.
        to_change: Whether a closed campaign is refused.

    Raises:
        ConflictError: It is closed, and was to be changed.
        NotFoundError: There is no such campaign, or none at all.
        NeedsChoiceError: No name was given and several campaigns are open.
    """
    with store.read():
        return _load_state(store, pick_open(store, name) if to_change else pick_campaign(store, name))


def _load_state(store: Store, campaign: Campaign) -> CampaignState:
    revisions = tuple(revisions_of(store, campaign.id))
    contrasts = {revision.number: revision.contrast_id for revision in revisions}
    hidden: frozenset[int] = frozenset()
    if campaign.measured_screen_id is not None:
        contrasts[0] = only_contrast(store, screen_by_id(store, campaign.measured_screen_id))
        hidden = hidden_with(store, campaign.measured_screen_id)
    return CampaignState(
        campaign=campaign,
        library=tuple(library_of_campaign(store, campaign.id)),
        effects=newest_effects(store, contrasts),
        scale=reference_scale(store, contrasts),
        exclusions=exclusions_of(store, campaign.id),
        rounds=tuple(rounds_of(store, campaign.id)),
        revisions=revisions,
        hidden=hidden,
    )


def newest_effects(store: Store, contrasts: Mapping[int, int]) -> pd.DataFrame:
    """Effects by round number → contrast id, with a perturbation's newest round alone."""
    if not contrasts:
        return empty_effects()
    rounds = {contrast_id: number for number, contrast_id in contrasts.items()}
    frame = effects_of_contrasts(store, list(contrasts.values()))
    frame["round"] = frame["contrast_id"].map(rounds).astype(int)
    frame = frame.sort_values(["perturbation", "round"], kind="stable").drop_duplicates("perturbation", keep="last")
    return frame[list(EFFECT_COLUMNS)].reset_index(drop=True)


def empty_effects() -> pd.DataFrame:
    """No effects, with the columns of `CampaignState.effects`."""
    frame = pd.DataFrame({column: pd.Series(dtype=float) for column in EFFECT_COLUMNS})
    return frame.astype({"perturbation": object, "round": int})


def require_state(one: Round, wanted: Literal["open", "confirmed"], name: str, verb: str) -> None:
    """Refuses a verb that a round's state does not admit.

    Raises:
        ConflictError: The round is in another state.
    """
    if one.state == wanted:
        return
    hints = {
        "open": f"`hitscout campaign confirm {name}` confirms it first.",
        "confirmed": f"It waits for results: `hitscout campaign record {name} FILE`.",
        "measured": f"`hitscout campaign propose {name}` opens the next one.",
    }
    raise ConflictError(f"Round {one.number} of {name} is {one.state}, so it cannot be {verb}.", hints[one.state])


def refuse_size(size: int, state: CampaignState) -> None:
    """Refuses a round that cannot be filled.

    Args:
        size: Places of the round.
        state: The campaign.

    Raises:
        InvalidValueError: `size` is below 1 or above the candidates; both numbers are named.
    """
    left = len(state.candidates)
    if size < 1:
        raise InvalidValueError(f"A round of {size} was asked for.", "Give --size 1 or more.")
    if size > left:
        raise InvalidValueError(
            f"A round of {size} was asked for, but only {left} candidates are left: {len(state.library)} in the"
            f" library, of which {len(state.library) - left} are measured, excluded, dropped or under way.",
            f"Give --size {left} or less, or a larger --library." if left else "Give a larger --library.",
        )
