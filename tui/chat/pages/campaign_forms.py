"""Forms of the campaign and shortlist pages: which fields they have, and what is taken from them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from db.records import Question
from tools.campaigns.start.start_options import StartOptions
from tools.output_files import FORMAT_OF_SUFFIX
from tui.chat.pages.parameter_fields import CHOICES, field_of
from tui.chat.widgets.form import Field

_option = partial(field_of, StartOptions)

_START = (
    _option("phenotype", "Phenotype", "The biology asked about, in a few words: IFNG production."),
    _option("text", "Question", "The question in plain words; gene sets and texts are matched with it."),
    _option("cell_type", "Cell type", "Cell type or line; the measured screen's where empty."),
    _option("direction", "Hits", "What a hit does to the phenotype."),
    _option("modality", "Modality", "How genes are perturbed."),
    _option(
        "library", "Library", "Genes to choose from: protein-coding, a screen's name, or a file of gene names (Ctrl-O)."
    ),
    _option("size", "Size of a round", "Genes that you can test in one round."),
    _option(
        "measured", "Measured already", "A screen's name or file (Ctrl-O): its genes are round 0, and no candidates."
    ),
    _option("mode", "Earlier screens", "What is made of screens of the store that measured this phenotype."),
    _option("positive_means", "Positive means", "In the measured file, if one is."),
    _option("hit_rule", "Hit rule", "fdr<0.05, top 5%, |lfc|>1 … ; the measured screen's or top 5% where empty."),
    _option("readout", "Readout", "How the phenotype is measured, such as FACS."),
    _option("readout_gene", "Readout gene", "The gene whose expression is measured; it checks the sign."),
    _option("study", "Study", "By which other donors, repeats and phenotypes of your screen are recognised."),
    _option("organism", "Organism"),
    _option(
        "signature", "Signature", "A gene set or a file of signed genes toward which hits push the cells (Ctrl-O)."
    ),
    _option(
        "cells", "Signature of cells", "A table or a file of cells (Ctrl-O), two groups of which make a signature."
    ),
    _option("toward", "Toward", "COLUMN=VALUE of the cells in the state."),
    _option("away", "Away from", "COLUMN=VALUE of the cells that it is set against."),
    _option("signature_contexts", "Scores learnt from", "Tables of responses, between commas; the widest where empty."),
    _option("positive_controls", "Positive controls", "Known hits, between commas; ordered each round."),
    _option("exclude", "Exclude", "A file of genes that must not be nominated, reason beside each."),
    _option("expressed", "Expressed", "A file of gene and TPM; genes below the bound get a flag."),
    _option("min_tpm", "Bound of TPM"),
    _option("flag_essential", "Flag essential", "Flag fitness genes, keep them."),
    _option("guides_per_gene", "Guides of a gene"),
    _option("coverage", "Cells of a guide"),
    _option("price", "Price of a guide", "In your own currency; for the cost of each round."),
)


def start_fields(given: Mapping[str, Any] | None = None) -> tuple[Field, ...]:
    """Fields of the form that starts a campaign: its name, and those of `StartOptions`.

    Args:
        given: Values of an earlier try.
    """
    name = Field("name", "Name", needed=True, help="A name that no other campaign of the store has.")
    return with_values((name, *_START), given)


def with_values(fields: tuple[Field, ...], given: Mapping[str, Any] | None) -> tuple[Field, ...]:
    """The fields with the values of an earlier try.

    Args:
        fields: The fields.
        given: Values by name; those that are missing stay as they are.
    """
    from dataclasses import replace

    return tuple(replace(one, value=given[one.name]) if given and one.name in given else one for one in fields)


def question_fields(question: Question) -> tuple[Field, ...]:
    """Fields of the compiled question, named as those of `Question`.

    Args:
        question: The question as it stands.
    """
    return (
        Field("phenotype", "Phenotype", value=question.phenotype, needed=True),
        Field("text", "Question", value=question.text, help="In plain words; features that read text use it verbatim."),
        Field("cell_type", "Cell type", value=question.cell_type),
        Field("readout", "Readout", value=question.readout),
        Field("direction", "Hits", "choice", question.direction, choices=CHOICES["direction"]),
        Field("modality", "Modality", "choice", question.modality, choices=CHOICES["modality"]),
        Field("hit_rule", "Hit rule", value=question.hit_rule, needed=True, help="fdr<0.05, top 5%, |lfc|>1 …"),
        Field("study", "Study", value=question.study, help="Copies and siblings of its screen are known by it."),
        Field(
            "screen_weights",
            "Screen weights",
            "weights",
            dict(question.screen_weights),
            help="How much each prior screen counts: name=weight between commas; others count 1.",
        ),
        Field("gene_sets", "Gene sets", "list", question.gene_sets, help="At most 30 names between commas."),
        Field("positive_controls", "Positive controls", "list", question.positive_controls, help="Between commas."),
    )


def changes_of(fields: tuple[Field, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that differ from what stood in the form; text that was only cleaned is no change.

    Args:
        fields: The fields with their first values.
        values: What was sent.
    """
    from db.clean_text import clean

    changed = {}
    for field in fields:
        before = field.value if field.kind in ("choice", "flag") else field.read(clean(field.written()))
        if values.get(field.name, before) != before:
            changed[field.name] = values[field.name]
    return changed


def export_fields(campaign: str, number: int, folder: Path) -> tuple[Field, ...]:
    """Fields of the form that exports a round.

    Args:
        campaign: Name of the campaign.
        number: Number of the round.
        folder: Where the file goes unless told otherwise.
    """
    formats = {suffix: f"{name} ({suffix})" for suffix, name in FORMAT_OF_SUFFIX.items() if suffix in _EXPORTED}
    stem = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in campaign)
    return (
        Field("format", "Format", "choice", ".csv", choices=formats, help="What the file is."),
        Field(
            "path",
            "File",
            "path",
            str(folder / f"{stem}-round{number}"),
            needed=True,
            help="The ending is added where there is none; another known ending decides the format.",
        ),
        Field("overwrite", "Replace", "flag", value=False, help="Whether a file that is there already is replaced."),
    )


_EXPORTED = (".csv", ".tsv", ".xlsx", ".parquet", ".md")


def export_path(values: Mapping[str, Any]) -> Path:
    """The file that an export form names.

    Args:
        values: What was sent.
    """
    path: Path = values["path"]
    return path if path.suffix.lower() in FORMAT_OF_SUFFIX else path.with_name(path.name + values["format"])


def propose_fields(size: int, seed: int) -> tuple[Field, ...]:
    """Fields of the form that computes a shortlist otherwise.

    Args:
        size: Places of the round now.
        seed: Its seed.
    """
    from tools.prediction.computed_list import DEFAULT_PREDICTOR

    predictors = {DEFAULT_PREDICTOR: f"{DEFAULT_PREDICTOR} (if not told otherwise)"}
    predictors |= {name: name for name in ("blend", "prior", "kernel", "mean_baseline") if name != DEFAULT_PREDICTOR}
    return (
        Field("size", "Places", "whole", size, needed=True, help="Genes of this round."),
        Field("seed", "Seed", "whole", seed, needed=True, help="Breaks ties; the same seed gives the same list."),
        Field("predictor", "Predictor", "choice", DEFAULT_PREDICTOR, choices=predictors, help="Who ranks."),
    )
