"""A start that is given again: after a kill nobody knows whether the first one was written."""

from __future__ import annotations

from db.campaigns.campaigns import list_campaigns
from db.records import Campaign
from tools.campaigns.start.plan import CampaignPlan
from tools.campaigns.state import CampaignState, load_state
from tools.workspace import Workspace


def already_started(workspace: Workspace, plan: CampaignPlan) -> CampaignState | None:
    """The campaign that a plan would make, where the store has it and it went on by one open round at most.

    Args:
        workspace: The store.
        plan: What is to be started.
    """
    found = _named(workspace, plan.name)
    if found is None or found.closed_at is not None:
        return None
    state, planned = load_state(workspace.store, found), plan.state()
    went_on = bool(state.rounds) and (len(state.rounds) > 1 or state.rounds[0].state != "open")
    same = (
        found.question == planned.campaign.question
        and found.settings == planned.campaign.settings
        and found.measured_screen_id == planned.campaign.measured_screen_id
        and state.library == planned.library
        and dict(state.exclusions) == dict(planned.exclusions)
    )
    return state if same and not went_on else None


def _named(workspace: Workspace, name: str) -> Campaign | None:
    every = list_campaigns(workspace.store)
    return next((one for one in every if one.name == name), None)
