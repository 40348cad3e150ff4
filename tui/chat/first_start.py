"""The first start: what is there, and what is offered where nothing is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.chat.slash import Names

if TYPE_CHECKING:
    from tools.packs.catalogue import FetchReport
    from tools.workspace import Workspace

HOW_TO_SET_A_KEY = (
    "To talk to a language model, set its key and name it: export ANTHROPIC_API_KEY=…, then /model"
    " anthropic:claude-sonnet-4-5 (or OPENAI_API_KEY and openai:gpt-5; or a server on this machine: OPENAI_BASE_URL and"
    " openai-chat:NAME). A keyring works, too: keyring set hitscout ANTHROPIC_API_KEY."
)
OFFLINE_CAN = (
    "No language model is set: the offline assistant answers. It knows plain wishes and has all tools: it proposes"
    " rounds, shows genes and screens, explains predictions, looks for enriched sets, confirms, reviews and exports."
    " It cannot reason freely, compile a question from your words, or grade genes."
)


@dataclass(frozen=True)
class Standing:
    """What the store holds.

    Attributes:
        names: What ``@`` completes.
        empty: Whether there is nothing to work with.
        download: What the demo data would take: name, megabytes and title of each pack that is missing.
    """

    names: Names
    empty: bool
    download: tuple[tuple[str, float, str], ...] = ()


def look(workspace: Workspace) -> Standing:
    """What the store holds; a quiet job.

    Args:
        workspace: Whose store.
    """
    from db.campaigns.campaigns import list_campaigns
    from db.genes.nomenclature import symbols_of
    from db.screens.reading import list_screens

    if not workspace.store.exists():
        return Standing(Names(), empty=True, download=_download(workspace))
    genes = [*symbols_of(workspace.store, "human"), *symbols_of(workspace.store, "mouse")]
    screens = [one.name for one in list_screens(workspace.store)]
    campaigns = [one.name for one in list_campaigns(workspace.store)]
    empty = not genes and not screens
    return Standing(Names.of(genes, screens, campaigns), empty, _download(workspace) if empty else ())


def _download(workspace: Workspace) -> tuple[tuple[str, float, str], ...]:
    from tools.demo import PACKS
    from tools.packs.catalogue import list_packs

    packs = {pack.name: pack for pack in list_packs(workspace)}
    return tuple(
        (pack.name, pack.megabytes, pack.title) for name in PACKS if (pack := packs.get(name)) and not pack.fetched
    )


def fetch_demo(workspace: Workspace) -> FetchReport:
    """Gets the demo's public data into the store; a job.

    Args:
        workspace: Whose store.
    """
    from tools.demo import PACKS
    from tools.packs.catalogue import fetch

    return fetch(workspace, PACKS)


def offer_of(standing: Standing) -> list[str]:
    """What is offered where the store is empty, a sentence each.

    Args:
        standing: What the store holds.
    """
    total = sum(size for _, size, _ in standing.download)
    packs = [f"  {name}: {title} ({size:.1f} MB)" for name, size, title in standing.download]
    own = "Or begin with your own screen: Alt-4, then a, or hitscout screen add FILE. /start begins a campaign."
    if not packs:
        return ["Your store is empty. /demo fills it with the demo data, whose files are on this machine already.", own]
    return [
        f"Your store is empty. /demo downloads {total:.0f} MB of public data, checks them, and puts them into it:",
        *packs,
        "Nothing of yours is sent.",
        own,
    ]
