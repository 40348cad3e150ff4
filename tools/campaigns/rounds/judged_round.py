"""Judging: a blind judge grades the candidates of a campaign's round, and the round is proposed with its grades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from db.acts import Word, option
from db.campaigns.records import IgnoredName
from db.campaigns.rounds import GivenGrade, grades_of, write_grades, write_round
from db.errors import InvalidValueError
from db.evidence_ids import result_id
from db.records import Round
from db.undo import remember, rows_of_campaign
from tools.campaigns.rounds.chosen_round import refuse_size, refuse_stale, require_state
from tools.campaigns.rounds.nominations import Outlook, foresee, propose_on
from tools.campaigns.rounds.shortlist import Shortlist
from tools.campaigns.state import CampaignState, load_state, state_of, why_no_candidate
from tools.grades.admission import Admission, NamesAndEvidence
from tools.grades.judge import Grade, Judge, JudgeTask, JudgeUsage
from tools.grades.judged_candidates import COMPUTED, Nearby, judged_candidates
from tools.prediction.computed_list import choose
from tools.workspace import Progress, Workspace

TASK = "judge"


@dataclass(frozen=True)
class Judged:
    """What `judge_round` did.

    Attributes:
        campaign: Name of the campaign.
        round: Number of the round.
        by: Who judged.
        asked: Candidates that were to be graded.
        graded: Perturbations that have a grade that can be used.
        nominated: Those among them that were not asked about.
        ignored: What could not be used of the judge's replies.
        estimate: What it was expected to take.
        usage: What it took.
        shortlist: The open round with its slots filled; None where only an estimate was asked for.
    """

    campaign: str
    round: int
    by: str
    asked: int
    graded: int
    nominated: int
    ignored: tuple[IgnoredName, ...]
    estimate: JudgeUsage
    usage: JudgeUsage
    shortlist: Shortlist | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain values, for ``campaign grade --model M --json``."""
        return {
            "campaign": self.campaign,
            "round": self.round,
            "by": self.by,
            "asked": self.asked,
            "graded": self.graded,
            "nominated": self.nominated,
            "ignored": [one.to_json() for one in self.ignored],
            "estimate": self.estimate.to_json(),
            "usage": self.usage.to_json(),
            "shortlist": None if self.shortlist is None else self.shortlist.to_json(),
        }


def judge_round(
    workspace: Workspace,
    judge: Judge,
    name: str = "",
    *,
    size: int | None = None,
    seed: int | None = None,
    predictor: str = "",
    only_estimate: bool = False,
    transcript_id: str | None = None,
) -> Judged:
    """Lets a judge grade the candidates of the open round (opening one where none is), and proposes it with them.

    The judge sees the question, the results so far and descriptions of genes; it sees neither ranks nor
    probabilities. What it cannot grade is refused and listed; the list is full whatever it says.

    Args:
        workspace: Where the campaign is.
        judge: Who grades.
        name: The campaign; the only open one where empty.
        size: Places of this round; where None those of the open round, or the campaign's own size.
        seed: Seed of the round; where None the open round's seed, or 0.
        predictor: Name of the predictor; the default one where empty.
        only_estimate: Whether to stop before anything is sent, with what it would take.
        transcript_id: The conversation in which it was asked for, if any.

    Raises:
        ConflictError: A round is confirmed and waits for its results, or the campaign changed meanwhile.
        InvalidValueError: It would cost more than the judge's budget.
    """
    state = state_of(workspace.store, name, to_change=True)
    newest = state.newest
    if newest is not None and newest.state == "confirmed":
        require_state(newest, "open", state.campaign.name, "graded for its list")
    open_round = newest if newest is not None and newest.state == "open" else None
    usual = open_round.shortlist.size if open_round else state.campaign.settings.size
    places = usual if size is None else size
    refuse_size(places, state)
    chosen_seed = seed if seed is not None else (open_round.seed if open_round else 0)
    outlook = foresee(workspace, state, chosen_seed, predictor)
    task = _task(outlook, places, chosen_seed)
    estimate = judge.estimate(task)
    announce(workspace, judge, estimate)
    head = (state.campaign.name, state.next_number, judge.name, len(task.candidates))
    if only_estimate:
        return Judged(*head, 0, 0, (), estimate, JudgeUsage())
    judgement = judge.grade(task)
    known = NamesAndEvidence(workspace.store, state.campaign.question.organism)
    admission = Admission(known, frozenset(state.candidates), lambda one: why_no_candidate(state, one))
    with workspace.store.read():
        grades, ignored = admission.admit(judgement, set(task.results.values()))
    given = _given(grades, judge.name)
    others = [one for one in _grades(workspace, open_round) if one.graded_by != judge.name]
    proposal = propose_on(workspace, outlook, places, chosen_seed, [*others, *given])
    with workspace.store.write("judge") as connection:
        refuse_stale(load_state(workspace.store, state.campaign), state.basis)
        title = f"round {state.next_number} of campaign {state.campaign.name} was graded by {judge.name}"
        remember(connection, title, rows_of_campaign(state.campaign.id))
        round_id = write_round(
            connection, campaign_id=state.campaign.id, number=state.next_number, seed=chosen_seed,
            shortlist=proposal.info, nominations=proposal.nominations,
        )  # fmt: skip
        organism = state.campaign.question.organism
        write_grades(
            connection, round_id=round_id, organism=organism, grades=_known(state, given), graded_by=judge.name,
            transcript_id=transcript_id,
        )  # fmt: skip
        made = load_state(workspace.store, state.campaign).rounds[-1]
    graded = {one.perturbation for one in given}
    return Judged(
        *head,
        graded=len(graded),
        nominated=len(graded - set(task.candidates)),
        ignored=tuple(ignored),
        estimate=estimate,
        usage=judgement.usage,
        shortlist=Shortlist.of(state.campaign.name, made, proposal.notes),
    )


