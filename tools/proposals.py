"""Proposals: the shortlist of a round, from candidates to a confirmed order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from db.records import Direction, Modality, Nomination, Organism, RoundState
from tools.workspace import Workspace


@dataclass(frozen=True)
class Expected:
    """A number of hits that is expected, with the interval that holds it at `level`."""

    mean: float
    low: float
    high: float
    level: float = 0.8


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

    def to_json(self) -> dict[str, Any]:
        """The keys of ``propose --json`` and ``shortlist --json``."""
        raise NotImplementedError


@dataclass(frozen=True)
class Graded:
    """What `campaign_grade` wrote: the campaign, round, perturbation and grade."""

    campaign: str
    round: int
    perturbation: str
    grade: float


def campaign_propose(
    workspace: Workspace, name: str = "", *, size: int | None = None, seed: int | None = None, predictor: str = ""
) -> Shortlist:
    """Opens the next round of a campaign with a computed shortlist, or computes the open one again.

    Args:
        workspace: Where the campaign is.
        name: The campaign; the only open one where empty.
        size: Places of this round; the campaign's own size where None.
        seed: Breaks ties and seeds the predictor; where None the open round's seed, or 0.
        predictor: Name of the predictor; the default one where empty.
    """
    raise NotImplementedError


def campaign_grade(workspace: Workspace, gene: str, grade: float, reason: str, name: str = "") -> Graded:
    """Writes a person's grade (0 to 4) of a gene for the newest round; it changes no probability."""
    raise NotImplementedError


def campaign_confirm(workspace: Workspace, name: str = "") -> Shortlist:
    """Confirms the open round: from now on it is what is ordered, and it changes no more."""
    raise NotImplementedError


def shortlist(
    workspace: Workspace,
    phenotype: str,
    *,
    name: str = "",
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
    exclude: Path | None = None,
    expressed: Path | None = None,
    min_tpm: float = 1.0,
    flag_essential: bool = False,
    positive_controls: Sequence[str] = (),
    positive_means: Literal["raises", "lowers", ""] = "",
    reader: str = "",
    columns: Mapping[str, str] | None = None,
    controls: Sequence[str] = (),
    seed: int = 0,
    predictor: str = "",
    out: Path | None = None,
) -> Shortlist:
    """Starts a campaign and proposes its first round, in one step.

    Arguments as in `campaign_start`; `out` writes the list to a file (see `campaign_export`).
    """
    raise NotImplementedError
