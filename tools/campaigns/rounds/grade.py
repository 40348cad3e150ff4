"""Grades by hand: what a person thinks of a gene, kept beside the round."""

from __future__ import annotations

from dataclasses import dataclass

from db.acts import ANY, act, option
from db.campaigns.rounds import insert_grade
from db.errors import ConflictError, InvalidValueError, require
from db.records import Round
from db.undo import remember, rows_of_campaign
from tools.campaigns.state import state_of, why_no_candidate
from tools.genes.name_lists import resolve_list
from tools.workspace import Workspace


@dataclass(frozen=True)
class Graded:
    """What `campaign_grade` wrote: the campaign, round, perturbation and grade, and what it is good for."""

    campaign: str
    round: int
    perturbation: str
    grade: float
    notes: tuple[str, ...] = ()


def campaign_grade(workspace: Workspace, gene: str, grade: float, reason: str, name: str = "") -> Graded:
    """Writes your grade of a gene for the newest round, under your name; a person's and a language model's count alike.

    A good grade may fill a slot when the open round is proposed again. It changes no probability.

    Args:
        workspace: Where the campaign is.
        gene: A gene of the campaign's library (``A``, or ``A+B`` for a pair).
        grade: From 0 (no hit) to 4 (a hit, surely).
        reason: Why, in words.
        name: The campaign; the only open one where empty.

    Raises:
        InvalidValueError: The grade is not between 0 and 4, has no reason, or the gene cannot be nominated.
        ConflictError: The campaign has no round, or its newest one is measured already.
    """
    require(0 <= grade <= 4, f"A grade lies between 0 and 4; {grade:g} was given.")
    require(reason.strip(), "A grade needs a reason.", f"Say why: {option(reason=ANY)}.")
    state = state_of(workspace.store, name, to_change=True)
    campaign, newest = state.campaign, state.newest
    resolved = resolve_list(workspace.store, campaign.question.organism, [gene], "grade")
    for refused in resolved.ignored:
        raise InvalidValueError(f"{gene!r} cannot be graded: {refused.why}")
    perturbation = str(resolved.perturbations["name"].iloc[0])
    if newest is None or newest.state == "measured":
        raise ConflictError(
            f"{campaign.name} has no round that could be graded.", f"{act('campaign_propose', campaign.name)}."
        )
    if perturbation not in {nomination.perturbation for nomination in newest.nominations}:
        why = why_no_candidate(state, perturbation)
        require(not why, f"{perturbation} cannot be graded: it is {why}.", "Grade a candidate of the campaign.")
    with workspace.store.write("grade") as connection:
        title = f"{perturbation} was graded in round {newest.number} of campaign {campaign.name}"
        remember(connection, title, rows_of_campaign(campaign.id))
        insert_grade(
            connection,
            round_id=newest.id,
            perturbation=perturbation,
            organism=campaign.question.organism,
            grade=float(grade),
            reason=reason.strip(),
            graded_by=workspace.by,
        )
    return Graded(campaign.name, newest.number, perturbation, float(grade), _what_for(campaign.name, newest))


def _what_for(name: str, one: Round) -> tuple[str, ...]:
    if one.state == "open":
        return (f"{act('campaign_propose', name)} again lets it count.",)
    return (f"Round {one.number} is confirmed, so its list stays as it is.",)
