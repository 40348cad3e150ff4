"""Campaigns: a question, a library and the rounds that look for its answer."""

from __future__ import annotations

from dataclasses import dataclass

from db.acts import NAME, act
from db.campaigns.campaigns import list_campaigns, set_closed
from db.campaigns.results import Revision
from db.campaigns.rounds import rounds_of
from db.errors import require
from db.records import Campaign, Round
from db.transcripts import transcripts_of_campaign
from db.undo import remember, rows_of_campaign
from tools.campaigns.chosen_campaign import pick_campaign
from tools.campaigns.state import CampaignState, state_of
from tools.workspace import Workspace


@dataclass(frozen=True)
class CampaignShow:
    """One campaign and how far it is.

    Attributes:
        campaign: The campaign with its question and settings.
        library_size: Perturbations in the library.
        measured: Perturbations with results, round 0 included.
        excluded: Perturbations taken out, by a person or as essential genes.
        candidates: What can still be nominated.
        rounds: Its rounds, by number, with their nominations.
        results: One line on each revision of each round's results.
        transcripts: The conversations that had a hand in its rounds, such as ``round 1: 20261121-064512-3f2a``.
    """

    campaign: Campaign
    library_size: int
    measured: int
    excluded: int
    candidates: int
    rounds: tuple[Round, ...]
    results: tuple[str, ...]
    transcripts: tuple[str, ...] = ()


@dataclass(frozen=True)
class CampaignLine:
    """One line of `campaign_list`: name, phenotype, rounds, state of the newest round (empty where there is none)."""

    name: str
    phenotype: str
    rounds: int
    state: str
    size: int
    closed: bool = False


def campaign_show(workspace: Workspace, name: str = "") -> CampaignShow:
    """Shows a campaign, its rounds with their nominations, and the history of its results.

    Args:
        workspace: Where the campaign is.
        name: The campaign; the only open one where empty.
    """
    return show_of(workspace, state_of(workspace.store, name))


def show_of(workspace: Workspace, state: CampaignState) -> CampaignShow:
    """What `campaign_show` gives, of a campaign that was read already.

    Args:
        workspace: Where the campaign is.
        state: The campaign.
    """
    return CampaignShow(
        campaign=state.campaign,
        library_size=len(state.library),
        measured=len(state.measured),
        excluded=len(state.exclusions),
        candidates=len(state.candidates),
        rounds=state.rounds,
        results=tuple(_result_line(revision) for revision in state.revisions),
        transcripts=tuple(
            f"round {number}: {transcript}"
            for number, transcript in transcripts_of_campaign(workspace.store, state.campaign.id)
        ),
    )


def _result_line(revision: Revision) -> str:
    when = revision.created_at.isoformat(sep=" ", timespec="minutes")
    return f"round {revision.number}, revision {revision.revision}, {when} UTC: {revision.placement['text']}"


def campaign_list(workspace: Workspace) -> tuple[CampaignLine, ...]:
    """Lists the campaigns of the store, by name.

    Args:
        workspace: The store.
    """
    lines = []
    for campaign in list_campaigns(workspace.store):
        rounds = rounds_of(workspace.store, campaign.id)
        lines.append(
            CampaignLine(
                name=campaign.name,
                phenotype=campaign.question.phenotype,
                rounds=len(rounds),
                state=rounds[-1].state if rounds else "",
                size=campaign.settings.size,
                closed=campaign.closed_at is not None,
            )
        )
    return tuple(lines)


def campaign_close(workspace: Workspace, name: str = "", *, reopen: bool = False) -> CampaignLine:
    """Closes a campaign, so that it is no longer the open one that verbs without a name mean; or opens it again.

    All of it stays in the store. A closed campaign can be shown, reviewed and exported by name, but takes no new
    round, exclusion or result. What is so already stays so.

    Args:
        workspace: Where the campaign is.
        name: The campaign; the only open one where empty.
        reopen: Whether to open a closed campaign again; then it must be named.

    Raises:
        InvalidValueError: A campaign is to be opened again and none was named.
    """
    require(name or not reopen, "No campaign was named to open again.", f"{act('campaign_close', NAME, reopen=True)}.")
    campaign = pick_campaign(workspace.store, name)
    if (campaign.closed_at is None) != reopen:
        with workspace.store.write("close") as connection:
            word = "opened again" if reopen else "closed"
            remember(connection, f"campaign {campaign.name} was {word}", rows_of_campaign(campaign.id))
            set_closed(connection, campaign.id, closed=not reopen)
    return next(line for line in campaign_list(workspace) if line.name == campaign.name)
