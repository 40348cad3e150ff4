"""A volcano: how large each effect of a screen is, and how sure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from db.acts import PATH, act
from db.errors import InvalidValueError
from tools.drawing.names import write_names
from tools.drawing.style import SLIDE_LETTERS, picture_place
from tools.parameters import takes_names
from tools.pictures.base import DrawnPicture, Picture, bare, headed, write_picture
from tools.pictures.points import dots, key_of_hits
from tools.pictures.screen_effects import ScreenEffects, names_to_write, places_of, screen_effects
from tools.workspace import Workspace

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@takes_names
def plot_volcano(
    workspace: Workspace,
    screen: str,
    out: Path,
    *,
    genes: Sequence[str] = (),
    label: int = 20,
    overwrite: bool = False,
) -> DrawnPicture:
    """Draws a screen as a volcano: each effect against −log10 of its p-value, or of its FDR where there is no p.

    Args:
        workspace: The store.
        screen: Name of the screen.
        out: The picture, .png or .svg.
        genes: Perturbations that are named whatever their effect is.
        label: How many of the strongest hits are named; a name that finds no free place is left out, and said.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        NotFoundError: There is no such screen, or it did not measure a gene asked for.
        InvalidValueError: The screen has neither p-values nor FDR, or the ending is another one.
        RefusedFileError: The file cannot be written.
    """
    target = picture_place(workspace, out, overwrite=overwrite)
    return write_picture(workspace, volcano(workspace, screen, genes, label), target, out, overwrite=overwrite)


def volcano(workspace: Workspace, screen: str, genes: Sequence[str] = (), label: int = 20) -> Picture:
    """The picture of `plot_volcano`.

    Args:
        workspace: As there.
        screen: As there.
        genes: As there.
        label: As there.
    """
    effects = screen_effects(workspace.store, screen)
    called, values = _sureness(effects)
    known = values.notna().to_numpy()
    effects = ScreenEffects(
        effects.screen, effects.contrast, effects.frame[known].reset_index(drop=True), effects.signed, effects.notes
    )
    heights, notes = _heights(values[known], called)
    estimates = effects.frame["estimate"]
    weight = heights * (estimates / max(float(estimates.abs().max()), 1e-12)).abs()
    names = names_to_write(effects, genes, label, weight)
    if not known.all():
        notes = (*notes, f"{int((~known).sum()):,} effects without a {called} are left out.")

    def draw(figure: Figure) -> Sequence[str]:
        plot = bare(figure.add_subplot())
        x, y = estimates.to_numpy(float), heights.to_numpy(float)
        dots(plot, x, y, effects.frame["colour"].to_numpy(str))
        plot.axvline(0, color="#999999", linewidth=0.8, zorder=0)
        plot.set(xlabel=effects.axis, ylabel=f"−log10 {called}", title=headed(effects.title))
        plot.set_ylim(bottom=0, top=1.25 * max(float(y.max()), 1e-6))
        plot.margins(x=0.1)
        key_of_hits(figure, effects)
        at = places_of(effects, names)
        return write_names(plot, names, x[at], y[at], (x, y), SLIDE_LETTERS)

    told = (
        f"{len(estimates):,} perturbations of {effects.screen.name} by effect and −log10 {called};"
        f" {int(effects.frame['hit'].sum()):,} hits by {effects.screen.hit_rule}."
    )
    return Picture("volcano", effects.title, len(estimates), told, draw, names, (*effects.notes, *notes))


def _sureness(effects: ScreenEffects) -> tuple[str, pd.Series[float]]:
    """What says how sure effects are: the two-sided p, else the FDR."""
    frame, name = effects.frame, effects.screen.name
    if effects.contrast.estimate_kind == "signed_log10_p":
        raise InvalidValueError(
            f"The effects of {name} are p-values with a sign, so both axes of a volcano would say the same.",
            f"Draw them by rank: {act('plot_rank', name, out=PATH)}.",
        )
    if frame["p"].notna().any():
        return "p (two-sided)", frame["p"]
    if frame["fdr"].notna().any():
        return "FDR", frame["fdr"]
    raise InvalidValueError(
        f"{name} has neither p-values nor FDR, which a volcano needs.",
        f"Draw its effects by rank: {act('plot_rank', name, out=PATH)}.",
    )


def _heights(values: pd.Series[float], called: str) -> tuple[pd.Series[float], tuple[str, ...]]:
    """−log10, with zeros at the height of the smallest other one."""
    values = values.reset_index(drop=True)
    zero = values <= 0
    least = float(values[~zero].min()) if (~zero).any() else 1.0
    heights = pd.Series(np.abs(np.log10(values.where(~zero, least).to_numpy(float))), values.index)
    said = f"{int(zero.sum()):,} {called} of 0 are drawn as {least:.2g}, the smallest other one."
    return heights, (said,) if zero.any() else ()
