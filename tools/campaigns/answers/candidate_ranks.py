"""Where every perturbation of a campaign stands: its candidates ranked as a proposal would rank them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from db.acts import act
from db.errors import NeedsChoiceError, NotFoundError
from db.evidence_ids import effect_id, result_id
from db.records import Nomination, Organism, Round
from db.screens.reading import is_unsigned
from db.store import Store
from tools.campaigns.rounds.nominations import foresee
from tools.campaigns.state import CampaignState
from tools.genes.name_lists import resolve_list
from tools.prediction.computed_list import Prediction
from tools.prediction.reasons.effects import STRONG
from tools.prediction.reasons.facts import Fact, effect_said
from tools.screens.chosen_screen import only_contrast, screen_by_id
from tools.screens.strength import strength
from tools.workspace import Workspace

SHOWN_EFFECTS = 3


@dataclass(frozen=True)
class Part:
    """What one kind of evidence says of a candidate.

    Attributes:
        kind: ``other_screens``, ``same_phenotype``, ``signature``, ``question`` or ``rounds``.
        value: What it adds to the score, in standard deviations of the candidates.
        percentile: Share of the candidates that it places lower, 0 to 1.
    """

    kind: str
    value: float
    percentile: float


@dataclass(frozen=True)
class Standing:
    """A campaign's candidates, ranked.

    Attributes:
        state: The campaign.
        prediction: What is believed of its candidates.
        ranking: All candidates, best first, in the order of a proposal with the same seed.
        size: Places of the round that is open, or of a next one.
    """

    state: CampaignState
    prediction: Prediction
    ranking: tuple[str, ...]
    size: int

    @cached_property
    def ranks(self) -> dict[str, int]:
        """Place of each candidate, from 1."""
        return {name: rank for rank, name in enumerate(self.ranking, 1)}

    def belief(self, perturbation: str) -> dict[str, float]:
        """Values of the posterior for a candidate, by column."""
        frame = self.prediction.posterior.frame
        return {str(column): float(frame[column].loc[perturbation]) for column in frame.columns}

    @property
    def base_rate(self) -> float:
        """The mean hit probability of the candidates, which a random pick would have."""
        return float(self.prediction.posterior.frame["hit_probability"].mean())

    def parts(self, perturbation: str) -> tuple[Part, ...]:
        """What each kind of evidence says of a candidate, the weightiest first."""
        found = []
        for kind, values in self.prediction.posterior.contributions.items():
            own = float(values.loc[perturbation])
            if values.nunique() > 1:
                lower = float((values < own).mean() + 0.5 * ((values == own).mean() - 1 / len(values)))
                found.append(Part(kind, round(own, 4), round(lower, 4)))
        return tuple(sorted(found, key=lambda part: (-abs(part.value), part.kind)))


def standing_of(workspace: Workspace, state: CampaignState, predictor: str = "") -> Standing:
    """Ranks all candidates of a campaign, with the seed and the predictor of its open round where there is one.

    Args:
        workspace: Store and folders.
        state: The campaign.
        predictor: Name of the predictor; that of the open round, or the default one, where empty.
    """
    newest = state.newest
    current = newest if newest is not None and newest.state == "open" else None
    seed = current.seed if current else 0
    named = predictor or (current.shortlist.predictor if current else "")
    if not len(state.candidates):
        raise NotFoundError(
            f"{state.campaign.name} has no candidates left: all are measured, excluded or under way.",
            f"{act('campaign_review', state.campaign.name)} says how it went.",
        )
    prediction = foresee(workspace, state, seed, named).prediction
    size = current.shortlist.size if current else state.campaign.settings.size
    return Standing(state, prediction, prediction.ranking.order, size)


def one_perturbation(store: Store, organism: Organism, gene: str) -> str:
    """The perturbation that a name means.

    Args:
        store: The store with the nomenclature.
        organism: Whose gene.
        gene: A name, or ``A+B`` for a pair.

    Raises:
        NotFoundError: No gene carries the name; near names are given.
        NeedsChoiceError: More than one does, or it is a date.
    """
    resolved = resolve_list(store, organism, [gene], "gene")
    if resolved.ignored:
        refused = resolved.ignored[0]
        kind = NotFoundError if refused.status == "unknown" else NeedsChoiceError
        raise kind(
            refused.why.removeprefix(f"{refused.status}: "), f"{act('resolve_genes', [gene])} says what names mean."
        )
    return str(resolved.perturbations["name"].iloc[0])


def nomination_of(state: CampaignState, perturbation: str) -> tuple[Round, Nomination] | None:
    """The newest nomination of a perturbation, with its round; None where there is none."""
    for one in reversed(state.rounds):
        for nomination in one.nominations:
            if nomination.perturbation == perturbation:
                return one, nomination
    return None


def result_of(store: Store, state: CampaignState, perturbation: str) -> Fact | None:
    """What was measured of a perturbation in a campaign; None where nothing was.

    Args:
        store: The store.
        state: The campaign.
        perturbation: Its name.
    """
    rows = state.effects[state.effects["perturbation"] == perturbation]
    if rows.empty:
        return None
    number, estimate = int(rows["round"].iloc[0]), float(rows["estimate"].iloc[0])
    if number > 0:
        one = next(round_ for round_ in state.rounds if round_.number == number)
        return Fact(f"effect {estimate:+.3g} in round {number}", (result_id(one.id, perturbation),))
    measured, said, evidence = state.campaign.measured_screen_id, f"effect {estimate:+.3g}", tuple[str, ...]()
    if measured is not None:
        evidence = (effect_id(only_contrast(store, screen_by_id(store, measured)), perturbation),)
        said = effect_said(estimate, unsigned=True) if is_unsigned(store, measured) else said
    return Fact(f"{said} before the first round", evidence)


def effects_elsewhere(prediction: Prediction, perturbation: str) -> tuple[Fact, ...]:
    """The strongest effects of a perturbation in the screens that a prediction could see; weak ones speak against it.

    Args:
        prediction: What was predicted, and from which screens.
        perturbation: Its name.
    """
    named = str(prediction.orthologs.into_human([perturbation])[0])
    effects = prediction.effects
    own = effects[effects["perturbation"] == named]
    screens = {screen.id: screen for screen in prediction.view.screens()}
    found: list[tuple[float, str, Fact]] = []
    for contrast_id, screen_id in own[["contrast_id", "screen_id"]].drop_duplicates().itertuples(index=False):
        screen = screens[int(screen_id)]
        rows = effects[effects["contrast_id"] == contrast_id].groupby("perturbation")["estimate"].mean()
        places: pd.Series[float] = strength(rows, screen.side).rank(ascending=False, method="min")
        place = int(places.loc[named])
        text = f"{screen.name} ({screen.phenotype}): rank {place:,} of {len(places):,}"
        row = effect_id(contrast_id, prediction.view.recorded(screen, named))
        share = place / len(places)
        found.append((share, text, Fact(text, (row,), against=share > 1 - STRONG)))
    return tuple(fact for _, _, fact in sorted(found, key=lambda one: one[:2])[:SHOWN_EFFECTS])
