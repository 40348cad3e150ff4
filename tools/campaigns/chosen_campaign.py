"""Campaigns as verbs mean them: by name, or the only open one."""

from __future__ import annotations

from db.acts import ANY, NAME, act
from db.campaigns.campaigns import get_campaign, list_campaigns
from db.errors import ConflictError, NeedsChoiceError, NotFoundError
from db.records import Campaign
from db.store import Store


def pick_campaign(store: Store, name: str = "") -> Campaign:
    """The named campaign, or the only open one.

    Args:
        store: The store.
        name: Its name; empty for the only open one.

    Raises:
        NotFoundError: There is no such campaign, or none at all.
        NeedsChoiceError: No name was given and several campaigns are open.
    """
    if name:
        return get_campaign(store, name)
    campaigns = [campaign for campaign in list_campaigns(store) if campaign.closed_at is None]
    if len(campaigns) == 1:
        return campaigns[0]
    if not campaigns:
        raise NotFoundError("There is no open campaign.", f"Start one: {act('campaign_start', NAME, phenotype=ANY)}.")
    names = ", ".join(campaign.name for campaign in campaigns)
    raise NeedsChoiceError(f"{len(campaigns)} campaigns are open: {names}.", "Name one after the verb.")


def pick_open(store: Store, name: str = "") -> Campaign:
    """The named campaign, or the only open one, for what changes it.

    Args:
        store: The store.
        name: Its name; empty for the only open one.

    Raises:
        ConflictError: It is closed.
        NotFoundError: There is no such campaign, or none at all.
        NeedsChoiceError: No name was given and several campaigns are open.
    """
    campaign = pick_campaign(store, name)
    if campaign.closed_at is not None:
        raise ConflictError(
            f"Campaign {campaign.name} was closed on {campaign.closed_at:%Y-%m-%d}.",
            f"Open it again: {act('campaign_close', campaign.name, reopen=True)}.",
        )
    return campaign
