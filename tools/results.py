"""Results: what the laboratory measured of a round comes back into its campaign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from db.records import Note
from tools.workspace import Workspace


@dataclass(frozen=True)
class Recorded:
    """What `campaign_record` took in.

    Attributes:
        campaign: Name of the campaign.
        round: Number of the round.
        revision: 1 for the first file of the round; a corrected file adds one, and the newest counts.
        measured: Nominations that have a result now.
        missing: Nominations without one, which return to the candidates.
        dropped: Nominations without one, which do not return.
        others: Perturbations with a result that were not nominated (positive controls, or as allowed).
        lost: Perturbations that the revision before had and this one has not.
        placement: How the effects were placed on the campaign's scale, in a sentence.
        hits: Nominations that are hits by the campaign's rule.
        notes: Rows of the file that were kept aside or flagged.
        recognised: Whether the very same file was recorded before, so that nothing was written.
    """

    campaign: str
    round: int
    revision: int
    measured: int
    missing: tuple[str, ...]
    dropped: tuple[str, ...]
    others: tuple[str, ...]
    lost: tuple[str, ...]
    placement: str
    hits: tuple[str, ...]
    notes: tuple[Note, ...]
    recognised: bool = False


def campaign_record(
    workspace: Workspace,
    file: Path,
    name: str = "",
    *,
    round: int | None = None,
    dropped: bool = False,
    allow_others: bool = False,
    placement: Literal["controls", "declared"] = "controls",
    positive_means: Literal["raises", "lowers", ""] = "",
    readout_gene: str = "",
    reader: str = "",
    columns: Mapping[str, str] | None = None,
    controls: Sequence[str] = (),
    where: Mapping[str, str] | None = None,
    suffix: str = "",
    encoding: str = "",
    strict: bool = False,
) -> Recorded:
    """Records the results of a confirmed round."""
    raise NotImplementedError
