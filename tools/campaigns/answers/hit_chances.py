"""Chances: how likely named genes are to be hits of a campaign, or of a question of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from db.campaigns.records import IgnoredName
from db.errors import InvalidValueError, require
from db.records import PROTEIN_CODING, Direction, Modality
from tools.campaigns.answers.candidate_ranks import Standing, result_of, standing_of
from tools.campaigns.start.measured import measured_before
from tools.campaigns.start.plan import plan_campaign
from tools.campaigns.start.start_options import StartOptions
from tools.campaigns.state import state_of, why_no_candidate
from tools.genes.name_lists import resolve_list
from tools.parameters import takes_names
from tools.workspace import Workspace

MOST_GENES = 200


@dataclass(frozen=True)
class HitPrediction:
    """One gene's chance.

    Attributes:
        name: The name as it was given.
        perturbation: What it means.
        hit_probability: None where the gene is no candidate.
        low: Lower end of the 80 % interval.
        high: Upper end.
        support: 0 to 1, how much evidence speaks.
        rank: Place among the candidates.
        note: Why it is no candidate; empty where it is one.
        evidence: The result, where it was measured.
    """

    name: str
    perturbation: str
    hit_probability: float | None
    low: float | None
    high: float | None
    support: float | None
    rank: int | None
    note: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class HitPredictions:
    """Chances of named genes.

    Attributes:
        campaign: Name of the campaign; empty for a question of its own.
        phenotype: What is looked for.
        hit_rule: What a hit is.
        candidates: How many genes were ranked.
        base_rate: Mean hit probability of all of them, which a random pick has.
        genes: The genes, likeliest first, then those that are no candidates.
        ignored: Names that mean no single gene, and why.
    """

    campaign: str
    phenotype: str
    hit_rule: str
    candidates: int
    base_rate: float
    genes: tuple[HitPrediction, ...]
    ignored: tuple[IgnoredName, ...]


@takes_names
def predict_hits(
    workspace: Workspace,
    genes: Sequence[str],
    campaign: str = "",
    *,
    phenotype: str = "",
    text: str = "",
    cell_type: str = "",
    direction: Direction = "both",
    modality: Modality = "",
    study: str = "",
    measured: str = "",
    library: str = PROTEIN_CODING,
    predictor: str = "",
) -> HitPredictions:
    """Predicts how likely named genes are to be hits of a campaign, or of a question asked here.

    Nothing is written. The numbers are those that a proposal with the same seed would show.

    Args:
        workspace: The workspace.
        genes: The genes, at most 200; names, former names, aliases or identifiers, pairs written ``A+B``.
        campaign: The campaign; the only open one where this and `phenotype` are empty.
        phenotype: Asks a question of its own instead: the biology in a few words.
        text: That question in plain words.
        cell_type: Its cell type or line.
        direction: Whether its hits raise the phenotype, lower it, or both.
        modality: knockout, interference or activation.
        study: Its study, by which copies of it are recognised and never learnt from.
        measured: A screen of the store, or a file, with what is measured already.
        library: Genes that are ranked: a screen's name, a file, or ``protein-coding``.
        predictor: Name of the predictor; the default one where empty.

    Raises:
        NotFoundError: There is no such campaign, screen or predictor.
        InvalidValueError: No gene or more than 200 were named, or both a campaign and a question.
    """
    require(0 < len(genes) <= MOST_GENES, f"{len(genes)} genes were named.", f"Name 1 to {MOST_GENES} genes.")
    if campaign and phenotype:
        raise InvalidValueError("Both a campaign and a phenotype were given.", "Ask about one of them at a time.")
    if phenotype:
        options = StartOptions(
            phenotype=phenotype, text=text, cell_type=cell_type, direction=direction,
            modality=modality, study=study, measured=measured, library=library, size=1,
        )  # fmt: skip
        state = plan_campaign(workspace, "question", options, measured_before(workspace, options)).state()
    else:
        state = state_of(workspace.store, campaign)
    question = state.campaign.question
    resolved = resolve_list(workspace.store, question.organism, list(genes), "genes")
    standing = standing_of(workspace, state, predictor)
    found = [
        _chance(workspace, standing, str(listed), str(name))
        for name, listed in resolved.perturbations[["name", "listed"]].itertuples(index=False)
    ]
    return HitPredictions(
        campaign="" if phenotype else state.campaign.name,
        phenotype=question.phenotype,
        hit_rule=question.hit_rule,
        candidates=len(standing.ranking),
        base_rate=standing.base_rate,
        genes=tuple(sorted(found, key=lambda one: (one.rank or len(standing.ranking) + 1, one.perturbation))),
        ignored=resolved.ignored,
    )


def _chance(workspace: Workspace, standing: Standing, listed: str, name: str) -> HitPrediction:
    if name in standing.ranks:
        belief = standing.belief(name)
        return HitPrediction(
            listed, name, belief["hit_probability"], belief["low"], belief["high"], belief["support"],
            standing.ranks[name], "",
        )  # fmt: skip
    result = result_of(workspace.store, standing.state, name)
    note = why_no_candidate(standing.state, name) + (f": {result.text}" if result else "")
    return HitPrediction(listed, name, None, None, None, None, None, note, result.evidence if result else ())
