"""Fields of the forms on files."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from tools.screens.ingestion.description import ScreenDescription
from tools.screens.ingestion.preview import MAPPED_FIELDS, FileLook
from tools.screens.tables.reading import Reading
from tui.chat.pages.parameter_fields import field_of
from tui.chat.widgets.form import Field

MAPPED = {
    "gene": "Gene column",
    "gene2": "Second gene column",
    "estimate": "Effect column",
    "p": "p column",
    "fdr": "FDR column",
    "standard_error": "Error column",
    "guides": "Guides column",
    "replicate": "Replicate column",
}
PLACEMENTS = {"controls": "place it by its negative controls", "declared": "it is on the campaign's scale already"}

_screen, _reading = partial(field_of, ScreenDescription), partial(field_of, Reading)

_POSITIVE_MEANS = _reading("positive_means", "Positive means", "What a positive value says.")
_CONTROLS = _reading("controls", "Controls", "Names of negative-control rows, beyond those that are known.")
_READOUT_GENE = _screen("readout_gene", "Readout gene", "Its own effect checks the sign.")


def mapping_fields(look: FileLook) -> tuple[Field, ...]:
    """One field for each column that can be mapped.

    Args:
        look: The file's columns.
    """
    choices = {"": "by its name", **{column: column for column in look.columns if column}}
    return tuple(
        Field(f"column_{name}", label, "choice", choices=choices, help=f"The column that holds: {name}.")
        for name, label in MAPPED.items()
        if name in MAPPED_FIELDS
    )


def further_fields() -> tuple[Field, ...]:
    """Fields that few files need."""
    return (
        _reading("where", "Only rows where", "column=value between commas, for files of several screens."),
        _reading("suffix", "Suffix", "Picks one screen out of a wide file."),
        _reading("encoding", "Encoding", "UTF-8 where empty."),
        _reading("no_header", "No header", "The first line is a row already; columns are then 1, 2, 3 …"),
        _reading("sheet", "Sheet", "Of an Excel workbook: its name or number."),
        _reading("repeats", "Several rows of a gene", "Which is used where they differ."),
        _reading("most_unresolved", "Unresolved at most", "Share of names that may mean no gene, 0 to 1."),
        _reading("strict", "Strict", "Refuse the file if any row would be kept aside."),
    )


def screen_fields(name: str) -> tuple[Field, ...]:
    """Fields that describe a screen: those of `ScreenDescription`, and those of `Reading` that many files need.

    Args:
        name: The name that it gets unless told otherwise.
    """
    return (
        _screen("phenotype", "Phenotype", "The biology asked about, such as IFNG production."),
        _POSITIVE_MEANS,
        replace(_screen("name", "Name"), value=name, needed=True),
        _screen("study", "Study", "Publication or project; without one the screen is no prior in a replay."),
        _screen("cell_type", "Cell type", "Cell type or line."),
        _screen("modality", "Modality"),
        _screen("organism", "Organism"),
        _screen("hit_rule", "Hit rule", "fdr<0.05, top 5%, |lfc|>1 … ; by what the table has where empty."),
        _screen("side", "Hits lie"),
        _reading("estimate_kind", "The effect is", "Where its name does not say."),
        _CONTROLS,
        _screen("readout", "Readout", "How it was measured, such as FACS."),
        _READOUT_GENE,
        _screen("condition", "Condition", "What else the cells were given."),
        _screen("library", "Guide library", "Its name."),
        _screen("text", "Task", "In words; the file's own words where empty."),
        _screen("citation", "Citation", "Of the study."),
        _screen("licence", "Licence", "Of the data."),
    )


def record_fields(positive_controls: tuple[str, ...]) -> tuple[Field, ...]:
    """Fields of the form that records results, named as the arguments of `campaign_record`.

    Args:
        positive_controls: Those of the campaign, for the help text.
    """
    known = f" The campaign's positive controls ({len(positive_controls)}) are taken in anyway." * bool(
        positive_controls
    )
    return (
        _POSITIVE_MEANS,
        Field("placement", "Scale", "choice", "controls", choices=PLACEMENTS, help="How the round joins the others."),
        _CONTROLS,
        Field("dropped", "Drop missing ones", "flag", value=False, help="Genes without a result do not come back."),
        Field("allow_others", "Take in others", "flag", value=False, help=f"Genes that were not nominated.{known}"),
        _READOUT_GENE,
    )
