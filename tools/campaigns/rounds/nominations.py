"""Nominating: a campaign's state becomes a full list of nominations with flags, reasons and controls."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from db.acts import act
from db.campaigns.records import Control, ExcludedScreen, ShortlistInfo
from db.campaigns.rounds import GivenGrade
from db.genes.perturbation_names import genes_in
from db.records import CampaignSettings, Nomination, Question
from tools.campaigns.results.called_hits import HitCall, call_hits
from tools.campaigns.rounds.signature_scores import expected_of
from tools.campaigns.state import CampaignState
from tools.genes.essentials import common_essentials, fitness_genes
from tools.genes.expression import Unexpressed, unexpressed
from tools.genes.orthologs import HUMAN, ortholog_note
from tools.grades.heard_grades import Heard, hear, slots_info
from tools.grades.slots import Seating
from tools.prediction.computed_list import (
    DEFAULT_PREDICTOR,
    Prediction,
    Ranking,
    choose,
    doubt_of,
    expected_hits,
    explain,
    predict,
)
from tools.prediction.likeness import activates, modality_warning
from tools.prediction.reasons.facts import Reason
from tools.prediction.records import Posterior
from tools.workspace import Workspace

FEWEST_NON_TARGETING = 50
NON_TARGETING_SHARE = 0.1


@dataclass(frozen=True)
class Proposal:
    """A computed shortlist that is not in the store yet.

    Attributes:
        nominations: Best first.
        info: What is stored of the list as a whole.
        notes: What a person should know, in sentences.
    """

    nominations: tuple[Nomination, ...]
    info: ShortlistInfo
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Outlook:
    """What a campaign's state says of the next round.

    Attributes:
        state: The campaign.
        called: Which of its results are hits.
        prediction: What is believed of its candidates.
    """

    state: CampaignState
    called: HitCall
    prediction: Prediction


def compute_proposal(
    workspace: Workspace,
    state: CampaignState,
    size: int,
    seed: int,
    predictor: str = "",
    *,
    grades: Sequence[GivenGrade] = (),
) -> Proposal:
    """Ranks the candidates, lets grades fill their slots, and makes up a full list; nothing is written.

    Args:
        workspace: Store and folders; its random numbers are not used, so that the seed alone decides.
        state: The campaign.
        size: Places of the round, at most as many as there are candidates.
        seed: Breaks ties and seeds the predictor.
        predictor: Name of the predictor; the default one where empty.
        grades: Grades of the round; without any, the list is the computed one.
    """
    outlook = foresee(workspace, state, seed, predictor)
    return propose_on(workspace, outlook, size, seed, grades)


def propose_on(
    workspace: Workspace, outlook: Outlook, size: int, seed: int, grades: Sequence[GivenGrade] = ()
) -> Proposal:
    """Makes up a full list from what is believed already; nothing is written.

    Args:
        workspace: Store and folders.
        outlook: What `foresee` gave for the same seed.
        size: Places of the round, at most as many as there are candidates.
        seed: Breaks ties between grades.
        grades: Grades of the round; without any, the list is the computed one.
    """
    state, prediction = outlook.state, outlook.prediction
    choice = choose(prediction, size)
    heard, seating, slots = Heard.of(grades), Seating(choice.perturbations), None
    if grades:
        seating, share = hear(state.rounds, outlook.called.hits, choice, heard, state.next_number, seed)
        slots = slots_info(seating, share, heard, choice, prediction)
    # One connection for the many look-ups of the reasons; opening a store costs more than each of them.
    with workspace.store.read():
        reasons = explain(prediction, seating.perturbations)
        flags = _flags(workspace, state, seating.perturbations, prediction)
        notes = _notes(workspace, state, prediction)
    beliefs = prediction.posterior.frame.loc[list(seating.perturbations)].astype(float).to_dict("index")
    nominations = tuple(
        replace(
            _nomination(
                rank, name, beliefs[name], float(choice.utility[name]), flags[name], heard.reason(name, reasons[name])
            ),
            by="grade" if name in seating.by_grade else "computed",
            grade=heard.grades.get(name),
        )
        for rank, name in enumerate(seating.perturbations, 1)
    )
    settings = state.campaign.settings
    info = ShortlistInfo(
        size=size,
        expected_hits=expected_hits(prediction, seating.perturbations),
        doubt=doubt_of(prediction),
        random_probability=float(prediction.posterior.frame["hit_probability"].mean()),
        controls=_controls(state.campaign.question, settings, size, seating.perturbations),
        ignored=settings.ignored,
        predictor=prediction.predictor,
        excluded_screens=tuple(ExcludedScreen(one.screen, one.why) for one in prediction.excluded),
        basis=state.basis,
        slots=slots,
    )
    return Proposal(nominations, info, notes)


def foresee(workspace: Workspace, state: CampaignState, seed: int, predictor: str = "") -> Outlook:
    """Which results of a campaign are hits, and what is believed of its candidates.

    Args:
        workspace: Store and folders.
        state: The campaign.
        seed: Breaks ties and seeds the predictor.
        predictor: Name of the predictor; the default one where empty.
    """
    called = call_hits(workspace.store, state)
    prediction = predict(
        workspace,
        state.campaign.question,
        state.believed,
        state.revealed,
        hidden=state.hidden,
        predictor=predictor or DEFAULT_PREDICTOR,
        seed=seed,
        hits=called.hits if called.usable and called.of_library and len(state.effects) else None,
        expectation=expected_of(state.campaign),
    )
    return Outlook(state, called, _of(state.candidates, prediction))


def _of(candidates: pd.Index[str], prediction: Prediction) -> Prediction:
    """The same prediction of the candidates alone, where it is of others too; see `CampaignState.believed`."""
    ranking, wanted = prediction.ranking, frozenset(candidates)
    if len(wanted) == len(ranking.order):
        return prediction
    parts = {kind: values.loc[candidates] for kind, values in ranking.posterior.contributions.items()}
    posterior = Posterior(ranking.posterior.frame.loc[candidates], parts)
    order = tuple(name for name in ranking.order if name in wanted)
    return replace(prediction, ranking=Ranking(posterior, ranking.utility.loc[candidates], order))


def _nomination(
    rank: int, name: str, belief: Mapping[Hashable, float], utility: float, flags: Sequence[str], reason: Reason
) -> Nomination:
    return Nomination(
        rank=rank,
        perturbation=name,
        target_genes=tuple(genes_in(name)),
        hit_probability=belief["hit_probability"],
        low=belief["low"],
        high=belief["high"],
        utility=utility,
        support=belief["support"],
        by="computed",
        flags=tuple(flags),
        grade=None,
        reason=reason.text,
        evidence=tuple(reason.evidence),
    )


def _flags(
    workspace: Workspace, state: CampaignState, names: Sequence[str], prediction: Prediction
) -> Mapping[str, tuple[str, ...]]:
    settings, question = state.campaign.settings, state.campaign.question
    orthologs, essential, fitness = prediction.orthologs, frozenset[str](), frozenset[str]()
    if settings.flag_essential:
        essential = orthologs.own_symbols(common_essentials(workspace))
        fitness = orthologs.own_symbols(fitness_genes(workspace))
    paired = orthologs.known(names)
    # A table of one's own, given with the campaign, goes before the public one; what is silent can be activated.
    told = bool(settings.expressed) or activates(question.modality)
    silent = Unexpressed() if told else unexpressed(workspace.store, question.cell_type)
    positive = frozenset(question.positive_controls)
    support = prediction.posterior.frame["support"]
    found = {}
    for name in names:
        genes = genes_in(name)
        expression = [settings.expressed.get(gene) for gene in genes] if settings.expressed else []
        said = {
            "essential": any(gene in essential for gene in genes),
            "fitness": any(gene in fitness for gene in genes),
            "not-expressed": any(tpm is not None and tpm < settings.min_tpm for tpm in expression),
            silent.flag: any(gene in silent.genes for gene in orthologs.into_human(genes)),
            "expression-unknown": any(tpm is None for tpm in expression),
            "by-ortholog": orthologs.organism != HUMAN and name in paired,
            "no-ortholog": name not in paired,
            "no-evidence": float(support[name]) <= 0,
            "missing-before": name in state.missing_before,
            "positive-control": name in positive,
        }
        found[name] = tuple(flag for flag, holds in said.items() if holds)
    return found


def _controls(
    question: Question, settings: CampaignSettings, size: int, nominated: Sequence[str]
) -> tuple[Control, ...]:
    taken = set(nominated)
    positive = [
        Control(
            kind="positive",
            perturbation=name,
            guides=0 if name in taken else settings.guides_per_gene,
            why="known to hit" + ("; its guides are among the nominations" if name in taken else ""),
        )
        for name in question.positive_controls
    ]
    guides = max(FEWEST_NON_TARGETING, math.ceil(NON_TARGETING_SHARE * size * settings.guides_per_gene))
    # The relative standard error of 1.4826 × MAD of n normal values is about 1.17 / √n.
    error = 1.17 / math.sqrt(guides)
    why = (
        "a round is placed on the campaign's scale by its negative controls;"
        f" {guides} of them give the scale to about {error:.0%}"
    )
    return (*positive, Control("non-targeting", "", guides, why))


def _notes(workspace: Workspace, state: CampaignState, prediction: Prediction) -> tuple[str, ...]:
    notes = [note] if (note := ortholog_note(prediction.orthologs, state.candidates)) else []
    if not prediction.priors and not len(state.effects):
        notes.append(
            "No screen of the store could serve as a prior and nothing is measured yet, so the list rests on gene"
            f" knowledge alone. {act('fetch')} gets public screens."
        )
    if other_modality := modality_warning(state.campaign.question, prediction.view.screens()):
        notes.append(other_modality)
    # A source can be silent for want of one pack of several, or of the question's words: what is here helps no more.
    if silent := sorted({pack for use in prediction.features for pack in use.missing}):
        # The catalogue takes long to import, and mostly nothing is missing.
        from tools.packs.catalogue import helping_acts

        if helping := helping_acts(workspace, silent):
            notes.append(f"What would help: {', then '.join(helping)}.")
    if state.campaign.settings.flag_essential and not fitness_genes(workspace):
        notes.append(f"No fitness genes are known to the store: {act('fetch', ['depmap', 'essentials'])} gets them.")
    return tuple(notes)
