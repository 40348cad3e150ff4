"""A rank plot: the effects of a screen from the lowest to the highest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from db.screens.reading import controls_of
from tools.drawing.names import Numbers, write_column
from tools.drawing.style import SLIDE_LETTERS, picture_place
from tools.parameters import takes_names
from tools.pictures.base import DrawnPicture, Picture, bare, headed, write_picture
from tools.pictures.points import dots, key_of_hits
from tools.pictures.screen_effects import names_to_write, places_of, screen_effects
from tools.workspace import Workspace

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEWEST_CONTROLS = 5


@takes_names
def plot_rank(
    workspace: Workspace,
    screen: str,
    out: Path,
    *,
    genes: Sequence[str] = (),
    label: int = 20,
    overwrite: bool = False,
) -> DrawnPicture:
    """Draws the effects of a screen by rank, with its negative controls' spread as a band where it has some.

    Args:
        workspace: The store.
        screen: Name of the screen.
        out: The picture, .png or .svg.
        genes: Perturbations that are named whatever their effect is.
        label: How many of the strongest hits are named; a name that finds no free place is left out, and said.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        NotFoundError: There is no such screen, or it did not measure a gene asked for.
        InvalidValueError: It has no effect, or the ending is another one.
        RefusedFileError: The file cannot be written.
    """
    target = picture_place(workspace, out, overwrite=overwrite)
    return write_picture(workspace, rank(workspace, screen, genes, label), target, out, overwrite=overwrite)


def rank(workspace: Workspace, screen: str, genes: Sequence[str] = (), label: int = 20) -> Picture:
    """The picture of `plot_rank`.

    Args:
        workspace: As there.
        screen: As there.
        genes: As there.
        label: As there.
    """
    effects = screen_effects(workspace.store, screen)
    controls = controls_of(workspace.store, effects.screen.id)["estimate"].dropna().to_numpy(float)
    estimates = effects.frame["estimate"]
    names = names_to_write(effects, genes, label, estimates.abs())
    banded = len(controls) >= FEWEST_CONTROLS

    def draw(figure: Figure) -> Sequence[str]:
        plot = bare(figure.add_subplot())
        y = estimates.to_numpy(float)
        x = np.arange(1, len(y) + 1, dtype=float)
        if banded:
            low, high = np.percentile(controls, [2.5, 97.5])
            plot.axhspan(low, high, color="#56B4E9", alpha=0.25, linewidth=0, zorder=0)
            called = f"middle 95 % of {len(controls):,} negative controls"
            plot.text(0.5, high, called, transform=plot.get_yaxis_transform(), ha="center", va="bottom")
        dots(plot, x, y, effects.frame["colour"].to_numpy(str))
        plot.axhline(0, color="#999999", linewidth=0.8, zorder=0)
        plot.set(xlabel="rank, the lowest effect first", ylabel=_in_two(effects.axis), title=headed(effects.title))
        plot.margins(x=0.08, y=0.12)
        plot.xaxis.set_major_formatter("{x:,.0f}")
        key_of_hits(figure, effects)
        return _write(plot, names, x, y, places_of(effects, names))

    told = (
        f"{len(estimates):,} effects of {effects.screen.name} by rank, from {estimates.iloc[0]:.3g} to"
        f" {estimates.iloc[-1]:.3g}; {int(effects.frame['hit'].sum()):,} hits by {effects.screen.hit_rule}."
    )
    return Picture("rank", effects.title, len(estimates), told, draw, names, effects.notes)


def _write(plot: Axes, names: Sequence[str], x: Numbers, y: Numbers, places: Sequence[int]) -> Sequence[str]:
    """Names of the lower half to the right of the curve's foot, those of the upper half to the left of its head."""
    low, high = plot.get_ylim()
    zero = float(np.clip(-low / (high - low), 0.05, 0.95))
    half = len(x) / 2
    left_out: list[str] = []
    for lower, room in ((True, (0.15, 0.03, zero - 0.06)), (False, (0.85, zero + 0.06, 0.97))):
        own = [(name, at) for name, at in zip(names, places, strict=True) if (at < half) == lower]
        at = [place for _, place in own]
        left_out += write_column(plot, [name for name, _ in own], x[at], y[at], room, SLIDE_LETTERS)
    return left_out


def _in_two(axis: str) -> str:
    """A long name of a standing axis in two lines."""
    return axis.replace("; ", ";\n")
