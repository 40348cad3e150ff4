"""A shortlist by gene set: which sets its nominations gather in, more than the library would give by chance."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from db.acts import act
from db.errors import ConflictError, InvalidValueError
from db.genes.perturbation_names import genes_in
from tools.campaigns.state import CampaignState, state_of
from tools.drawing.names import short
from tools.drawing.style import COLOURS, picture_place
from tools.enrichment.over_representation import LEVEL, members_of
from tools.genes.false_discovery import false_discovery_rates
from tools.genes.sets.statistics import crowded_sets, short_name
from tools.parameters import takes_names
from tools.pictures.base import DrawnPicture, Picture, bare, headed, write_picture
from tools.workspace import Workspace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SMALLEST, LARGEST = 5, 300
SHOWN = 8
"""Sets of a picture."""
LOOKED_AT = 300
"""Sets of the least p among which those that say different things are looked for."""
SAME = 0.6
"""Share of a set's nominations from which it says what a set above it said already."""
NAME_LETTERS = 30
"""Letters of a line of a set's name."""
GENES_SHOWN = 34
"""Letters of genes beside a bar."""


@takes_names
def plot_sets(
    workspace: Workspace,
    out: Path,
    *,
    campaign: str = "",
    round: int = 0,  # noqa: A002 - the word that it is called by everywhere
    collections: Sequence[str] = (),
    overwrite: bool = False,
) -> DrawnPicture:
    """Draws the gene sets that hold more of a shortlist's nominations than chance would put there.

    The library is the background. A set whose nominations are mostly those of a set with a smaller p is left out.

    Args:
        workspace: Its store holds gene sets.
        out: The picture, .png or .svg.
        campaign: Name of the campaign; the only open one where empty.
        round: Number of the round; the newest where 0.
        collections: Names of collections of gene sets; all but the reference lists where empty.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        NotFoundError: There is no such campaign or collection, or the store holds no gene sets.
        ConflictError: The campaign has no such round.
        InvalidValueError: No set holds two nominations, or the ending is another one.
        RefusedFileError: The file cannot be written.
    """
    target = picture_place(workspace, out, overwrite=overwrite)
    picture = sets(workspace, state_of(workspace.store, campaign), round, collections)
    return write_picture(workspace, picture, target, out, overwrite=overwrite)


def sets(workspace: Workspace, state: CampaignState, number: int = 0, collections: Sequence[str] = ()) -> Picture:
    """The picture of `plot_sets`.

    Args:
        workspace: As there.
        state: The campaign.
        number: As ``round`` there.
        collections: As there.
    """
    chosen = next((one for one in reversed(state.rounds) if number in (0, one.number)), None)
    if chosen is None:
        there = f"It has {len(state.rounds)}." if state.rounds else f"{act('campaign_propose', state.campaign.name)}."
        raise ConflictError(f"{state.campaign.name} has no round {number or 1}.", there)
    library = sorted({gene for name in state.library for gene in genes_in(name)})
    nominated = sorted({gene for one in chosen.nominations for gene in one.target_genes})
    frame = _tested(members_of(workspace, collections), nominated, library)
    kept = told_apart(frame[frame["genes"].map(len) >= 2])
    if kept.empty:
        raise InvalidValueError(
            f"No gene set of {SMALLEST} to {LARGEST} genes holds two of the {len(nominated)} nominated genes.",
            f"More sets may: {act('fetch', ['gobp', 'pathways'])}.",
        )
    enriched = int((frame["fdr"] <= LEVEL).sum())
    title = (
        f"{state.campaign.name}, round {chosen.number}: {len(nominated):,} nominated genes by gene set;"
        f" {enriched:,} of {len(frame):,} sets enriched (FDR ≤ {LEVEL:g})"
    )
    told = "Nominations by gene set: " + "; ".join(
        f"{short_name(str(row.gene_set))} {row.overlap} ({row.expected:.1f} by chance)" for row in kept.itertuples()
    )
    return Picture("sets", title, len(kept), f"{told}.", lambda figure: _draw(figure, kept, title))


