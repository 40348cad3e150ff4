"""Fields of the forms on files."""

from __future__ import annotations

from tools.screens.ingestion.preview import MAPPED_FIELDS, FileLook
from tui.chat.pages import campaign_forms as forms
from tui.chat.widgets.form import Field
from tui.layouts.screen import KINDS

MAPPED = {
    "gene": "Gene column",
    "estimate": "Effect column",
    "p": "p column",
    "fdr": "FDR column",
    "standard_error": "Error column",
    "guides": "Guides column",
    "replicate": "Replicate column",
}
SIDES = {"both": "either side", "low": "low: they lower the phenotype", "high": "high: they raise it"}


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
        Field("where", "Only rows where", "pairs", help="column=value between commas, for files of several screens."),
        Field("suffix", "Suffix", help="Picks one screen out of a wide file."),
        Field("encoding", "Encoding", help="UTF-8 where empty."),
        Field("strict", "Strict", "flag", value=False, help="Refuse the file if any row would be kept aside."),
    )


def screen_fields(name: str) -> tuple[Field, ...]:
    """Fields that describe a screen, named as the arguments of `add_screen`.

    Args:
        name: The name that it gets unless told otherwise.
    """
    return (
        Field("phenotype", "Phenotype", needed=True, help="The biology asked about, such as IFNG production."),
        Field("positive_means", "Positive means", "choice", choices=forms.MEANS, help="What a positive value says."),
        Field("name", "Name", value=name, needed=True),
        Field("study", "Study", help="Publication or project; without one the screen is no prior in a replay."),
        Field("cell_type", "Cell type", help="Cell type or line."),
        Field("modality", "Modality", "choice", choices=forms.MODALITIES),
        Field("organism", "Organism", "choice", choices={"": "by the names", **forms.ORGANISMS}),
        Field("hit_rule", "Hit rule", help="fdr<0.05, top 5%, |lfc|>1 … ; by what the table has where empty."),
        Field("side", "Hits lie", "choice", "both", choices=SIDES),
        Field("estimate_kind", "The effect is", "choice", "lfc", choices=KINDS, help="Where its name does not say."),
        Field("controls", "Controls", "list", help="Names of negative-control rows, beyond those that are known."),
        Field("readout", "Readout", help="How it was measured, such as FACS."),
        Field("readout_gene", "Readout gene", help="Its own effect checks the sign."),
        Field("condition", "Condition", help="What else the cells were given."),
        Field("library", "Guide library", help="Its name."),
        Field("citation", "Citation", help="Of the study."),
    )
