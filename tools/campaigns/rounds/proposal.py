"""Proposals: the shortlist of a round, from candidates to a confirmed order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from db.acts import FILE, act
from db.campaigns.campaigns import exclusions_of
from db.campaigns.rounds import grades_of, rounds_of, set_round_state, write_round
from db.errors import ConflictError
from db.records import Campaign, Round
from db.undo import remember, rows_of_campaign
from tools.campaigns.chosen_campaign import pick_open
from tools.campaigns.preregistration.writing import campaign_preregister, place_for
from tools.campaigns.rounds.chosen_round import refuse_size, refuse_stale, require_state
from tools.campaigns.rounds.nominations import compute_proposal
from tools.campaigns.rounds.shortlist import Shortlist
from tools.campaigns.state import CampaignState, load_state, state_of
from tools.grades.heard_grades import unheard
from tools.workspace import Workspace


def campaign_propose(
    workspace: Workspace, name: str = "", *, size: int | None = None, seed: int | None = None, predictor: str = ""
) -> Shortlist:
    """Opens the next round of a campaign with a computed shortlist, or computes the open one again.

    Grades of the open round fill a bounded share of its places; without grades the list is the computed one.

    Args:
        workspace: Where the campaign is.
        name: The campaign; the only open one where empty.
        size: Places of this round; where None those of the open round, or the campaign's own size.
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
    before = newest if newest is not None and newest.state == "open" else None
    if seed is None:
        seed = before.seed if before else 0
    grades = grades_of(workspace.store, before.id) if before else ()
    places = size if size is not None else (before.shortlist.size if before else state.campaign.settings.size)
    refuse_size(places, state)
    # Computed outside of the transaction, which stays short: other processes can read and write meanwhile.
    proposal = compute_proposal(workspace, state, places, seed, predictor, grades=grades)
    with workspace.store.write("propose") as connection:
        refuse_stale(load_state(workspace.store, state.campaign), state.basis)
        title = f"round {state.next_number} of campaign {state.campaign.name} was proposed"
        remember(connection, title, rows_of_campaign(state.campaign.id))
        write_round(
            connection,
            campaign_id=state.campaign.id,
            number=state.next_number,
            seed=seed,
            shortlist=proposal.info,
            nominations=proposal.nominations,
        )
        return _newest_shortlist(workspace, state, notes=(*_resized(before, places), *proposal.notes))


def _resized(before: Round | None, places: int) -> tuple[str, ...]:
    """What is said where the open round gets another size than it had."""
    if before is None or before.shortlist.size == places:
        return ()
    return (f"Round {before.number} has {places:,} places now; it had {before.shortlist.size:,}.",)


def _newest_shortlist(workspace: Workspace, state: CampaignState, notes: tuple[str, ...] = ()) -> Shortlist:
    newest = rounds_of(workspace.store, state.campaign.id)[-1]
    return Shortlist.of(state.campaign.name, newest, notes)


def _as_computed(workspace: Workspace, state: CampaignState, one: Round) -> CampaignState:
    """The campaign without exclusions that came after a list and touch none of it: it would lose nothing by them."""
    if any(nomination.perturbation in state.exclusions for nomination in one.nominations):
        return state
    return replace(state, exclusions=exclusions_of(workspace.store, state.campaign.id, one.created_at))


def campaign_confirm(
    workspace: Workspace, name: str = "", *, preregister: Path | None = None, overwrite: bool = False
) -> Shortlist:
    """Confirms the open round: from now on it is what is ordered, and it changes no more.

    The campaign's question is frozen with its first confirmed round. A round that is confirmed already stays as it is.

    Args:
        workspace: Where the campaign is.
        name: The campaign; the only open one where empty.
        preregister: A file (.json) to write down in what the round promises, as `campaign_preregister` does.
        overwrite: Whether that file is replaced where it is there already.

    Raises:
        ConflictError: There is no round, the newest is measured, or what its shortlist rests on (grades among it)
            changed since it was computed. A gene that was excluded since, and that the list does not hold, is no such
            change.
    """
    campaign = pick_open(workspace.store, name)
    if preregister is None:
        return _confirmed(workspace, campaign)
    place_for(workspace, preregister, overwrite=overwrite)
    done = _confirmed(workspace, campaign)
    written = campaign_preregister(workspace, preregister, campaign.name, overwrite=overwrite)
    return replace(done, path=written.path)


def _confirmed(workspace: Workspace, campaign: Campaign) -> Shortlist:
    before = rounds_of(workspace.store, campaign.id)
    if before and before[-1].state == "confirmed":
        return _confirmed_before(campaign.name, before[-1])
    with workspace.store.write("confirm") as connection:
        state = load_state(workspace.store, campaign)
        if state.newest is None:
            raise ConflictError(
                f"{campaign.name} has no round to confirm.", f"{act('campaign_propose', campaign.name)} opens one."
            )
        if state.newest.state == "confirmed":
            # By somebody who was faster.
            return _confirmed_before(campaign.name, state.newest)
        require_state(state.newest, "open", campaign.name, "confirmed")
        refuse_stale(_as_computed(workspace, state, state.newest), state.newest.shortlist.basis)
        late = unheard(state.newest, grades_of(workspace.store, state.newest.id))
        if late:
            raise ConflictError(
                f"Grades of {', '.join(late[:5])} came after the shortlist of {campaign.name} was computed.",
                f"{act('campaign_propose', campaign.name)} lets them count.",
            )
        title = f"round {state.newest.number} of campaign {campaign.name} was confirmed"
        remember(connection, title, rows_of_campaign(campaign.id))
        set_round_state(connection, state.newest.id, "confirmed")
        return _newest_shortlist(workspace, state)


def _confirmed_before(name: str, one: Round) -> Shortlist:
    """The same confirmation again, as after a kill: said to be done, and not refused."""
    when = f" on {one.confirmed_at:%Y-%m-%d at %H:%M} UTC" if one.confirmed_at else ""
    note = f"Round {one.number} was confirmed already{when}; nothing was written."
    return Shortlist.of(name, one, (note, f"It waits for results: {act('campaign_record', FILE, name=name)}."))
