"""Results: what the laboratory measured of a round comes back into its campaign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from db.acts import COLUMN, N, act, option
from db.campaigns.campaigns import find_campaign
from db.campaigns.results import Revision, effects_of_contrasts, insert_revision, results_screen
from db.campaigns.rounds import rounds_of, set_outcomes, set_round_state
from db.errors import ConflictError, InvalidValueError
from db.provenance import content_hash, find_ingest, get_ingest, record_ingest
from db.records import Note, Outcome, Round
from db.screens.writing import insert_screen
from db.store import Connection
from db.undo import remember, rows_of_campaign, rows_of_results
from tools.campaigns.results.called_hits import call_hits
from tools.campaigns.results.placed_results import Placement, place_round, placed
from tools.campaigns.rounds.chosen_round import pick_round, require_state
from tools.campaigns.state import CampaignState, load_state, state_of
from tools.parameters import takes_fields
from tools.screens.ingestion.harmonised_table import HarmonisedTable, harmonise_file
from tools.screens.ingestion.written_rows import write_contrast
from tools.screens.tables.reading import BY_ITSELF, Reading
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
        rule: How a hit was told, in a sentence.
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
    rule: str
    notes: tuple[Note, ...]
    recognised: bool = False


@takes_fields
def campaign_record(
    workspace: Workspace,
    file: Path,
    name: str = "",
    reading: Reading = BY_ITSELF,
    *,
    round: int | None = None,  # noqa: A002 - the word of the command line
    dropped: bool = False,
    allow_others: bool = False,
    placement: Literal["controls", "declared"] = "controls",
    readout_gene: str = "",
) -> Recorded:
    """Records the results of a confirmed round, or a corrected file of a measured one.

    The file goes through the same readers as a screen's. A corrected file replaces the one before, which stays in
    the history. The first round with negative controls sets the campaign's scale, unless genes measured before the
    campaign set it; later rounds are moved and stretched so that the median and the spread (1.4826 × MAD) of their
    negative controls agree with it.

    Args:
        workspace: Where the campaign is.
        file: The results.
        name: The campaign; the only open one where empty.
        reading: How the file is read.
        round: Number of the round; the newest that is confirmed or measured where None.
        dropped: Nominations that are missing from the file do not return to the candidates.
        allow_others: Take in genes that were not nominated, instead of refusing the file.
        placement: ``controls`` places the round by its negative controls; ``declared`` takes the effects as being on
            the campaign's scale already.
        readout_gene: The gene whose expression is measured, by which the file's sign is checked.

    Returns:
        What was taken in, what is missing and what is a hit.

    Raises:
        ConflictError: The round is not confirmed, or someone else recorded at the same time.
        InvalidValueError: The file has genes that were not nominated, or none that were.
        NeedsChoiceError: The file has no negative controls to be placed by, or does not say what positive means.
        RefusedFileError: The file cannot be read; the store is unchanged.
    """
    state = state_of(workspace.store, name, to_change=True)
    one = _round_to_record(state, round)
    question = state.campaign.question
    prepared = harmonise_file(
        workspace, file, reading, organism=question.organism, readout_gene=readout_gene, modality=question.modality
    )
    _check_genes(state, one, prepared, file.name, allow_others=allow_others)
    place = place_round(workspace, state, one, prepared, placement)
    content = content_hash(
        prepared.source_hashes,
        {
            "campaign": state.campaign.id, "round": one.number, "dropped": dropped, "allow_others": allow_others,
            "placement": placement, "positive_means": prepared.positive_means,
            "options": {**reading.of_the_rows(), "replicate_files": []},
        },
    )  # fmt: skip
    history = [revision for revision in state.revisions if revision.round_id == one.id]
    if history and _content_of(workspace, history[-1]) == content:
        return _recorded(workspace, state, one, history[-1], prepared.notes, recognised=True)
    outcomes = _outcomes(one, prepared, dropped=dropped)
    with workspace.store.write("record") as connection:
        _refuse_changed(workspace, one)
        title = f"results of round {one.number} of campaign {state.campaign.name} were recorded from {file.name}"
        remember(connection, title, rows_of_campaign(state.campaign.id))
        revision = _write(connection, state, one, prepared, place, content, file.name, len(history) + 1)
        set_outcomes(connection, one.id, outcomes)
        set_round_state(connection, one.id, "measured")
        after = load_state(workspace.store, find_campaign(connection, state.campaign.name))
    written = next(r for r in after.revisions if r.round_id == one.id and r.revision == revision)
    return _recorded(workspace, after, pick_round(after, one.number), written, prepared.notes)


def _round_to_record(state: CampaignState, number: int | None) -> Round:
    if number is None:
        ordered = [one for one in state.rounds if one.state != "open"]
        number = ordered[-1].number if ordered else None
    one = pick_round(state, number)
    if one.state == "open":
        require_state(one, "confirmed", state.campaign.name, "recorded")
    return one


def _check_genes(
    state: CampaignState, one: Round, prepared: HarmonisedTable, file_name: str, *, allow_others: bool
) -> None:
    found = set(prepared.combined["perturbation"])
    nominated = {nomination.perturbation for nomination in one.nominations}
    if not found & nominated:
        raise InvalidValueError(
            f"{file_name} has none of the {len(nominated)} genes that round {one.number} of"
            f" {state.campaign.name} nominated.",
            f"Check the gene column ({option(columns={'gene': COLUMN})}), or name the round ({option(round=N)}).",
        )
    others = sorted(found - nominated - set(state.campaign.question.positive_controls))
    if others and not allow_others:
        listed = ", ".join(others[:8]) + (" …" if len(others) > 8 else "")
        raise InvalidValueError(
            f"{file_name} has {len(others)} genes that round {one.number} did not nominate: {listed}.",
            f"{option(allow_others=True)} takes them in; name the right round with {option(round=N)} if this is"
            " another one's file.",
        )


def _outcomes(one: Round, prepared: HarmonisedTable, *, dropped: bool) -> dict[str, Outcome]:
    found = set(prepared.combined["perturbation"])
    without: Outcome = "dropped" if dropped else "missing"
    return {n.perturbation: "measured" if n.perturbation in found else without for n in one.nominations}


# Writing -----------------------------------------------------------------------------------------


def _refuse_changed(workspace: Workspace, one: Round) -> None:
    if not any(r.id == one.id and r.state == one.state for r in rounds_of(workspace.store, one.campaign_id)):
        raise ConflictError(
            f"Round {one.number} changed while the file was read.", f"Look at it with {act('campaign_show')}."
        )


def _write(
    connection: Connection,
    state: CampaignState,
    one: Round,
    prepared: HarmonisedTable,
    place: Placement,
    content: str,
    source: str,
    revision: int,
) -> int:
    campaign, question = state.campaign, state.campaign.question
    # A file may come back after another one; each revision is an ingest of its own.
    unique = content if find_ingest(connection, content) is None else content_hash([content], {"revision": revision})
    ingest_id = record_ingest(
        connection,
        content=unique,
        kind="results",
        name=f"{campaign.name} round {one.number}",
        source=source,
        source_hash=prepared.source_hashes[0],
        tool="campaign record",
        arguments={
            "campaign": campaign.name, "round": one.number, "revision": revision, "reader": prepared.reader,
            "placement": asdict(place), "content": content,
        },
        parents=[r.ingest_id for r in state.revisions if r.round_id == one.id][-1:],
        notes=prepared.notes,
    )  # fmt: skip
    screen_id = results_screen(connection, campaign.id)
    if screen_id is None:
        screen_id = insert_screen(
            connection, name=f"{campaign.name} results", ingest_id=ingest_id, campaign_id=campaign.id,
            phenotype=question.phenotype, organism=question.organism, cell_type=question.cell_type,
            modality=question.modality, method=prepared.reader, readout=question.readout,
            readout_gene=prepared.readout_gene, hit_rule=question.hit_rule, side=question.side,
        )  # fmt: skip
    contrast = f"round {one.number}" if revision == 1 else f"round {one.number}, revision {revision}"
    contrast_id = write_contrast(connection, screen_id, ingest_id, contrast, placed(prepared, place))
    remember(connection, "", added=rows_of_results(connection, ingest_id))
    insert_revision(
        connection, round_id=one.id, revision=revision, contrast_id=contrast_id, placement=asdict(place),
        ingest_id=ingest_id,
    )  # fmt: skip
    return revision


def _content_of(workspace: Workspace, revision: Revision) -> str:
    with workspace.store.read() as connection:
        arguments: Mapping[str, Any] = get_ingest(connection, revision.ingest_id).arguments
    return str(arguments["content"])


def _recorded(
    workspace: Workspace,
    state: CampaignState,
    one: Round,
    revision: Revision,
    notes: tuple[Note, ...],
    *,
    recognised: bool = False,
) -> Recorded:
    called = call_hits(workspace.store, state)
    by_outcome: dict[str, list[str]] = {"measured": [], "missing": [], "dropped": [], "waiting": []}
    for nomination in one.nominations:
        by_outcome[nomination.outcome].append(nomination.perturbation)
    now = _measured_in(workspace, revision.contrast_id)
    before = [r for r in state.revisions if r.round_id == one.id and r.revision == revision.revision - 1]
    lost = _measured_in(workspace, before[0].contrast_id) - now if before else frozenset()
    return Recorded(
        campaign=state.campaign.name,
        round=one.number,
        revision=revision.revision,
        measured=len(by_outcome["measured"]),
        missing=tuple(by_outcome["missing"]),
        dropped=tuple(by_outcome["dropped"]),
        others=tuple(sorted(now - {nomination.perturbation for nomination in one.nominations})),
        lost=tuple(sorted(lost)),
        placement=str(revision.placement["text"]),
        hits=tuple(sorted(called.hits & set(by_outcome["measured"]))),
        rule=called.rule,
        notes=notes,
        recognised=recognised,
    )


def _measured_in(workspace: Workspace, contrast_id: int) -> frozenset[str]:
    return frozenset(effects_of_contrasts(workspace.store, [contrast_id])["perturbation"])
