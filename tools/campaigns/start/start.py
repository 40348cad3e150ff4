"""Starts: a campaign is planned, checked, and then written in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from db.records import Campaign, Direction, Modality, Organism
from tools.campaigns.start.plan import plan_campaign, write_plan
from tools.campaigns.start.start_options import StartOptions
from tools.campaigns.state import load_state
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
    screen_weights: Mapping[str, float] | None = None,
    gene_sets: Sequence[str] = (),
    positive_means: Literal["raises", "lowers", ""] = "",
    readout_gene: str = "",
    reader: str = "",
    columns: Mapping[str, str] | None = None,
    controls: Sequence[str] = (),
) -> CampaignStart:
    """Starts a campaign: what is looked for, among which genes, and what is measured already.

    Args:
        workspace: Where the campaign is kept.
        name: A name that no other campaign of the store has.
        phenotype: The biology asked about, in a few words.
        text: The question in plain words.
        organism: ``human`` or ``mouse``.
        cell_type: Cell type or line; the measured screen's where empty.
        readout: How the phenotype is measured; the measured screen's where empty.
        direction: Whether hits raise the phenotype, lower it, or both.
        modality: knockout, interference or activation; the measured screen's where empty.
        hit_rule: What a hit is; the measured screen's rule, or ``top 5%``, where empty.
        study: Study of the campaign, by which copies of its screen are recognised and never used as priors.
        measured: A screen's file, or the name of a screen of the store. Its effects are round 0: its genes are no
            candidates, and no prediction of the campaign learns from it as if it were another screen.
        library: Genes that can be nominated: a screen's name, a file of gene names, or ``protein-coding``.
        size: Places of a round.
        mode: ``discover`` nominates genes that were not measured; ``validate`` is refused for now.
        exclude: File of genes that must not be nominated, with a reason in the column after the name.
        expressed: File of gene and TPM; genes below `min_tpm` get the flag not-expressed.
        min_tpm: TPM from which a gene counts as expressed.
        flag_essential: Whether common essential genes stay candidates, with the flag essential. Else they are excluded
            where the library is ``protein-coding`` and the phenotype is not one of growth or death.
        guides_per_gene: Guides to order for each gene.
        coverage: Cells for each guide.
        price: Price of one guide, in the laboratory's own currency.
        positive_controls: Genes that are known hits; they are ordered with each round.
        screen_weights: Name of a screen → how much it counts as a prior; 1 is ordinary, 0 leaves it out.
        gene_sets: At most 30 gene sets that the question is about, as ``collection:name``.
        positive_means: What a positive value of the measured file means, where the file does not say.
        readout_gene: The gene whose expression is measured, by which the measured file's sign is checked.
        reader: Which reader takes the measured file; the one that recognises it where empty.
        columns: Field of hitscout → column of the measured file.
        controls: Names of negative-control rows in the measured file.

    Returns:
        The campaign and the size of what it chooses from.

    Raises:
        InvalidValueError: A value cannot be used, or `size` is above the number of candidates.
        NotFoundError: There is no such screen or file.
        ConflictError: A campaign of the name is there already.
        RefusedFileError: A file cannot be read; the store is unchanged.
    """
    options = StartOptions(
        name=name.strip(), phenotype=phenotype, text=text, organism=organism, cell_type=cell_type, readout=readout,
        direction=direction, modality=modality, hit_rule=hit_rule, study=study, measured=measured, library=library,
        size=size, mode=mode, exclude=exclude, expressed=expressed, min_tpm=min_tpm, flag_essential=flag_essential,
        guides_per_gene=guides_per_gene, coverage=coverage, price=price, positive_controls=tuple(positive_controls),
        positive_means=positive_means, readout_gene=readout_gene, reader=reader, columns=dict(columns or {}),
        controls=tuple(controls), screen_weights=dict(screen_weights or {}), gene_sets=tuple(gene_sets),
    )  # fmt: skip
    plan = plan_campaign(workspace, options)
    with workspace.store.write("campaign start") as connection:
        campaign = write_plan(workspace, connection, plan)
    state = load_state(workspace.store, campaign)
    return CampaignStart(
        campaign=campaign,
        library_size=len(state.library),
        measured=len(state.measured),
        candidates=len(state.candidates),
        ignored=campaign.settings.ignored,
        notes=plan.notes,
    )
