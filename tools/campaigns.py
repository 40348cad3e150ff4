"""Campaigns: a question, a library and the rounds that look for its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from db.records import Campaign, Direction, Modality, Organism, Question, Round
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
    """

    campaign: Campaign
    library_size: int
    measured: int
    candidates: int
    ignored: tuple[Mapping[str, str], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CampaignShow:
    """One campaign and how far it is.

    Attributes:
        campaign: The campaign with its question and settings.
        library_size: Perturbations in the library.
        measured: Perturbations with results, round 0 included.
        excluded: Perturbations taken out by a person.
        candidates: What can still be nominated.
        rounds: Its rounds, by number, with their nominations.
        results: One line on each revision of each round's results.
    """

    campaign: Campaign
    library_size: int
    measured: int
    excluded: int
    candidates: int
    rounds: tuple[Round, ...]
    results: tuple[str, ...]


@dataclass(frozen=True)
class CampaignLine:
    """One line of `campaign_list`: name, phenotype, rounds, state of the newest round (empty where there is none)."""

    name: str
    phenotype: str
    rounds: int
    state: str
    size: int


@dataclass(frozen=True)
class Exclusion:
    """What `campaign_exclude` did: names excluded now, and names that could not be used and why."""

    campaign: str
    excluded: tuple[str, ...]
    ignored: tuple[Mapping[str, str], ...]
    notes: tuple[str, ...] = ()


def campaign_start(
    workspace: Workspace,
    name: str,
    phenotype: str,
    *,
    text: str = "",
    organism: Organism = "human",
    cell_type: str = "",
    readout: str = "",
    direction: Direction = "both",
    modality: Modality = "",
    hit_rule: str = "",
    study: str = "",
    measured: str = "",
    library: str = "protein-coding",
    size: int = 128,
    mode: Literal["discover", "validate"] = "discover",
    exclude: Path | None = None,
    expressed: Path | None = None,
    min_tpm: float = 1.0,
    flag_essential: bool = False,
    guides_per_gene: int = 4,
    coverage: int = 500,
    price: float | None = None,
    positive_controls: Sequence[str] = (),
    positive_means: Literal["raises", "lowers", ""] = "",
    reader: str = "",
    columns: Mapping[str, str] | None = None,
    controls: Sequence[str] = (),
) -> CampaignStart:
    """Starts a campaign."""
    raise NotImplementedError


def campaign_question(workspace: Workspace, name: str = "", changes: Mapping[str, Any] | None = None) -> Question:
    """Shows a campaign's question, and edits it until the first round is confirmed.

    Args:
        workspace: Where the campaign is.
        name: The campaign; the only open one where empty.
        changes: Field of `Question` → new value; nothing is changed where None.
    """
    raise NotImplementedError


def campaign_exclude(workspace: Workspace, genes: Sequence[str], reason: str, name: str = "") -> Exclusion:
    """Takes genes out of a campaign's candidates for good."""
    raise NotImplementedError


def campaign_show(workspace: Workspace, name: str = "") -> CampaignShow:
    """Shows a campaign and its rounds."""
    raise NotImplementedError


def campaign_list(workspace: Workspace) -> tuple[CampaignLine, ...]:
    """Lists the campaigns of the store, by name."""
    raise NotImplementedError
