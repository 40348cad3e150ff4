"""The next round in one step: results recorded, the campaign reviewed, and a round proposed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from db.acts import option
from db.errors import HitscoutError, require
from tools.campaigns.results.recording import Recorded, campaign_record
from tools.campaigns.results.review import Review, campaign_review
from tools.campaigns.rounds.order_file import campaign_export
from tools.campaigns.rounds.proposal import campaign_propose
from tools.campaigns.rounds.shortlist import Shortlist
from tools.output_files import format_of, output_path
from tools.parameters import takes_fields
from tools.screens.tables.reading import BY_ITSELF, Reading
from tools.workspace import Workspace


@dataclass(frozen=True)
class NextRound:
    """What `campaign_next` did.

    Attributes:
        recorded: What was taken in.
        review: What it came to, and whether another round is worth it.
        shortlist: The round that was proposed; None where none could be.
        stopped: Why none could be, in a sentence; empty where one was.
    """

    recorded: Recorded
    review: Review
    shortlist: Shortlist | None
    stopped: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain values for ``campaign next --json``: the keys of record, review and propose under one each."""
        return {
            "recorded": asdict(self.recorded),
            "review": self.review.to_json(),
            "shortlist": self.shortlist.to_json() if self.shortlist else None,
            "stopped": self.stopped,
        }


@takes_fields
def campaign_next(
    workspace: Workspace,
    file: Path,
    name: str = "",
    reading: Reading = BY_ITSELF,
    *,
    out: Path | None = None,
    overwrite: bool = False,
    size: int | None = None,
    seed: int | None = None,
    predictor: str = "",
    dropped: bool = False,
    allow_others: bool = False,
    placement: Literal["controls", "bridges", "declared"] = "controls",
    readout_gene: str = "",
) -> NextRound:
    """Goes on to the next round in one step: records results, reviews the campaign, and proposes the round.

    Options and file are checked first, and a file that is refused changes nothing. Where no round can be proposed
    after it, as when no candidate is left, the results stay recorded and the review is given.

    Args:
        workspace: Where the campaign is.
        file: The results of its confirmed round.
        name: The campaign; the only open one where empty.
        reading: How the file is read.
        out: A file to write the proposed round to, or None.
        overwrite: Whether that file is replaced where it is there already.
        size: Places of the next round; the campaign's own size where None.
        seed: Breaks ties and seeds the predictor.
        predictor: Name of the predictor; the default one where empty.
        dropped: Nominations that are missing from the file do not return to the candidates.
        allow_others: Take in genes that were not nominated, instead of refusing the file.
        placement: As `campaign_record` takes it.
        readout_gene: The gene whose expression is measured, by which the file's sign is checked.

    Raises:
        ConflictError: No round is confirmed.
        InvalidValueError: The file has genes that were not nominated, or none that were; or `size` is below 1.
        NeedsChoiceError: The file has no negative controls to be placed by, or does not say what positive means.
        RefusedFileError: The file cannot be read, or `out` cannot be written; the store is unchanged.
    """
    require(size is None or size >= 1, f"A round of {size} was asked for.", f"Give {option(size=1)} or more.")
    if out is not None:
        format_of(out)
        output_path(workspace, out, overwrite=overwrite)
    recorded = campaign_record(
        workspace, file, name, reading, dropped=dropped, allow_others=allow_others, placement=placement,
        readout_gene=readout_gene,
    )  # fmt: skip
    review = campaign_review(workspace, recorded.campaign)
    try:
        proposed = campaign_propose(workspace, recorded.campaign, size=size, seed=seed, predictor=predictor)
    except HitscoutError as error:
        done = f"The results of round {recorded.round} are recorded, and no further round was proposed."
        return NextRound(recorded, review, None, f"{done} {error}")
    if out is None:
        return NextRound(recorded, review, proposed)
    try:
        path = campaign_export(workspace, out, recorded.campaign, overwrite=overwrite).path
    except HitscoutError as error:
        done = f"Round {proposed.round} is proposed, but not written to a file."
        return NextRound(recorded, review, proposed, f"{done} {error}")
    return NextRound(recorded, review, replace(proposed, path=path))
