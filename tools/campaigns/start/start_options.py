"""What a campaign is started from: the options of `campaign_start` and `shortlist`, each described once.

Command lines and forms are built from the fields before any work is done, so nothing heavy is imported here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from db.acts import ANY, option
from db.errors import check_word, require
from db.records import PROTEIN_CODING, UNSIGNED, Direction, Modality, Mode, Organism, Question
from tools.parameters import Parameters
from tools.screens.tables.reading import Reading


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
        study: Study of the campaign, by which copies and siblings of its screen are recognised: other donors, earlier
            repeats and other phenotypes of it count as earlier measurements.
        measured: A screen's file, or the name of a screen of the store. Its effects are round 0: its genes are no
            candidates, and no prediction of the campaign learns from it as if it were another screen.
        library: Genes that can be nominated: a screen's name, a file of gene names, or ``protein-coding``.
        size: Places of a round.
        mode: What is made of screens of the store that measured the same phenotype: ``discover`` leaves nothing out,
            ``validate`` nominates their hits alone, ``extend`` only what they did not measure, ``new`` all but their
            hits. What they say of each gene counts in all modes; `screen_weights` of 0 leaves a screen aside.
        exclude: File of genes that must not be nominated, with a reason in the column after the name.
        expressed: File of gene and TPM; genes below `min_tpm` get the flag not-expressed.
        min_tpm: TPM from which a gene counts as expressed.
        flag_essential: Whether fitness genes (common essential ones, and those whose loss slows most cell lines) stay
            candidates, with the flag fitness, common essential ones with the flag essential too. Else they are excluded
            where the library is ``protein-coding`` and the phenotype is not one of growth or death.
        guides_per_gene: Guides to order for each gene.
        coverage: Cells for each guide.
        price: Price of one guide, in the laboratory's own currency.
        positive_controls: Genes that are known hits; they are ordered with each round.
        screen_weights: Name of a screen → how much it counts as a prior; 1 is ordinary, 0 leaves it out.
        gene_sets: At most 30 gene sets that the question is about, as ``collection:name``.
        signature: A gene set of the store (``collection:name``), or a file of genes with signs: the state toward which
            hits that raise the phenotype push the cells. Predicted expression says how far each gene does, and that
            counts besides what screens say. The first time this takes a minute or two.
        cells: In place of a named signature, a table of the store that keeps cells, or a file of cells, two groups of
            which make it.
        toward: ``COLUMN=VALUE`` of the cells that are in the state.
        away: ``COLUMN=VALUE`` of the cells that the state is set against.
        signature_contexts: Tables of responses that expression is predicted from; the widest of the store where none.
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
    mode: Mode = "discover"
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
    signature: str = ""
    cells: str = ""
    toward: str = ""
    away: str = ""
    signature_contexts: Sequence[str] = ()
    positive_means: Literal["raises", "lowers", "unsigned", ""] = ""
    readout_gene: str = ""
    reader: str = ""
    columns: Mapping[str, str] | None = None
    controls: Sequence[str] = ()

    @property
    def question(self) -> Question:
        """The question as it is asked, before the store is looked at."""
        return Question(
            phenotype=self.phenotype.strip(), organism=self.organism, cell_type=self.cell_type, readout=self.readout,
            direction=self.direction, modality=self.modality, hit_rule=self.hit_rule, text=self.text, study=self.study,
            screen_weights=self.screen_weights or {}, gene_sets=tuple(self.gene_sets),
            positive_controls=tuple(self.positive_controls),
        )  # fmt: skip

    @property
    def toward_a_state(self) -> bool:
        """Whether hits are said to push cells toward a state."""
        return any(one.strip() for one in (self.signature, self.cells, self.toward, self.away))

    @property
    def reading(self) -> Reading:
        """How the measured file is read."""
        return Reading(
            reader=self.reader, columns=self.columns or {}, positive_means=self.positive_means, controls=self.controls
        )


def check_options(options: StartOptions) -> None:
    """Refuses values that cannot be used, before any file is read.

    Args:
        options: What was asked for.

    Raises:
        InvalidValueError: A value is none of those that there are, or too small.
    """
    from tools.screens.hit_rules import parse_rule

    require(
        options.phenotype.strip(), "A campaign needs a phenotype.", f"Say what is looked for: {option(phenotype=ANY)}."
    )
    for what, value, choices in (
        ("organism", options.organism, get_args(Organism)),
        ("direction", options.direction, get_args(Direction)),
        ("modality", options.modality, get_args(Modality)),
        ("mode", options.mode, get_args(Mode)),
    ):
        check_word(what, value, choices)
    for what, number in (
        ("size", options.size), ("guides_per_gene", options.guides_per_gene), ("coverage", options.coverage)
    ):  # fmt: skip
        require(number >= 1, f"{option(**{what: number})} was given.", f"Give {option(what)} 1 or more.")
    require(options.price is None or options.price >= 0, f"A price of {options.price} was given.", "Give 0 or more.")
    require(
        options.positive_means != UNSIGNED or options.direction == "both",
        f"{option(direction=options.direction)} was given with effects without a sign, which lie on no side.",
        f"Leave {option('direction')} out: the strongest effects are the hits, whichever way they go.",
    )
    require(
        options.toward_a_state or not options.signature_contexts,
        f"{option(signature_contexts=list(options.signature_contexts))} was given, but no signature.",
        f"Say toward what hits push the cells: {option(signature=ANY)}.",
    )
    require(
        not options.toward_a_state or options.organism == "human",
        f"A state of the cells was given with {options.organism} genes.",
        "Expression is predicted for human genes only.",
    )
    if options.hit_rule:
        parse_rule(options.hit_rule)
