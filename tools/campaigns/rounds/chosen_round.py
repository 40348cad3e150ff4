"""Rounds as verbs mean them: by number or the newest, in a state that the verb admits."""

from __future__ import annotations

from typing import Literal

from db.acts import FILE, act, option
from db.errors import ConflictError, InvalidValueError, NotFoundError
from db.records import Round
from tools.campaigns.state import CampaignState


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
        raise NotFoundError(f"Campaign {name} has no round yet.", f"{act('campaign_propose', name)} opens one.")
    if number is None:
        return state.rounds[-1]
    for one in state.rounds:
        if one.number == number:
            return one
    raise NotFoundError(f"Campaign {name} has no round {number}.", f"Its rounds are 1 to {state.rounds[-1].number}.")


def require_state(one: Round, wanted: Literal["open", "confirmed"], name: str, verb: str) -> None:
    """Refuses a verb that a round's state does not admit.

    Raises:
        ConflictError: The round is in another state.
    """
    if one.state == wanted:
        return
    hints = {
        "open": f"{act('campaign_confirm', name)} confirms it first.",
        "confirmed": f"It waits for results: {act('campaign_record', FILE, name=name)}.",
        "measured": f"{act('campaign_propose', name)} opens the next one.",
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
        raise InvalidValueError(f"A round of {size} was asked for.", f"Give {option(size=1)} or more.")
    if size > left:
        raise InvalidValueError(
            f"A round of {size} was asked for, but only {left} candidates are left: {len(state.library)} in the"
            f" library, of which {len(state.library) - left} are measured, excluded, dropped or under way.",
            f"Give {option(size=left)} or less, or a larger {option('library')}."
            if left
            else f"Give a larger {option('library')}.",
        )


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
            f"{act('campaign_propose', name)} computes it again.",
        )
