"""Shortlists in one line: a campaign is started and its first round proposed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from db.campaigns.records import ShortlistInfo
from db.campaigns.rounds import write_round
from tools.campaigns.rounds.nominations import Proposal, compute_proposal
from tools.campaigns.rounds.order_file import campaign_export
from tools.campaigns.rounds.shortlist import Shortlist
from tools.campaigns.start.measured import measured_before
from tools.campaigns.start.plan import free_name, plan_campaign, write_plan
from tools.campaigns.start.recognised import already_started
from tools.campaigns.start.start_options import StartOptions
from tools.campaigns.state import CampaignState, load_state
from tools.output_files import format_of, output_path
from tools.parameters import takes_fields
from tools.workspace import Workspace


@takes_fields
def shortlist(
    workspace: Workspace,
    options: StartOptions,
    *,
    name: str = "",
    seed: int = 0,
    predictor: str = "",
    out: Path | None = None,
    overwrite: bool = False,
) -> Shortlist:
    """Starts a campaign and proposes its first round, in one step: the main job in one line.

    Args:
        workspace: Where the campaign is kept.
        options: What the campaign is started from.
        name: Name of the campaign; made from the phenotype where empty.
        seed: Breaks ties and seeds the predictor.
        predictor: Name of the predictor; the default one where empty.
        out: File to write the list to; its ending names the format (.csv .tsv .parquet .xlsx .md).
        overwrite: Whether a file that is there already is replaced; never the store, nor a file whose rows it holds.

    Returns:
        The open first round. `campaign_confirm` and `campaign_record` go on with it.

    Raises:
        InvalidValueError: `size` is above the number of candidates, or another value cannot be used.
        NotFoundError: There is no such screen or file.
        RefusedFileError: A file cannot be read, or `out` cannot be written; the store is unchanged.
    """
    if out is not None:
        format_of(out)
        output_path(workspace, out, overwrite=overwrite)
    measured = measured_before(workspace, options)
    plan = plan_campaign(workspace, name.strip() or free_name(workspace.store, options.phenotype), options, measured)
    proposal = compute_proposal(workspace, plan.state(), options.size, seed, predictor)
    known = already_started(workspace, plan) if name.strip() else None
    if known is not None and known.rounds and known.rounds[0].nominations == proposal.nominations:
        note = f"{known.campaign.name} was started already and has this list; nothing was written."
        path = campaign_export(workspace, out, known.campaign.name).path if out is not None else None
        return Shortlist.of(known.campaign.name, known.rounds[0], notes=(note, *plan.notes, *proposal.notes), path=path)
    with workspace.store.write("shortlist") as connection:
        campaign = write_plan(workspace, connection, plan)
        write_round(
            connection,
            campaign_id=campaign.id,
            number=1,
            seed=seed,
            shortlist=_with_basis(proposal, load_state(workspace.store, campaign)),
            nominations=proposal.nominations,
        )
        made = load_state(workspace.store, campaign)
    path = None
    if out is not None:
        path = campaign_export(workspace, out, campaign.name, overwrite=overwrite).path
    return Shortlist.of(campaign.name, made.rounds[-1], notes=(*plan.notes, *proposal.notes), path=path)


def _with_basis(proposal: Proposal, state: CampaignState) -> ShortlistInfo:
    """The plan was computed on as a campaign that had no id yet; its basis is that of the stored one."""
    return replace(proposal.info, basis=state.basis)