def announce(workspace: Workspace, judge: Judge, estimate: JudgeUsage) -> None:
    """Says what judging will take before anything is sent, and refuses what is above the budget.

    Args:
        workspace: Hears it.
        judge: Who is to grade.
        estimate: What it would take in all.

    Raises:
        InvalidValueError: It would cost more than the judge's budget.
    """
    # Not a bound: a reply that cannot be read is asked for again.
    workspace.report(Progress(f"estimate for {judge.name}", 1, 1, f"about {estimate}"))
    if judge.budget is None or estimate.cost is None or estimate.cost <= judge.budget:
        return
    raise InvalidValueError(
        f"Grading with {judge.name} may take {estimate}, and the bound is ${judge.budget:,.2f}.",
        f"Allow more with {option(max_cost=Word(f'{estimate.cost:.2f}'))}; what was answered before comes from the"
        " cache for nothing.",
    )


def _task(outlook: Outlook, places: int, seed: int) -> JudgeTask:
    state, prediction, hits = outlook.state, outlook.prediction, outlook.called.hits
    count = min(COMPUTED, len(state.candidates))
    top = choose(prediction, max(count, places)).perturbations
    tested = sorted(state.measured)
    ordered = [name for name in prediction.hits_so_far if name in hits] or sorted(hits)
    return JudgeTask(
        question=state.campaign.question,
        rounds=prediction.rounds,
        hits=tuple(ordered),
        candidates=judged_candidates(
            top, list(state.candidates), ordered, tested, Nearby.of(prediction.view), np.random.default_rng([seed, 3])
        ),
        view=prediction.view,
        nominations=places,
        seed=seed,
        results=_results(state),
    )


def _results(state: CampaignState) -> dict[str, str]:
    """Measured nomination → evidence id of its result."""
    ids = {one.number: one.id for one in state.rounds}
    rows = zip(state.effects["perturbation"], state.effects["round"], strict=True)
    return {str(name): result_id(ids[number], str(name)) for name, number in rows if number in ids}


def _grades(workspace: Workspace, one: Round | None) -> tuple[GivenGrade, ...]:
    return grades_of(workspace.store, one.id) if one is not None else ()


def _given(grades: tuple[Grade, ...], by: str) -> list[GivenGrade]:
    return [GivenGrade(one.perturbation, one.draw, one.grade, one.reason, one.evidence, by) for one in grades]


def _known(state: CampaignState, given: list[GivenGrade]) -> list[GivenGrade]:
    library = set(state.library)
    return [one for one in given if one.perturbation in library]
