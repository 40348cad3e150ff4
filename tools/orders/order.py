"""Orders: a round's guides with their sequences, as a table, an oligo pool, plates or a pick list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from db.acts import option
from db.errors import NotFoundError, check_word
from db.records import Round
from tools.campaigns.rounds.chosen_round import pick_round
from tools.campaigns.state import CampaignState, state_of
from tools.drawing.style import drawn, picture_place
from tools.orders.chosen_guides import ChosenGuides, chosen_guides
from tools.orders.cloning import Cloning, cloning_of
from tools.orders.controls import wanted_controls
from tools.orders.forms import Form, guide_table, oligo_table, pick_list
from tools.orders.guide_library import GuideLibrary, read_guides
from tools.orders.options import Ordering, Plating
from tools.orders.plates.contents import contents_of
from tools.orders.plates.drawing import draw_plates, picture_size
from tools.orders.plates.layout import laid_out
from tools.output_files import Format, format_of, output_path, write_table
from tools.parameters import takes_fields
from tools.workspace import Workspace

FORMS = ("table", "oligos", "plates", "picks")


@dataclass(frozen=True)
class OrderedGuides:
    """What `order_guides` wrote, and what a laboratory should know of it.

    Attributes:
        path: The file.
        form: What it holds: a table of guides, an oligo pool, the wells of plates, or a pick list.
        format: Its format.
        rows: Rows in it.
        campaign: The campaign.
        round: Number of the round.
        library: The guide library's file.
        guides: Guides that are ordered, those of controls among them.
        controls: Kind of control → how many of these guides.
        without_guides: Nominated genes and positive controls of which the library has no guide.
        fewer_guides: Gene → its guides, where they are fewer than were asked for.
        flagged: Flag → how many of the guides carry it.
        passed_over: Better-scored guides that others of their gene were preferred to, for a site or a terminator.
        cells: Cells that the campaign's coverage asks for, for all of these guides.
        price: Price of all of these guides, or None where a guide's price is not known.
        plates: Plates of all replicates; 0 where none are laid out.
        wells: Filled wells of all replicates.
        picture: The picture of the plates, if one was drawn.
        notes: What else was found, a sentence each.
    """

    path: Path
    form: Form
    format: Format
    rows: int
    campaign: str
    round: int
    library: str
    guides: int
    controls: Mapping[str, int]
    without_guides: tuple[str, ...]
    fewer_guides: Mapping[str, int]
    flagged: Mapping[str, int]
    passed_over: int
    cells: int
    price: float | None
    plates: int
    wells: int
    picture: Path | None
    notes: tuple[str, ...]


@takes_fields
def order_guides(
    workspace: Workspace,
    out: Path,
    library: Path,
    ordering: Ordering,
    plating: Plating,
    name: str = "",
    *,
    round: int | None = None,  # noqa: A002 - the word of the command line
    form: Form = "table",
    format: Format | None = None,  # noqa: A002
    picture: Path | None = None,
    overwrite: bool = False,
) -> OrderedGuides:
    """Gives a round's nominations and controls their guides from a library, and writes what is to be ordered.

    The file is safe to open in a spreadsheet, and appears whole or not at all; nothing is written where something is
    refused. Genes of which the library has no guide are named, and stand in the table without one.

    Args:
        workspace: The store, and where files may be written.
        out: The file to write; its ending names the format where `format` is None (.csv .tsv .parquet .xlsx .md).
        library: The guide library: a csv, tsv, Excel or Parquet table with a gene and a sequence in each row, such as
            Brunello, Dolcetto, Calabrese, GeCKO, TKOv3 or a design of CRISPick.
        ordering: Which guides, and what is built around them.
        plating: The plates, for wells, pick list and picture.
        name: The campaign; the only open one where empty.
        round: Number of the round; the newest where None.
        form: What is written: ``table``, ``oligos``, ``plates`` or ``picks``.
        format: Format of the file, whatever its ending.
        picture: A picture of the plates to draw as well, .png or .svg.
        overwrite: Whether files that are there already are replaced.

    Raises:
        InvalidValueError: An ending, enzyme, overhang or kind of control is unknown, or the plates are too small.
        RefusedFileError: The library is none or has no sequences, or a file cannot be written.
        NotFoundError: There is no such campaign or round, or none of its genes is in the library.
    """
    check_word("form", form, FORMS)
    chosen_format = format_of(out, format)
    target = output_path(workspace, out, overwrite=overwrite)
    drawing = None if picture is None else picture_place(workspace, picture, overwrite=overwrite)
    cloning = cloning_of(ordering.overhang, ordering.avoid_sites)
    state = state_of(workspace.store, name)
    one = pick_round(state, round)
    per_gene = ordering.guides_per_gene or state.campaign.settings.guides_per_gene
    guides_file = read_guides(library, ordering)
    chosen = _chosen(workspace, state, one, guides_file, ordering, per_gene, cloning)
    wells = None
    if form in ("plates", "picks") or drawing is not None:
        wells = laid_out(contents_of(chosen.guides, plating.per_well, per_gene), plating, ordering.layout_seed)
    frame = _frame(form, chosen, cloning, one, wells)
    write_table(frame, target, chosen_format, overwrite=overwrite)
    if drawing is not None and wells is not None:
        drawn(
            drawing, lambda figure: draw_plates(figure, wells, plating.plate), picture_size(wells), overwrite=overwrite
        )
    settings = state.campaign.settings
    count = len(chosen.guides)
    return OrderedGuides(
        out, form, chosen_format, len(frame), state.campaign.name, one.number, library.name, count,
        _control_counts(chosen), chosen.without, chosen.fewer, _flag_counts(chosen), chosen.passed_over,
        count * settings.coverage, None if settings.price is None else settings.price * count,
        0 if wells is None else int(wells["plate"].nunique()), 0 if wells is None else len(wells), picture,
        (*guides_file.said, *chosen.notes, *_notes(form, ordering, guides_file, cloning)),
    )  # fmt: skip


def _chosen(
    workspace: Workspace,
    state: CampaignState,
    one: Round,
    library: GuideLibrary,
    ordering: Ordering,
    per_gene: int,
    cloning: Cloning,
) -> ChosenGuides:
    wanted = wanted_controls(ordering.ordered_controls, workspace, state, one)
    rng = np.random.default_rng(ordering.layout_seed)
    chosen = chosen_guides(workspace, state, one, library, wanted, per_gene, cloning, rng)
    if chosen.guides.empty:
        some = ", ".join(chosen.without[:5])
        raise NotFoundError(
            f"{library.path.name} has no guide for any of the {len(chosen.without)} genes of round {one.number}"
            f" ({some}), nor a control that was asked for.",
            f"Give a library of {state.campaign.question.organism} genes, or say which column holds them:"
            f" {option(columns={'gene': 'COLUMN'})}.",
        )
    return chosen


def _frame(form: Form, chosen: ChosenGuides, cloning: Cloning, one: Round, wells: pd.DataFrame | None) -> pd.DataFrame:
    if form == "oligos":
        return oligo_table(chosen, cloning)
    if form == "picks" and wells is not None:
        return pick_list(wells)
    if form == "plates" and wells is not None:
        return wells
    nominated: dict[str, tuple[int, str]] = {}
    for nomination in one.nominations:
        for gene in nomination.target_genes:
            nominated.setdefault(gene, (nomination.rank, nomination.perturbation))
    return guide_table(chosen, cloning, nominated)


def _control_counts(chosen: ChosenGuides) -> dict[str, int]:
    counts = chosen.guides["kind"].value_counts().sort_index()
    return {str(kind): int(count) for kind, count in counts.items() if kind != "nomination"}


def _flag_counts(chosen: ChosenGuides) -> dict[str, int]:
    flags = chosen.guides["flags"].str.split(";").explode()
    counts = flags[flags != ""].value_counts().sort_index()
    return {str(flag): int(count) for flag, count in counts.items()}


def _notes(form: Form, ordering: Ordering, library: GuideLibrary, cloning: Cloning) -> list[str]:
    notes = []
    if form == "oligos" and not ordering.overhang:
        notes.append(f"The oligos are the bare guides: {option('overhang')} says what stands around them.")
    if form == "picks" and not library.guides["source_plate"].str.len().any():
        notes.append(f"{library.path.name} does not say on which plate a guide lies, so sources are named by guide.")
    flanks = (cloning.left, cloning.right)
    own = [
        one.name for one in cloning.sites if any(map(one.pattern.search, flanks)) and one.name not in cloning.enzymes
    ]
    if own:
        notes.append(f"What stands around the guides holds a site of {', '.join(own)} itself, which is not counted.")
    return notes
