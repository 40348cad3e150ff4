"""Single predictions explained: why a gene's chance is what it is, and why a gene is not on the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from db.genes.perturbation_names import genes_in
from tools.campaigns.answers.candidate_ranks import (
    Part,
    Standing,
    effects_elsewhere,
    nomination_of,
    one_perturbation,
    result_of,
    standing_of,
)
from tools.campaigns.state import CampaignState, state_of, why_no_candidate
from tools.genes.expression import unexpressed
from tools.prediction.computed_list import explain
from tools.prediction.likeness import activates
from tools.prediction.reasons.facts import Fact
from tools.workspace import Workspace

LOW_SUPPORT = 0.25
WEAK_PART = 0.5
_SAYS: Mapping[str, str] = {
    "other_screens": "by what other screens teach",
    "same_phenotype": "by what screens of the same phenotype say of it",
    "signature": "by its score on the signature",
    "question": "by the question's own words",
    "rounds": "by the results so far",
}


@dataclass(frozen=True)
class Explanation:
    """Why a gene's chance is what it is.

    Attributes:
        campaign: Name of the campaign.
        perturbation: The gene, or pair.
        verdict: Where it stands, in a sentence.
        candidate: Whether it can be nominated; where not, the numbers are those of its nomination, if it had one.
        rank: Place among the candidates.
        candidates: How many candidates there are.
        hit_probability: Its hit probability.
        low: Lower end of the 80 % interval.
        high: Upper end.
        support: 0 to 1, how much evidence speaks.
        base_rate: Mean hit probability of the candidates.
        parts: What other screens, the question and the rounds add, in standard deviations of the candidates.
        facts: What is known of it, each with the ids of the rows behind it.
        effects_elsewhere: Its strongest effects in other screens, weak ones included.
        screens: Screens that were learnt from.
    """

    campaign: str
    perturbation: str
    verdict: str
    candidate: bool
    rank: int | None
    candidates: int
    hit_probability: float | None
    low: float | None
    high: float | None
    support: float | None
    base_rate: float
    parts: tuple[Part, ...]
    facts: tuple[Fact, ...]
    effects_elsewhere: tuple[Fact, ...]
    screens: tuple[str, ...]


@dataclass(frozen=True)
class WhyNot:
    """Why a gene is not on a shortlist, or not higher.

    Attributes:
        campaign: Name of the campaign.
        perturbation: The gene, or pair.
        verdict: The answer in a sentence.
        on_the_list: Whether it is on the computed list after all.
        rank: Place among the candidates; None where it is none.
        size: Places of the round.
        hit_probability: Its hit probability.
        last_probability: Hit probability of the last place on the list.
        against: What speaks against it.
        facts: What speaks for it, each with the ids of the rows behind it.
        evidence: Ids behind what speaks against it: its effects elsewhere, or its own result.
    """

    campaign: str
    perturbation: str
    verdict: str
    on_the_list: bool
    rank: int | None
    size: int
    hit_probability: float | None
    last_probability: float | None
    against: tuple[str, ...]
    facts: tuple[Fact, ...]
    evidence: tuple[str, ...]


# One prediction ----------------------------------------------------------------------------------


def explain_prediction(workspace: Workspace, gene: str, campaign: str = "") -> Explanation:
    """Explains one gene's hit probability: what other screens, the question and the rounds say, and by which facts.

    Args:
        workspace: The workspace.
        gene: A gene of the campaign's library, or a pair ``A+B``.
        campaign: The campaign; the only open one where empty.

    Raises:
        NotFoundError: There is no such campaign, or no gene of the name; near names are given.
        NeedsChoiceError: The name means more than one gene.
    """
    state = state_of(workspace.store, campaign)
    name = one_perturbation(workspace.store, state.campaign.question.organism, gene)
    standing = standing_of(workspace, state)
    screens = tuple(use.screen for use in standing.prediction.priors)
    with workspace.store.read():
        elsewhere = effects_elsewhere(standing.prediction, name)
        reason = explain(standing.prediction, [name])[name]
    if name not in standing.ranks:
        return _past(workspace, standing, name, elsewhere, screens)
    belief, rank = standing.belief(name), standing.ranks[name]
    times = belief["hit_probability"] / standing.base_rate if standing.base_rate > 0 else 1.0
    verdict = (
        f"{name} has rank {rank:,} of {len(standing.ranking):,} with hit probability {belief['hit_probability']:.3f},"
        f" {times:.1f} times that of a random candidate. {_told(reason.facts, reason.text)}"
    )
    return Explanation(
        campaign=state.campaign.name, perturbation=name, verdict=verdict.strip(), candidate=True, rank=rank,
        candidates=len(standing.ranking), hit_probability=belief["hit_probability"], low=belief["low"],
        high=belief["high"], support=belief["support"], base_rate=standing.base_rate, parts=standing.parts(name),
        facts=reason.facts, effects_elsewhere=elsewhere, screens=screens,
    )  # fmt: skip


def _told(facts: tuple[Fact, ...], text: str) -> str:
    """The reason in words where no fact says more."""
    return "" if facts else f"There is {text}." if text.startswith("no ") else text


def _past(
    workspace: Workspace, standing: Standing, name: str, elsewhere: tuple[Fact, ...], screens: tuple[str, ...]
) -> Explanation:
    """What there is to say of a gene that can be nominated no more."""
    state = standing.state
    result, before = result_of(workspace.store, state, name), nomination_of(state, name)
    nomination = before[1] if before else None
    promised = (
        f" Round {before[0].number} nominated it at rank {before[1].rank} with hit probability"
        f" {before[1].hit_probability:.3f}: {before[1].reason}." if before else ""
    )  # fmt: skip
    facts: tuple[Fact, ...] = (result,) if result else ()
    if nomination is not None:
        facts += (Fact(nomination.reason, nomination.evidence),)
    return Explanation(
        campaign=state.campaign.name, perturbation=name, candidate=False, rank=None,
        verdict=f"{name} is no candidate: {why_no_candidate(state, name)}.{promised}",
        candidates=len(standing.ranking), hit_probability=nomination.hit_probability if nomination else None,
        low=nomination.low if nomination else None, high=nomination.high if nomination else None,
        support=nomination.support if nomination else None, base_rate=standing.base_rate, parts=(), facts=facts,
        effects_elsewhere=elsewhere, screens=screens,
    )  # fmt: skip


# Why not -----------------------------------------------------------------------------------------


def why_not(workspace: Workspace, gene: str, campaign: str = "") -> WhyNot:
    """Says why a gene is not on a campaign's next shortlist: measured, excluded, outside the library, or outranked.

    Args:
        workspace: The workspace.
        gene: A gene, or a pair ``A+B``.
        campaign: The campaign; the only open one where empty.

    Raises:
        NotFoundError: There is no such campaign, or no gene of the name; near names are given.
        NeedsChoiceError: The name means more than one gene.
    """
    state = state_of(workspace.store, campaign)
    name = one_perturbation(workspace.store, state.campaign.question.organism, gene)
    why = why_no_candidate(state, name)
    if why:
        return _never(workspace, state, name, why)
    standing = standing_of(workspace, state)
    rank, size = standing.ranks[name], min(standing.size, len(standing.ranking))
    belief, last = standing.belief(name), standing.belief(standing.ranking[size - 1])
    with workspace.store.read():
        reason = explain(standing.prediction, [name])[name]
        elsewhere = effects_elsewhere(standing.prediction, name)
    chance, least = belief["hit_probability"], last["hit_probability"]
    return WhyNot(
        campaign=state.campaign.name, perturbation=name,
        verdict=_place(name, rank, len(standing.ranking), size, chance, least), on_the_list=rank <= size, rank=rank,
        size=size, hit_probability=chance, last_probability=least,
        against=(
            *_against(standing, name, belief["support"], elsewhere, frozenset(reason.evidence)),
            *(fact.text for fact in reason.facts if fact.against),
            *_not_expressed(workspace, standing, name),
        ),
        facts=tuple(fact for fact in reason.facts if not fact.against),
        evidence=_evidence(*(fact for fact in reason.facts if fact.against), *elsewhere),
    )  # fmt: skip


def _evidence(*facts: Fact) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for fact in facts for one in fact.evidence))


def _place(name: str, rank: int, candidates: int, size: int, chance: float, last: float) -> str:
    """What a candidate's rank means, beside the hit probability of the last place."""
    if rank <= size:
        return f"{name} is on the list: rank {rank:,} of {size:,} places."
    said = (
        f"{name} is at rank {rank:,} of {candidates:,}, and the round has {size:,} places: its hit probability is"
        f" {chance:.3f}, that of the last place {last:.3f}."
    )
    if chance < last:
        return said
    return (
        f"{said} Of genes about as likely, those come first of which less is known; a hit among common essential genes"
        " counts for less."
    )


