"""A confirmed round, written down before its results are known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from db.acts import FILE, act, option
from db.campaigns.records import Expected
from db.campaigns.rounds import note_preregistration
from db.errors import ConflictError, InvalidValueError
from db.records import Side
from db.undo import remember, rows_of_campaign
from tools.campaigns.preregistration.document import values_of
from tools.campaigns.rounds.chosen_round import pick_round
from tools.campaigns.state import state_of
from tools.output_files import output_path, write_whole
from tools.workspace import Workspace


@dataclass(frozen=True)
class Preregistered:
    """What `campaign_preregister` wrote.

    Attributes:
        path: The file.
        campaign: Name of the campaign.
        round: Number of the round.
        size: Nominations on its list.
        list_sha256: Hash of the list: its names by rank, one a line.
        sha256: Hash of all that the file says; the store keeps it.
        hit_rule: By which hits will be told.
        side: On which side they lie.
        expected_hits: How many are expected.
    """

    path: Path
    campaign: str
    round: int
    size: int
    list_sha256: str
    sha256: str
    hit_rule: str
    side: Side
    expected_hits: Expected


def place_for(workspace: Workspace, out: Path, *, overwrite: bool = False) -> Path:
    """Where a preregistration will be written, checked before anything is done.

    Args:
        workspace: Where it may write.
        out: The file; it ends in .json.
        overwrite: Whether a file that is there already may be replaced.

    Raises:
        InvalidValueError: It has another ending.
        RefusedFileError: It may not be written there.
    """
    if out.suffix.casefold() != ".json":
        raise InvalidValueError(f"{out.name} does not end in .json.", f"Name it so: {out.with_suffix('.json')}.")
    return output_path(workspace, out, overwrite=overwrite)


def campaign_preregister(
    workspace: Workspace,
    out: Path,
    name: str = "",
    *,
    round: int | None = None,  # noqa: A002 - the word of the command line
    overwrite: bool = False,
) -> Preregistered:
    """Writes down what a confirmed round promises, before it is measured: list, hit rule, expected hits, versions.

    The file names its own SHA-256 and that of the list, and the store keeps the former: a review that is given the
    file sees any change to it, and checks the measured round against it.

    Args:
        workspace: Where the campaign is.
        out: The file to write; it ends in .json.
        name: The campaign; the only open one where empty.
        round: Number of the round; the newest where None.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        ConflictError: The round is not confirmed yet, or measured already.
        InvalidValueError: The file does not end in .json.
        RefusedFileError: The file cannot be written, or is there already.
    """
    target = place_for(workspace, out, overwrite=overwrite)
    state = state_of(workspace.store, name, to_change=True)
    one = pick_round(state, round)
    if one.state != "confirmed":
        hint = act("campaign_confirm", state.campaign.name) if one.state == "open" else option(round=one.number + 1)
        why = "its list may still change" if one.state == "open" else "its results are known"
        raise ConflictError(
            f"Round {one.number} of {state.campaign.name} is {one.state}, so it cannot be preregistered: {why}.",
            f"{hint} comes first."
            if one.state == "open"
            else f"A later round can be, before {act('campaign_record', FILE)}.",
        )
    said = values_of(state.campaign, one, workspace.clock())
    text = json.dumps(said, indent=2, ensure_ascii=False) + "\n"
    with workspace.store.write("preregister") as connection:
        title = f"round {one.number} of campaign {state.campaign.name} was preregistered"
        remember(connection, title, rows_of_campaign(state.campaign.id))
        note_preregistration(connection, one.id, said["sha256"])
        # Within the write: the store knows no hash of a file that could not be written.
        write_whole(target, lambda path: _write(path, text), overwrite=overwrite)
    return Preregistered(
        out, state.campaign.name, one.number, len(one.nominations), said["list_sha256"], said["sha256"],
        said["hit_rule"], said["side"], one.shortlist.expected_hits,
    )  # fmt: skip


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
