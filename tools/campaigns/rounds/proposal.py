"""Proposals: the shortlist of a round, from candidates to a confirmed order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.campaigns.rounds import grades_of, insert_grade, set_round_state, write_round
from db.errors import ConflictError, require
from db.records import Nomination, Round, RoundState
from tools.campaigns.rounds.nominations import compute_proposal
from tools.campaigns.state import CampaignState, load_state, pick_open, require_state, state_of, why_no_candidate
from tools.genes.name_lists import resolve_list
from tools.grades.heard_grades import unheard
from tools.prediction.expected_hits import Expected as Expected
from tools.workspace import Workspace


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
    controls: tuple[Mapping[str, Any], ...]
    ignored: tuple[Mapping[str, str], ...]
    predictor: str = ""
    excluded_screens: tuple[Mapping[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    path: Path | None = None
    slots: Mapping[str, Any] | None = None

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
            size=info["size"],
            state=one.state,
            nominations=one.nominations,
            expected_hits=Expected(**info["expected_hits"]),
            controls=tuple(info["controls"]),
            ignored=tuple(info["ignored"]),
            predictor=info["predictor"],
            excluded_screens=tuple(info["excluded_screens"]),
            notes=notes,
            path=path,
            slots=info.get("slots"),
        )

    def to_json(self) -> dict[str, Any]:
        """The keys of ``propose --json`` and ``shortlist --json``; ``slots`` only where something was graded."""
        expected = self.expected_hits
        slots = {} if self.slots is None else {"slots": {k: v for k, v in self.slots.items() if k != "heard"}}
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
            "controls": [dict(control) for control in self.controls],
            "ignored": [dict(name) for name in self.ignored],
            **slots,
        }


@dataclass(frozen=True)
class Graded:
    """What `campaign_grade` wrote: the campaign, round, perturbation and grade, and what it is good for."""

    campaign: str
    round: int
    perturbation: str
    grade: float
    notes: tuple[str, ...] = ()


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


def campaign_propose(
    workspace: Workspace, name: str = "", *, size: int | None = None, seed: int | None = None, predictor: str = ""
) -> Shortlist:
    """Opens the next round of a campaign with a computed shortlist, or computes the open one again.

    Grades of the open round fill a bounded share of its places; without grades the list is the computed one.

    Args:
        workspace: Where the campaign is.
        name: The campaign; the only open one where empty.
        size: Places of this round; the campaign's own size where None.
        seed: Breaks ties and seeds the predictor; where None the open round's seed, or 0.
        predictor: Name of the predictor; the default one where empty.

    Returns:
        The open round, always full; the same for the same store, seed and grades.

    Raises:
        ConflictError: A round is confirmed and waits for its results.
        InvalidValueError: `size` is above the number of candidates; both are named.
    """
    state = state_of(workspace.store, name, to_change=True)
    newest = state.newest
    if newest is not None and newest.state == "confirmed":
        require_state(newest, "open", state.campaign.name, "proposed again")
    is_open = newest is not None and newest.state == "open"
    if seed is None:
        seed = newest.seed if newest is not None and is_open else 0
    grades = grades_of(workspace.store, newest.id) if newest is not None and is_open else ()
    # Computed outside of the transaction, which stays short: other processes can read and write meanwhile.
    proposal = compute_proposal(workspace, state, size or state.campaign.settings.size, seed, predictor, grades=grades)
    with workspace.store.write("propose") as connection:
        refuse_stale(load_state(workspace.store, state.campaign), state.basis)
        write_round(
            connection,
            campaign_id=state.campaign.id,
            number=state.next_number,
            seed=seed,
            shortlist=proposal.info,
            nominations=proposal.nominations,
        )
        return _newest_shortlist(workspace, state, notes=proposal.notes)


def refuse_stale(now: CampaignState, basis: str) -> None:
    """Refuses to write a shortlist that rests on what has changed meanwhile.

    Args:
        now: The campaign as it is.
        basis: What the shortlist was computed from.

    Raises:
        ConflictError: The question, exclusions or results are others now.
    """
    if now.basis != basis:
        name = now.campaign.name
        raise ConflictError(
            f"The question, exclusions or results of {name} changed since its shortlist was computed.",
            f"`hitscout campaign propose {name}` computes it again.",
        )


def _newest_shortlist(workspace: Workspace, state: CampaignState, notes: tuple[str, ...] = ()) -> Shortlist:
    newest = load_state(workspace.store, state.campaign).rounds[-1]
    return Shortlist.of(state.campaign.name, newest, notes)


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
    require(reason.strip(), "A grade needs a reason.", 'Say why: --reason "…".')
    state = state_of(workspace.store, name, to_change=True)
    campaign, newest = state.campaign, state.newest
    resolved = resolve_list(workspace.store, campaign.question.organism, [gene], "grade")
    require(not resolved.ignored, f"{gene!r} cannot be graded: {_first_why(resolved.ignored)}")
    perturbation = str(resolved.perturbations["name"].iloc[0])
    if newest is None or newest.state == "measured":
        raise ConflictError(
            f"{campaign.name} has no round that could be graded.", f"`hitscout campaign propose {campaign.name}`."
        )
    if perturbation not in {nomination.perturbation for nomination in newest.nominations}:
        why = why_no_candidate(state, perturbation)
        require(not why, f"{perturbation} cannot be graded: it is {why}.", "Grade a candidate of the campaign.")
    with workspace.store.write("grade") as connection:
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
        return (f"`hitscout campaign propose {name}` again lets it count.",)
    return (f"Round {one.number} is confirmed, so its list stays as it is.",)


def _first_why(ignored: Collection[Mapping[str, str]]) -> str:
    return next((name["why"] for name in ignored), "")


def campaign_confirm(workspace: Workspace, name: str = "") -> Shortlist:
    """Confirms the open round: from now on it is what is ordered, and it changes no more.

    The campaign's question is frozen with its first confirmed round.

    Args:
        workspace: Where the campaign is.
        name: The campaign; the only open one where empty.

    Raises:
        ConflictError: No round is open, or what its shortlist rests on (grades among it) changed since it was
            computed.
    """
    campaign = pick_open(workspace.store, name)
    with workspace.store.write("confirm") as connection:
        state = load_state(workspace.store, campaign)
        if state.newest is None:
            raise ConflictError(
                f"{campaign.name} has no round to confirm.", f"`hitscout campaign propose {campaign.name}` opens one."
            )
        require_state(state.newest, "open", campaign.name, "confirmed")
        refuse_stale(state, state.newest.shortlist["basis"])
        late = unheard(state.newest, grades_of(workspace.store, state.newest.id))
        if late:
            raise ConflictError(
                f"Grades of {', '.join(late[:5])} came after the shortlist of {campaign.name} was computed.",
                f"`hitscout campaign propose {campaign.name}` lets them count.",
            )
        set_round_state(connection, state.newest.id, "confirmed")
        return _newest_shortlist(workspace, state)
