"""Starts: a campaign is planned, checked, and then written in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from db.campaigns.records import IgnoredName, in_order
from db.records import Campaign
from tools.campaigns.start.earlier_screens import EarlierScreen
from tools.campaigns.start.measured import measured_before
from tools.campaigns.start.plan import CampaignPlan, plan_campaign, write_plan
from tools.campaigns.start.recognised import already_started
from tools.campaigns.start.start_options import StartOptions
from tools.campaigns.state import CampaignState, load_state
from tools.parameters import takes_fields
from tools.workspace import Workspace


@dataclass(frozen=True)
class CampaignStart:
    """What `campaign_start` made.

    Attributes:
        campaign: The campaign.
        library_size: Perturbations in its library.
        measured: How many of them are measured already (round 0).
        candidates: How many can be nominated.
        ignored: Names of library, exclusion or expression files that could not be used, and why.
        notes: What else a person should know, in sentences.
        earlier_screens: The screens of the store that measured the same phenotype, the largest first.
        recognised: Whether the very same campaign was there already, without a round, so that nothing was written.
    """

    campaign: Campaign
    library_size: int
    measured: int
    candidates: int
    ignored: tuple[IgnoredName, ...]
    notes: tuple[str, ...] = ()
    earlier_screens: tuple[EarlierScreen, ...] = ()
    recognised: bool = False

    def to_json(self) -> dict[str, Any]:
        """As plain values for ``campaign start --json``."""
        return {**vars(self), "ignored": in_order(self.ignored)}


@takes_fields
def campaign_start(workspace: Workspace, name: str, options: StartOptions) -> CampaignStart:
    """Starts a campaign: what is looked for, among which genes, and what is measured already.

    Args:
        workspace: Where the campaign is kept.
        name: A name that no other campaign of the store has.
        options: What it is started from.

    Returns:
        The campaign and the size of what it chooses from.

    Raises:
        InvalidValueError: A value cannot be used, or `size` is above the number of candidates.
        NotFoundError: There is no such screen or file.
        ConflictError: A campaign of the name is there already, and is another one or went on.
        RefusedFileError: A file cannot be read; the store is unchanged.
    """
    plan = plan_campaign(workspace, name, options, measured_before(workspace, options))
    known = already_started(workspace, plan)
    if known is not None and not known.rounds:
        note = f"{known.campaign.name} was started already, in the same way; nothing was written."
        return _made(plan, known, (note, *plan.notes), recognised=True)
    with workspace.store.write("campaign start") as connection:
        campaign = write_plan(workspace, connection, plan)
    return _made(plan, load_state(workspace.store, campaign), plan.notes)


def _made(
    plan: CampaignPlan, state: CampaignState, notes: tuple[str, ...], *, recognised: bool = False
) -> CampaignStart:
    return CampaignStart(
        campaign=state.campaign,
        library_size=len(state.library),
        measured=len(state.measured),
        candidates=len(state.candidates),
        ignored=state.campaign.settings.ignored,
        notes=notes,
        earlier_screens=plan.earlier,
        recognised=recognised,
    )
