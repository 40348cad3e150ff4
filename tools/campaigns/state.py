"""How far a campaign is: what is measured, and what may still be nominated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from db.campaigns.campaigns import exclusions_of, library_of_campaign
from db.campaigns.results import Revision, effects_of_contrasts, revisions_of
from db.campaigns.rounds import rounds_of
from db.provenance import content_hash
from db.records import Campaign, Round
from db.store import Store
from tools.campaigns.chosen_campaign import pick_campaign, pick_open
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

    @cached_property
    def believed(self) -> pd.Index[str]:
        """The candidates, and what the mode alone keeps from being any: of all these a prediction is made, sorted.

        A share of hits holds for a library, not for the hits of an earlier screen, nor for what is left without them.
        """
        reasons = set(self.campaign.settings.mode_reasons)
        aside = {name for name, why in self.exclusions.items() if why in reasons}.intersection(self.library)
        return pd.Index(sorted((aside - self.measured).union(self.candidates)), dtype=object)

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
