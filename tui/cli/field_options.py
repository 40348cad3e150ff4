"""What the fields of parameter objects are called on the command line: one option each, whichever command takes it.

The type of an option, its default and what becomes of its value follow from the field (`parameter_objects`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tools.campaigns.start.start_options import StartOptions
from tools.cells.annotation.options import Naming
from tools.design.perturb_seq.wish import CellsWish
from tools.design.pooled.wish import ScreenWish
from tools.expression.perturb_seq.options import CellReading
from tools.expression.unseen.options import Learning
from tools.parameters import Parameters
from tools.screens.ingestion.description import ScreenDescription


@dataclass(frozen=True)
class Said:
    """What the help of an option says.

    Attributes:
        help: A sentence.
        metavar: What stands for its value; the name of its type where empty.
        name: The option, such as ``--map``; the field's own name where empty.
        min: The least number that it takes.
    """

    help: str
    metavar: str = ""
    name: str = ""
    min: float | None = None


SAID: Mapping[str, Said] = {
    "phenotype": Said('The biology asked about, such as "IFN-gamma production".'),
    "study": Said("Publication or project; copies of a screen are recognised by it.", "TEXT"),
    "cell_type": Said("Cell type or line.", "TEXT"),
    "modality": Said("How genes are perturbed."),
    "readout": Said("How the phenotype is measured.", "TEXT"),
    "readout_gene": Said("The gene whose expression is measured; it checks the sign.", "GENE"),
    "direction": Said("Which hits are looked for: the phenotype raised, lowered, or both."),
    "hit_rule": Said(
        "What a hit is: 'fdr<0.05', 'top 5%', 'lfc<-1 & fdr<0.1'. Bounds are on the harmonised effect, where positive"
        " raises the phenotype, whatever it means in the file.",
        "RULE",
    ),
    "side": Said("Side on which hits lie: low lowers the phenotype, high raises it, whatever sign the file has."),
    "condition": Said("What else the cells were given.", "TEXT"),
    "citation": Said("Citation of the study.", "TEXT"),
    "licence": Said("Licence of the data.", "TEXT"),
    "reader": Said(
        "Format of the file, else by its header: mageck_rra, mageck_mle, one_sided, drugz, bagel, stars, rsa,"
        " screenprocessing, screenpro2, crisprbrain, biogrid_orcs, gene_matrix, benchmark_pair, generic.",
        "NAME",
    ),
    "columns": Said("Which column holds a field, such as estimate=log2FC; repeat it.", "FIELD=COLUMN", "--map"),
    "where": Said("Read only these rows, where a file holds several screens; repeat it.", "COLUMN=VALUE"),
    "suffix": Said("Column suffix that picks one screen out of a wide file.", "TEXT"),
    "positive_means": Said("What a positive value of the file says of the phenotype."),
    "controls": Said(
        "Negative-control rows beyond the known ones, names or patterns such as 'pseudo_*'; repeat it, or use commas.",
        "NAME",
    ),
    "encoding": Said("Text encoding, where it is not UTF-8, such as cp1252.", "NAME"),
    "estimate_kind": Said("What the mapped effect column holds."),
    "no_header": Said("The first line is a row already; map columns by place: --map gene=1 --map estimate=2."),
    "sheet": Said("Sheet of an Excel workbook, by name or number, such as 'Table S3' or 2.", "NAME"),
    "strict": Said("Refuse the file if any row would be kept aside; controls named with --controls may stand."),
    "repeats": Said("Which of several rows of one gene is used, where they differ; by-p takes the smallest p."),
    "most_unresolved": Said("Largest share of names that may mean no gene, 0 to 1.", min=0),
    "measured": Said("What is measured already: a file, or a screen of the store.", "FILE|SCREEN"),
    "size": Said("Places of a round.", min=1),
    "mode": Said(
        "Where screens here measured the phenotype: leave nothing out, nominate their hits alone (validate), what"
        " they did not measure (extend), or all but their hits (new)."
    ),
    "exclude": Said("Genes never to nominate; the reason in the second column.", "FILE"),
    "expressed": Said("Gene and TPM; genes below --min-tpm are flagged.", "FILE"),
    "min_tpm": Said("TPM from which a gene counts as expressed.", min=0),
    "flag_essential": Said(
        "Keep fitness genes (common essential, or slowing most cell lines) as candidates, with a flag; else they are"
        " left out unless --library names the candidates or the phenotype is one of growth or death."
    ),
    "guides_per_gene": Said("Guides to order for each gene.", min=1),
    "coverage": Said("Cells for each guide.", min=1),
    "price": Said("Price of one guide, in your own currency.", min=0),
    "signature": Said(
        "State toward which hits that raise the phenotype push the cells: a gene set, or a file of genes with signs."
        " Scores predicted from expression then count too; the first time takes a minute or two.",
        "NAME|FILE",
    ),
    "toward": Said("With --cells: the cells that are in the state.", "COLUMN=VALUE"),
    "away": Said("With --cells: the cells that it is set against.", "COLUMN=VALUE"),
    "signature_contexts": Said(
        "A table of responses that the scores are predicted from (`hitscout response list`), else the widest;"
        " repeat it, or use commas.",
        "NAME",
        "--signature-context",
    ),
    "positive_controls": Said("A known hit; repeat it, or use commas.", "GENE", "--positive-control"),
}
"""Fields that mean the same in whatever object they are."""

_WISHED: Mapping[str, Said] = {
    "fdr": Said("False discovery rate at which hits are called.", "RATE"),
    "power": Said("Share of what is there that is to be found.", "SHARE"),
    "price_reads": Said("Price of a million reads.", "PRICE"),
    "simulate": Said("Simulate so many beside the closed form, and tell what they showed.", "N", min=0),
    "seed": Said("Of what is simulated.", min=0),
}
"""Fields that both designs have."""

SAID_OF: Mapping[type[Parameters], Mapping[str, Said]] = {
    ScreenDescription: {
        "name": Said("Name of the screen; else the file's name.", "TEXT"),
        "organism": Said("Whose genes; else by how they are written."),
        "library": Said("Name of the guide library.", "TEXT"),
        "text": Said("The task in words; else the file's own words.", "TEXT"),
    },
    CellReading: {
        "perturbation_column": Said(
            "Cells: the column that says what was done to each; else by its content.", "COLUMN"
        ),
        "control": Said("Cells: label of the controls, where it is not known, such as mock.", "LABEL"),
        "guide_column": Said("Cells: the column that names each cell's guide.", "COLUMN"),
        "layer": Said("Cells: the matrix that is read, such as raw or layers/counts.", "NAME"),
        "batch_column": Said("Cells: the column within which cells are compared with controls.", "COLUMN"),
        "min_cells": Said("Cells: a perturbation with fewer is kept aside.", min=2),
        "phenotype_from": Said(
            "Cells: what makes the screen: responding-genes, energy-distance, or signature:NAME, a file of genes with"
            " signs or a gene set.",
            "WHAT",
        ),
        "test": Said("Cells: rank-sum compares cells, pseudobulk-t the means of strata."),
    },
    Naming: {
        "across_species": Said("The reference may be of another species: genes are compared by orthologs."),
        "vectors": Said("How cells become vectors: markers, expression_text, expression_pca, text_mean …", "NAME"),
        "head": Said("What names them: spread_mean, nearest_mean, neighbours or logistic.", "NAME"),
        "gene_vectors": Said("Vectors of genes, for vectors that rest on texts: .pkl (GenePT), .npz, .csv …", "FILE"),
        "donor": Said("The reference's column of donors; else by its name.", "COLUMN"),
        "own_label": Said("What the file itself says its cells are, to compare; else the same column.", "COLUMN"),
        "seed": Said("Seed of folds.", min=0),
    },
    Learning: {
        "contexts": Said(
            "A table of responses to learn from (`hitscout response list`), else the widest and those that fit it;"
            " repeat it, or use commas.",
            "NAME",
            "--context",
        ),
        "data": Said("Learn from this file of cells or of responses instead; repeat it.", "FILE"),
        "predictor": Said("Who predicts; the default one of `hitscout benchmark expression`.", "NAME"),
        "sources": Said(
            "What genes are known by, such as string or text; repeat it, or use commas.", "NAME", "--source"
        ),
        "vectors": Said("Vectors of genes, such as GenePT's, in place of what the store knows.", "FILE"),
        "seed": Said("Of folds and of whatever is drawn.", min=0),
    },
    ScreenWish: {
        **_WISHED,
        "effect": Said(
            "Log2 fold change of a guide that works, below 0 where guides are lost; else the smallest that is found.",
            "LFC",
        ),
        "genes": Said("Genes of the library; the pilot's, or 19,000, if not given.", "N"),
        "hits": Said("How many of them are hits; the pilot's, or one in a hundred, if not given.", "N"),
        "guides": Said("Guides of each gene; else what is best.", "N"),
        "replicates": Said("Replicates; else what is best.", "N"),
        "reads": Said("Reads of each guide in each arm; as many as cells if not given.", "N"),
        "working": Said("Share of the guides that work.", "SHARE"),
        "skew": Said("Ratio of the 90th to the 10th percentile of guides in the library.", "RATIO"),
        "bottlenecks": Said("Narrow points that cells pass after the arms have parted.", "N"),
        "gate": Said(
            "Share of the cells that each of the two arms takes, such as 0.15 where cells are sorted.", "SHARE"
        ),
        "control_guides": Said("Non-targeting guides, by whose spread hits are told; 0 where it counts as known.", "N"),
        "one_sided": Said("Look only for effects of the sign given."),
        "pilot": Said("A finished screen of the store, whose own spread is used.", "SCREEN"),
        "sd": Said(
            "Standard deviation of a control guide's log2 fold change in one replicate, in place of what is assumed.",
            "SD",
        ),
        "price_guide": Said("Price of a guide; with any price, options are ordered by cost.", "PRICE"),
        "price_cells": Said("Price of a million cells.", "PRICE"),
    },
    CellsWish: {
        **_WISHED,
        "responding": Said("How many genes respond to a perturbation.", "N"),
        "effect": Said(
            "Log2 fold change of a gene that responds, below 0 if it is lowered; else the smallest that is found.",
            "LFC",
        ),
        "find": Said("How many of the responding genes are to be found, in place of --power.", "N"),
        "cells": Said("Usable cells of a perturbation; else what is needed.", "N"),
        "perturbations": Said("How many perturbations there are.", "N"),
        "control_cells": Said("Cells of controls in all.", "N"),
        "genes": Said("Readout genes; the pilot's, or 8,000, if not given.", "N"),
        "umis": Said("Counts of a cell; the pilot's, or 10,000, if not given.", "N"),
        "dispersion": Said("Negative-binomial dispersion of each gene, in place of what is assumed.", "VALUE"),
        "working": Said("Share of a perturbation's cells in which it works.", "SHARE"),
        "usable": Said("Share of the sequenced cells that pass and carry one guide.", "SHARE"),
        "reads_per_cell": Said("Reads of a cell.", "N"),
        "pilot": Said("A table of responses whose cells are in the store: its own expression is used.", "TABLE"),
        "price_cells": Said("Price of one sequenced cell.", "PRICE"),
    },
    StartOptions: {
        "organism": Said("Whose genes."),
        "library": Said("Genes that can be nominated.", "FILE|SCREEN|protein-coding"),
        "text": Said("The question in plain words.", "TEXT", "--question"),
        "cells": Said(
            "In place of --signature: cells, two groups of which make the state (--toward, --away).", "FILE|TABLE"
        ),
    },
}
"""Fields that mean something of their own in one object."""


def said_of(kind: type[Parameters], field: str) -> Said | None:
    """What is said of a field; None where it has no option.

    Args:
        kind: The parameter object's class.
        field: The field's name.
    """
    return SAID_OF.get(kind, {}).get(field) or SAID.get(field)


def option_of(kind: type[Parameters], field: str) -> str:
    """The option of a field, such as ``--map``.

    Args:
        kind: The parameter object's class.
        field: The field's name.
    """
    said = said_of(kind, field)
    return said.name if said and said.name else "--" + field.replace("_", "-")
