"""Controls: how far negative controls spread, beside everything else that a screen measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from db.acts import COLUMN, FILE, PATH, act
from db.errors import InvalidValueError, NotFoundError
from db.genes.sets import get_gene_set
from db.screens.reading import controls_of
from tools.drawing.names import Numbers
from tools.drawing.style import COLOURS, LOWERS, RAISES, REST, picture_place
from tools.pictures.base import DrawnPicture, Picture, bare, headed, write_picture
from tools.pictures.screen_effects import ScreenEffects, screen_effects
from tools.screens.quality import ESSENTIAL, NON_ESSENTIAL
from tools.workspace import Workspace

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEWEST = 3
MOST_DOTS = 400
"""Points of a group that are drawn; of more, an even share by size."""
NORMAL_MAD = 1.4826


def plot_controls(workspace: Workspace, screen: str, out: Path, *, overwrite: bool = False) -> DrawnPicture:
    """Draws how far a screen's negative controls spread, beside its hits, essential genes and all perturbations.

    Args:
        workspace: The store.
        screen: Name of the screen.
        out: The picture, .png or .svg.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        NotFoundError: There is no such screen; near names are given.
        InvalidValueError: The screen has no negative controls, or the ending is another one.
        RefusedFileError: The file cannot be written.
    """
    target = picture_place(workspace, out, overwrite=overwrite)
    return write_picture(workspace, controls(workspace, screen), target, out, overwrite=overwrite)


def controls(workspace: Workspace, screen: str) -> Picture:
    """The picture of `plot_controls`.

    Args:
        workspace: As there.
        screen: As there.
    """
    effects = screen_effects(workspace.store, screen)
    negative = controls_of(workspace.store, effects.screen.id)["estimate"].dropna().to_numpy(float)
    if len(negative) < FEWEST:
        raise InvalidValueError(
            f"{effects.screen.name} has {len(negative)} rows of negative controls in the store, too few to draw.",
            f"Say how they are named when the file is added: {act('add_screen', FILE, controls=COLUMN)}; or draw the"
            f" effects alone: {act('plot_rank', screen, out=PATH)}.",
        )
    groups = [("negative controls", "#000000", negative), *_groups(workspace, effects)]
    centre = float(np.median(negative))
    spread = NORMAL_MAD * float(np.median(np.abs(negative - centre)))
    title = f"{effects.screen.name}: controls; median {centre:.3g}, spread {spread:.3g} (1.4826 MAD)"

    def draw(figure: Figure) -> Sequence[str]:
        plot = bare(figure.add_subplot())
        plot.axvspan(centre - 2 * spread, centre + 2 * spread, color="#56B4E9", alpha=0.25, linewidth=0, zorder=0)
        for row, (_, colour, values) in enumerate(groups):
            _strip(plot, row, values, colour)
        plot.set_yticks(range(len(groups)), [f"{name}\n({len(values):,})" for name, _, values in groups])
        plot.set_ylim(len(groups) - 0.5, -0.6)
        plot.set(xlabel=f"{effects.axis}\nband: median of the negative controls ± 2 spreads", title=headed(title))
        return ()

    told = (
        f"{len(negative):,} negative controls of {effects.screen.name} have median {centre:.3g} and spread"
        f" {spread:.3g}; beside them {', '.join(name for name, _, _ in groups[1:])}."
    )
    shown = len(negative) + len(effects.frame)
    return Picture("controls", title, shown, told, draw, (), effects.notes)


def _groups(workspace: Workspace, effects: ScreenEffects) -> list[tuple[str, str, Numbers]]:
    """What is drawn beside the controls: name, colour and effects of each group."""
    frame = effects.frame
    estimates = frame["estimate"].to_numpy(float)
    hit, low = frame["hit"].to_numpy(bool), estimates < 0
    parts = [("no hit", REST, estimates[~hit])]
    for (collection, name), called, colour in (
        (NON_ESSENTIAL, "never essential", COLOURS[2]), (ESSENTIAL, "essential genes", COLOURS[3]),
    ):  # fmt: skip
        try:
            genes = set(get_gene_set(workspace.store, collection, name).genes)
        except NotFoundError:
            continue
        parts.append((called, colour, estimates[frame["perturbation"].isin(genes).to_numpy(bool)]))
    if effects.signed:
        parts += [("hits that lower", LOWERS, estimates[hit & low]), ("hits that raise", RAISES, estimates[hit & ~low])]
    else:
        parts.append(("hits", RAISES, estimates[hit]))
    return [part for part in parts if len(part[2])]


def _strip(plot: Axes, row: int, values: Numbers, colour: str) -> None:
    """Points of a group above the middle half and the median of all of them."""
    inside = np.sort(values)
    if len(inside) > MOST_DOTS:
        inside = inside[np.linspace(0, len(inside) - 1, MOST_DOTS).round().astype(int)]
    # Neighbours are set apart by a row that never repeats itself, not by chance.
    apart = (np.arange(len(inside)) * 0.618034) % 1.0
    plot.scatter(inside, row - 0.08 - 0.32 * apart, s=10, color=colour, linewidths=0, alpha=0.7, rasterized=True)
    low, middle, high = np.percentile(values, [25, 50, 75])
    plot.plot([low, high], [row + 0.14] * 2, color=colour, linewidth=7, solid_capstyle="butt")
    plot.plot([middle], [row + 0.14], marker="|", markersize=16, markeredgewidth=2.5, color="#000000")
