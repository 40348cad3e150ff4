"""What a campaign is started from: the options of `campaign_start` and `shortlist`, each described once.

Command lines and forms are built from the fields before any work is done, so nothing heavy is imported here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from db.records import PROTEIN_CODING, Direction, Modality, Organism
from tools.parameters import Parameters


@dataclass(frozen=True)
class StartOptions(Parameters):
    """What is looked for, among which genes, how rounds are made up, and what is measured already.

    Attributes:
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
    """

    phenotype: str
    text: str = ""
    organism: Organism = "human"
    cell_type: str = ""
    readout: str = ""
    direction: Direction = "both"
    modality: Modality = ""
    hit_rule: str = ""
    study: str = ""
    measured: str = ""
    library: str = PROTEIN_CODING
    size: int = 128
    mode: Literal["discover", "validate"] = "discover"
    exclude: Path | None = None
    expressed: Path | None = None
    min_tpm: float = 1.0
    flag_essential: bool = False
    guides_per_gene: int = 4
    coverage: int = 500
    price: float | None = None
    positive_controls: Sequence[str] = ()
    screen_weights: Mapping[str, float] | None = None
    gene_sets: Sequence[str] = ()
    positive_means: Literal["raises", "lowers", ""] = ""
    readout_gene: str = ""
    reader: str = ""
    columns: Mapping[str, str] | None = None
    controls: Sequence[str] = ()
