"""Similarity of screens: a heat map of rank correlations, like ones side by side."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from db.acts import NAME, PATH, act
from db.errors import InvalidValueError
from db.records import Screen
from db.screens import reading as db_screens
from tools.drawing.names import Numbers, short
from tools.drawing.style import picture_place
from tools.parameters import takes_names
from tools.pictures.base import DrawnPicture, Picture, headed, write_picture
from tools.screens.comparison import FEWEST
from tools.screens.strength import mean_ranks
from tools.workspace import Progress, Workspace

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 60
WITH_NUMBERS = 20
"""Screens up to which each cell has its number in it."""


@dataclass(frozen=True)
class Likeness:
    """How alike screens rank perturbations.

    Attributes:
        names: Of the screens, like ones side by side.
        correlations: Spearman's, screens × screens in that order; NaN where too little is shared.
        tree: The clustering, as `scipy.cluster.hierarchy.linkage` gives it, of the screens in their first order.
        notes: What should be known, in sentences.
    """

    names: tuple[str, ...]
    correlations: Numbers
    tree: Numbers
    notes: tuple[str, ...]


@takes_names
def plot_screens(
    workspace: Workspace, screens: Sequence[str] = (), *, out: Path, overwrite: bool = False
) -> DrawnPicture:
    """Draws how alike screens rank perturbations: a clustered heat map of Spearman's correlations.

    Clusters are by average linkage of 1 − ρ. Where two screens share fewer than 20 perturbations the cell is empty.

    Args:
        workspace: The store.
        screens: Names of screens; all of the store where empty.
        out: The picture, .png or .svg.
        overwrite: Whether a file that is there already is replaced.

    Raises:
        NotFoundError: There is no such screen; near names are given.
        InvalidValueError: There are fewer than two screens or too many, or the ending is another one.
        RefusedFileError: The file cannot be written.
    """
    target = picture_place(workspace, out, overwrite=overwrite)
    return write_picture(workspace, similarity(workspace, screens), target, out, overwrite=overwrite)


def similarity(workspace: Workspace, screens: Sequence[str] = ()) -> Picture:
    """The picture of `plot_screens`.

    Args:
        workspace: As there.
        screens: As there.
    """
    found = likeness(workspace, screens)
    count = len(found.names)
    pairs = [
        (found.correlations[i, j], found.names[i], found.names[j]) for i, j in itertools.combinations(range(count), 2)
    ]
    known = sorted((pair for pair in pairs if np.isfinite(pair[0])), reverse=True)
    told = f"Rank correlations of {count} screens"
    if known:
        told += "; most alike are " + ", ".join(f"{a} and {b} ({value:.2f})" for value, a, b in known[:3])
    title = f"Similarity of {count} screens: Spearman's ρ over shared perturbations"
    side = 0.36 * max(count - 10, 0)
    return Picture("screens", title, count, f"{told}.", lambda figure: _draw(figure, found, title), notes=found.notes,
                   size=(10.0 + side, 6.6 + side))  # fmt: skip


def likeness(workspace: Workspace, screens: Sequence[str] = ()) -> Likeness:
    """Compares screens in pairs and puts like ones side by side.

    Args:
        workspace: The store.
        screens: Names; all where empty.
    """
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    chosen = _chosen(workspace, screens)
    values = _effects(workspace, chosen)
    correlations = np.eye(len(chosen))
    pairs = len(chosen) * (len(chosen) - 1) // 2
    for done, (i, j) in enumerate(itertools.combinations(range(len(chosen)), 2), 1):
        correlations[i, j] = correlations[j, i] = _spearman(values, chosen, i, j)
        if done % 50 == 0:
            workspace.report(Progress("compare screens", done, pairs))
    apart = 1 - np.nan_to_num(correlations, nan=0.0)
    np.fill_diagonal(apart, 0.0)
    condensed = squareform(apart, checks=False)
    tree = optimal_leaf_ordering(linkage(condensed, "average"), condensed)
    order = leaves_list(tree)
    unsigned = [one.name for one in chosen if db_screens.is_unsigned(workspace.store, one.id)]
    notes = (f"Of {', '.join(unsigned)} only the size of effects is known, and compared.",) if unsigned else ()
    return Likeness(tuple(chosen[at].name for at in order), correlations[np.ix_(order, order)], tree, notes)


def _chosen(workspace: Workspace, names: Sequence[str]) -> list[Screen]:
    store = workspace.store
    found = [db_screens.get_screen(store, name) for name in names] if names else db_screens.list_screens(store)
    chosen = list({one.id: one for one in found}.values())
    if len(chosen) < 2:
        raise InvalidValueError(f"{len(chosen)} screen cannot be compared with others.", f"Add some: {act('fetch')}.")
    if len(chosen) > MOST:
        raise InvalidValueError(
            f"{len(chosen)} screens are more than a picture has room for ({MOST}).",
            f"Name some: {act('plot_screens', [NAME, NAME], out=PATH)}.",
        )
    return sorted(chosen, key=lambda one: one.name)


def _effects(workspace: Workspace, screens: Sequence[Screen]) -> list[pd.Series[float]]:
    """The mean effect of each perturbation of each screen; its size where effects have no sign."""
    found = []
    with workspace.store.read():
        for one in screens:
            effects = db_screens.effects_of(workspace.store, one.id).groupby("perturbation")["estimate"].mean().dropna()
            found.append(effects.abs() if db_screens.is_unsigned(workspace.store, one.id) else effects)
    return found


def _spearman(values: Sequence[pd.Series[float]], screens: Sequence[Screen], i: int, j: int) -> float:
    if screens[i].organism != screens[j].organism:
        return float("nan")
    shared = values[i].index.intersection(values[j].index)
    if len(shared) < FEWEST:
        return float("nan")
    ranks = [mean_ranks(one.loc[shared].to_numpy(float)) for one in (values[i], values[j])]
    if min(float(np.ptp(one)) for one in ranks) == 0:
        return float("nan")
    return float(np.asarray(np.corrcoef(np.vstack(ranks)))[0, 1])


def _draw(figure: Figure, found: Likeness, title: str) -> Sequence[str]:
    from matplotlib import colormaps

    count = len(found.names)
    above, plot = figure.subplots(2, 1, height_ratios=[1, 6], sharex=False)
    _tree(above, found.tree, count)
    # Blue and red of this map are told apart in every kind of colour-blindness; what is not known is grey.
    colours = colormaps["RdBu_r"].with_extremes(bad="#CCCCCC")
    shown = plot.imshow(found.correlations, cmap=colours, vmin=-1, vmax=1, aspect="auto")
    names = [short(name, 28) for name in found.names]
    plot.set_yticks(range(count), names)
    plot.set_xticks(range(count), names, rotation=45, ha="right", rotation_mode="anchor")
    plot.tick_params(length=0)
    if count <= WITH_NUMBERS:
        for (row, column), value in np.ndenumerate(found.correlations):
            plot.text(column, row, _figure_of(float(value)), ha="center", va="center", fontsize=11,
                      color="white" if abs(np.nan_to_num(value)) > 0.6 else "black")  # fmt: skip
    figure.colorbar(shown, ax=plot, label="Spearman's ρ", fraction=0.05)
    figure.suptitle(headed(title), fontsize="medium")
    return ()


def _figure_of(value: float) -> str:
    """A correlation in two digits."""
    if np.isnan(value):
        return "–"
    return "1" if value > 0.995 else f"{value:.2f}".replace("-0.00", "0.00").replace("0.", ".").replace("-", "−")


def _tree(plot: Axes, tree: Numbers, count: int) -> None:
    """The clustering above the columns: its n-th leaf stands at 10 n + 5."""
    from scipy.cluster.hierarchy import dendrogram

    laid = dendrogram(tree, no_plot=True)
    for x, y in zip(laid["icoord"], laid["dcoord"], strict=True):
        plot.plot((np.array(x) - 5) / 10, y, color="#555555", linewidth=1.4)
    plot.set(xlim=(-0.5, count - 0.5), xticks=[], yticks=[])
    plot.set_ylim(bottom=0)
    plot.spines[["top", "right", "left", "bottom"]].set_visible(False)