def _never(workspace: Workspace, state: CampaignState, name: str, why: str) -> WhyNot:
    result, before = result_of(workspace.store, state, name), nomination_of(state, name)
    where = f" It stands at rank {before[1].rank} of round {before[0].number}." if before else ""
    return WhyNot(
        campaign=state.campaign.name, perturbation=name, verdict=f"{name} cannot be nominated: {why}.{where}",
        on_the_list=False, rank=None, size=state.campaign.settings.size, hit_probability=None, last_probability=None,
        against=(why, *((result.text,) if result else ())), facts=(), evidence=result.evidence if result else (),
    )  # fmt: skip


def _against(
    standing: Standing, name: str, support: float, elsewhere: tuple[Fact, ...], told: frozenset[str]
) -> tuple[str, ...]:
    """What speaks against a candidate, in sentences, besides the rows that its facts have told."""
    said = [
        f"{_SAYS.get(part.kind, f'by {part.kind}')} {1 - part.percentile:.0%} of the candidates are likelier"
        for part in standing.parts(name)
        if part.percentile < WEAK_PART
    ]
    if support <= 0:
        said.append("nothing is known of it that a prediction could rest on: it has the base rate")
    elif support < LOW_SUPPORT:
        said.append(f"little evidence speaks of it at all (support {support:.2f})")
    if elsewhere and elsewhere[0].against and told.isdisjoint(elsewhere[0].evidence):
        said.append(f"its strongest effect in another screen is {elsewhere[0].text}")
    elif not elsewhere and standing.prediction.priors:
        said.append("no screen that could be learnt from measured it")
    return tuple(said)


def _not_expressed(workspace: Workspace, standing: Standing, name: str) -> tuple[str, ...]:
    """That the question's cells do not express a gene, where it is asked what losing the gene does."""
    campaign, orthologs = standing.state.campaign, standing.prediction.orthologs
    if campaign.settings.expressed or activates(campaign.question.modality):
        return ()
    silent = unexpressed(workspace.store, campaign.question.cell_type)
    genes = [gene for gene in genes_in(name) if str(orthologs.into_human([gene])[0]) in silent.genes]
    return (f"{' and '.join(genes)}: {silent.flag}, so there is little to lose",) if genes else ()
