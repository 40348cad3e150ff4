"""What the campaign and shortlist pages read, in one go, beside the interface."""

from __future__ import annotations

from dataclasses import dataclass

from db.records import Round
from tools.campaigns.listing import CampaignLine, CampaignShow, campaign_list, show_of
from tools.campaigns.results.ledger import RoundTally, Tally, tally_of
from tools.campaigns.state import state_of
from tools.workspace import Workspace


@dataclass(frozen=True)
class Overview:
    """The campaigns of a store, and one of them with its rounds.

    Attributes:
        lines: All campaigns, by name.
        shown: The campaign in use; None where none is named and not exactly one is open.
        tally: What its rounds promised, brought and cost.
    """

    lines: tuple[CampaignLine, ...]
    shown: CampaignShow | None = None
    tally: Tally | None = None

    @property
    def name(self) -> str:
        """Name of the campaign in use; empty where there is none."""
        return self.shown.campaign.name if self.shown else ""

    @property
    def newest(self) -> Round | None:
        """Its newest round."""
        return self.shown.rounds[-1] if self.shown and self.shown.rounds else None

    @property
    def frozen(self) -> bool:
        """Whether a round was confirmed, so that the question changes no more."""
        return any(one.state != "open" for one in self.shown.rounds) if self.shown else False

    def round(self, number: int | None) -> Round | None:
        """A round by its number; the newest where there is none of that number.

        Args:
            number: The number, or None.
        """
        rounds = self.shown.rounds if self.shown else ()
        return next((one for one in rounds if one.number == number), self.newest)

    def tally_of(self, number: int) -> RoundTally | None:
        """What a round promised, brought and cost.

        Args:
            number: Its number.
        """
        rounds = self.tally.rounds if self.tally else ()
        return next((one for one in rounds if one.round == number), None)


def read_one(workspace: Workspace, name: str) -> Overview:
    """Reads the campaign in use, without the list of all.

    Args:
        workspace: The workspace; its store need not exist.
        name: The campaign in use; the only open one where empty.

    Raises:
        NotFoundError: There is no such campaign, or none that is open.
        NeedsChoiceError: No name was given and several campaigns are open.
    """
    if not workspace.store.exists():
        return Overview(())
    with workspace.store.read():
        return _overview(workspace, (), name)


def read_overview(workspace: Workspace, name: str) -> Overview:
    """Reads the campaigns of the store, and the one in use.

    Args:
        workspace: The workspace; its store need not exist.
        name: The campaign in use; the only open one where empty.

    Raises:
        NotFoundError: There is no such campaign.
    """
    if not workspace.store.exists():
        return Overview(())
    # One connection for all reads: opening a store costs more than each of them.
    with workspace.store.read():
        lines = campaign_list(workspace)
        running = [line.name for line in lines if not line.closed]
        chosen = name or (running[0] if len(running) == 1 else "")
        if not chosen:
            return Overview(lines)
        return _overview(workspace, lines, chosen)


def _overview(workspace: Workspace, lines: tuple[CampaignLine, ...], name: str) -> Overview:
    # Read once for both: of a large library, reading takes longer than all that follows.
    state = state_of(workspace.store, name)
    return Overview(lines, show_of(workspace, state), tally_of(workspace, state))
