"""Shortlists in one line: a campaign is started and its first round proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from db.campaigns.rounds import write_round
from db.records import Direction, Modality, Organism
from tools.campaigns.rounds.nominations import Proposal, compute_proposal
from tools.campaigns.rounds.order_file import campaign_export, format_of
from tools.campaigns.rounds.shortlist import Shortlist
from tools.campaigns.start.plan import free_name, plan_campaign, write_plan
from tools.campaigns.start.start_options import StartOptions
from tools.campaigns.state import CampaignState, load_state
from tools.workspace import Workspace


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
    guides_per_gene: int = 4,
    coverage: int = 500,
    price: float | None = None,
    positive_controls: Sequence[str] = (),
    positive_means: Literal["raises", "lowers", ""] = "",
    readout_gene: str = "",
    reader: str = "",
    columns: Mapping[str, str] | None = None,
    controls: Sequence[str] = (),
    seed: int = 0,
    predictor: str = "",
    out: Path | None = None,
) -> Shortlist:
    """Starts a campaign and proposes its first round, in one step: the main job in one line.

    Args:
        workspace: Where the campaign is kept.
        phenotype: The biology asked about, in a few words.
        name: Name of the campaign; made from the phenotype where empty.
        text: The question in plain words.
        organism: ``human`` or ``mouse``.
        cell_type: Cell type or line.
        readout: How the phenotype is measured.
        direction: Whether hits raise the phenotype, lower it, or both.
        modality: knockout, interference, activation, or empty where not declared.
        hit_rule: What a hit is; the measured screen's rule, or ``top 5%``, where empty.
        study: Study of the campaign, by which copies of its screen are recognised.
        measured: A screen's file, or the name of a screen of the store, whose genes are measured already.
        library: A screen's name, a file of gene names, or ``protein-coding``.
        size: How many to nominate.
        exclude: File of genes that must not be nominated, with a reason in the column after the name.
        expressed: File of gene and TPM; genes below `min_tpm` get a flag.
        min_tpm: TPM from which a gene counts as expressed.
        flag_essential: Whether common essential genes stay candidates, with the flag essential. Else they are excluded
            where the library is ``protein-coding`` and the phenotype is not one of growth or death.
        guides_per_gene: Guides to order for each gene.
        coverage: Cells for each guide.
        price: Price of one guide.
        positive_controls: Genes that are known hits.
        positive_means: What a positive value of the measured file means, where the file does not say.
        readout_gene: The gene whose expression is measured, by which the file's sign is checked.
        reader: Which reader takes the measured file; the one that recognises it where empty.
        columns: Field of hitscout → column of the measured file.
        controls: Names of negative-control rows in the measured file.
        seed: Breaks ties and seeds the predictor.
        predictor: Name of the predictor; the default one where empty.
        out: File to write the list to; its ending names the format (.csv .tsv .parquet .xlsx .md).

    Returns:
        The open first round. `campaign_confirm` and `campaign_record` go on with it.

    Raises:
        InvalidValueError: `size` is above the number of candidates, or another value cannot be used.
        NotFoundError: There is no such screen or file.
        RefusedFileError: A file cannot be read, or `out` cannot be written; the store is unchanged.
    """
    if out is not None:
        format_of(out)
    options = StartOptions(
        name=name.strip() or free_name(workspace.store, phenotype), phenotype=phenotype, text=text, organism=organism,
        cell_type=cell_type, readout=readout, direction=direction, modality=modality, hit_rule=hit_rule, study=study,
        measured=measured, library=library, size=size, exclude=exclude, expressed=expressed, min_tpm=min_tpm,
        flag_essential=flag_essential, guides_per_gene=guides_per_gene, coverage=coverage, price=price,
        positive_controls=tuple(positive_controls), positive_means=positive_means, readout_gene=readout_gene,
        reader=reader, columns=dict(columns or {}), controls=tuple(controls),
    )  # fmt: skip
    plan = plan_campaign(workspace, options)
    proposal = compute_proposal(workspace, plan.state(), size, seed, predictor)
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
        path = campaign_export(workspace, out, campaign.name).path
    return Shortlist.of(campaign.name, made.rounds[-1], notes=(*plan.notes, *proposal.notes), path=path)


def _with_basis(proposal: Proposal, state: CampaignState) -> Mapping[str, Any]:
    """The plan was computed on as a campaign that had no id yet; its basis is that of the stored one."""
    return {**proposal.info, "basis": state.basis}