def _tested(members: pd.DataFrame, nominated: Sequence[str], library: Sequence[str]) -> pd.DataFrame:
    """Sets as `over_represented` gives them; genes are listed for those alone that a picture may show."""
    chosen = set(nominated) & set(library)
    frame = crowded_sets(members, sorted(chosen), library, 0)
    frame = frame[frame["size"].between(SMALLEST, LARGEST)].reset_index(drop=True)
    frame["fdr"] = false_discovery_rates(frame["p"].to_numpy(float))
    frame["expected"] = frame["size"] * (len(chosen) / max(len(library), 1))
    own = members[members["gene"].isin(chosen)]
    crowded = frame[frame["overlap"] >= 2].head(LOOKED_AT)
    shown = own.merge(crowded[["collection", "gene_set"]], on=["collection", "gene_set"])
    genes = {key: sorted(set(found)) for key, found in shown.groupby(["collection", "gene_set"])["gene"]}
    keys = zip(frame["collection"], frame["gene_set"], strict=True)
    return frame.assign(genes=pd.Series([genes.get(key, []) for key in keys], index=frame.index, dtype=object))


def told_apart(frame: pd.DataFrame, most: int = SHOWN) -> pd.DataFrame:
    """Sets that say different things, the smallest p first.

    Args:
        frame: Rows of `over_represented`, the smallest p first.
        most: How many at most.
    """
    kept: list[int] = []
    seen: list[frozenset[str]] = []
    for place, genes in enumerate(frame["genes"]):
        own = frozenset(genes)
        if all(len(own & other) < SAME * len(own) for other in seen):
            kept.append(place)
            seen.append(own)
        if len(kept) == most:
            break
    return frame.iloc[kept]


def _draw(figure: Figure, kept: pd.DataFrame, title: str) -> Sequence[str]:
    plot = bare(figure.add_subplot())
    y = np.arange(len(kept))
    overlap, expected = kept["overlap"].to_numpy(float), kept["expected"].to_numpy(float)
    sure = (kept["fdr"] <= LEVEL).to_numpy(bool)
    for told, mask, colour in ((f"FDR ≤ {LEVEL:g}", sure, COLOURS[0]), ("no more than chance", ~sure, "#BBBBBB")):
        if mask.any():
            plot.barh(y[mask], overlap[mask], 0.68, color=colour, label=told)
    plot.vlines(expected, y - 0.42, y + 0.42, color="#000000", linewidth=2.5, label="expected by chance")
    for row, genes in enumerate(kept["genes"]):
        plot.text(overlap[row] + 0.02 * overlap.max(), row, _some(list(genes)), va="center")
    plot.set_yticks(y, [_in_lines(short_name(str(name))) for name in kept["gene_set"]])
    plot.set_ylim(len(kept) - 0.4, -0.6)
    # The genes beside the longest bar need as much room as it has.
    plot.set_xlim(0, 2.6 * float(overlap.max()))
    ticks = [tick for tick in plot.get_xticks() if tick <= overlap.max() and tick == round(tick)]
    plot.set_xticks(ticks)
    plot.set_xlabel("nominated genes in the set", loc="left")
    figure.suptitle(headed(title), fontsize="medium")
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    return ()


def _in_lines(name: str) -> str:
    """A set's name in two lines at most."""
    lines = textwrap.wrap(short(name, 120), NAME_LETTERS)
    return "\n".join([*lines[:1], *([short(" ".join(lines[1:]), NAME_LETTERS)] if lines[1:] else [])])


def _some(genes: Sequence[str]) -> str:
    """As many genes as stand beside a bar, and how many more there are."""
    shown: list[str] = []
    for gene in genes:
        if len(", ".join([*shown, short(gene)])) > GENES_SHOWN:
            break
        shown.append(short(gene))
    more = len(genes) - len(shown)
    return ", ".join(shown) + (f" +{more}" if more else "")
