"""Reliability: whether nominations of a probability hit as often as it says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from db.acts import FILE, act
from db.errors import ConflictError
from tools.campaigns.results.ledger import FEWEST_IN_BIN, Tally, tally_of
from tools.campaigns.state import state_of
from tools.drawing.names import Numbers, write_names
from tools.drawing.style import COLOURS, SLIDE_LETTERS, picture_place
from tools.pictures.base import DrawnPicture, Picture, bare, headed, write_picture
from tools.workspace import Workspace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BAR = 12
"""Width of an interval's bar in points."""
POINTS_ACROSS = 640
"""Points that a plot of a slide is wide, more or less."""
INTERVAL = "80 % interval if the promise holds"


def plot_reliability(workspace: Workspace, out: Path, *, campaign: str = "", overwrite: bool = False) -> DrawnPicture:
    """Draws how often nominations hit against how often they were said to, in bins of equal count.

    Args:
        workspace: Where the campaign is.
        out: The picture, .png or .svg.
        campaign: Name of the campaign; the only open one where empty.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        NotFoundError: There is no such campaign.
        ConflictError: Too few nominations are measured.
        InvalidValueError: The ending is another one.
        RefusedFileError: The file cannot be written.
    """
    target = picture_place(workspace, out, overwrite=overwrite)
    picture = reliability(tally_of(workspace, state_of(workspace.store, campaign)))
    return write_picture(workspace, picture, target, out, overwrite=overwrite)


def reliability(tally: Tally) -> Picture:
    """The picture of `plot_reliability`.

    Args:
        tally: Of the campaign.

    Raises:
        ConflictError: Too few nominations are measured.
    """
    bins = tally.calibration
    if not bins:
        raise ConflictError(
            f"Fewer than {2 * FEWEST_IN_BIN} nominations of {tally.campaign} are measured, too few to tell how reliable"
            " its probabilities are.",
            f"{act('campaign_record', FILE, name=tally.campaign)} brings results in.",
        )
    counts = np.array([one.nominations for one in bins], dtype=float)
    said = np.array([one.expected.mean for one in bins]) / counts
    came = np.array([one.hits for one in bins]) / counts
    low = np.array([one.expected.low for one in bins]) / counts
    high = np.array([one.expected.high for one in bins]) / counts
    title = (
        f"{tally.campaign}: reliability of hit probabilities; {int(counts.sum()):,} nominations,"
        f" {sum(one.hits for one in bins):,} hits, {float((said * counts).sum()):.1f} promised"
    )

    def draw(figure: Figure) -> Sequence[str]:
        plot = bare(figure.add_subplot())
        top, right = 1.12 * max(float(np.max([said, came, high])), 0.05), 1.12 * max(float(said.max()), 0.05)
        plot.plot([0, top], [0, top], color="#777777", linestyle="--", linewidth=1.5, label="as promised", zorder=0)
        plot.vlines(said, low, high, color=COLOURS[4], alpha=0.6, linewidth=BAR, label=INTERVAL, zorder=1)
        plot.plot(said, came, "o", color=COLOURS[0], markersize=11, label="share that hit", zorder=2)
        plot.set(xlabel="mean hit probability of the bin", ylabel="share that hit", title=headed(title))
        plot.set(xlim=(0, right), ylim=(-0.02 * top, top))
        figure.legend(loc="outside lower center", ncols=3, frameon=False)
        counted = [f"{one.hits}/{one.nominations}" for one in bins]
        return write_names(plot, counted, said, came, _covered(said, low, high, right), SLIDE_LETTERS)

    told = "Hits that came and were promised, by rising probability: " + "; ".join(
        f"{one.hits} of {one.nominations} where {one.expected.mean:.1f} were promised" for one in bins
    )
    return Picture("reliability", title, int(counts.sum()), f"{told}.", draw)


def _covered(said: Numbers, low: Numbers, high: Numbers, right: float) -> tuple[Numbers, Numbers]:
    """Points along the bars and the line, which no text may cover."""
    half = right * BAR / POINTS_ACROSS / 2
    line = np.linspace(0, right, 150)
    bars = np.linspace(low, high, 30).ravel()
    x = [line, *(np.tile(said + aside, 30) for aside in (-half, 0.0, half))]
    return np.concatenate(x), np.concatenate([line, bars, bars, bars])
