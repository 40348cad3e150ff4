"""Names beside points: each where it covers no other and no point, or not at all."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from db.clean_text import clean

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Numbers = npt.NDArray[np.floating[Any]]
LINE = "#777777"
LONGEST = 40
"""Letters of a name in a picture; what is longer is cut."""


def short(text: str, most: int = LONGEST) -> str:
    """A text of a file as a picture shows it: harmless, and cut where it is long.

    Args:
        text: From a file or the store.
        most: Letters at most.
    """
    shown = clean(text)
    return shown if len(shown) <= most else f"{shown[: most - 1].rstrip()}…"


def write_names(
    plot: Axes, names: Sequence[str], x: Numbers, y: Numbers, others: tuple[Numbers, Numbers], letters: float
) -> tuple[str, ...]:
    """Writes names beside their points, the first ones first; one that finds no free place is left out.

    Call it last: the layout is settled here, so that nothing moves under the names.

    Args:
        plot: Where the points are drawn; its limits are final.
        names: The names, the most important first.
        x: Where their points lie.
        y: Likewise.
        others: All points that a name may not cover.
        letters: Points of the letters.

    Returns:
        The names that found no place.
    """
    import textalloc

    figure = plot.get_figure(root=True)
    if figure is None or not names:
        return ()
    _settle(plot, figure)
    # The library says on stdout when no name at all finds a place.
    with contextlib.redirect_stdout(io.StringIO()):
        places, *_ = textalloc.allocate(
            plot, x, y, [short(name) for name in names], x_scatter=others[0], y_scatter=others[1], textsize=letters,
            draw_all=False, linecolor=LINE, linewidth=0.8, nbr_candidates=300, margin=0.006, min_distance=0.012,
            max_distance=0.15, avoid_label_lines_overlap=True, avoid_crossing_label_lines=True,
        )  # fmt: skip
    return tuple(name for name, place in zip(names, places, strict=True) if place is None)


def write_column(
    plot: Axes, names: Sequence[str], x: Numbers, y: Numbers, place: tuple[float, float, float], letters: float
) -> tuple[str, ...]:
    """Writes names one below the other at the side of a steep curve, each with a line to its point.

    Call it last: the layout is settled here, so that nothing moves under the names.

    Args:
        plot: Where the points are drawn; its limits are final.
        names: The names, the most important first; the last ones are left out where there is no room.
        x: Where their points lie.
        y: Likewise.
        place: Where the names begin from the left, as a share of the plot's width, and the lowest and the highest that
            they may stand, as shares of its height. From .5 on they end there instead.
        letters: Points of the letters.

    Returns:
        The names that found no place.
    """
    figure = plot.get_figure(root=True)
    if figure is None or not names:
        return ()
    _settle(plot, figure)
    at, least, most = place
    step = 1.3 * letters / 72 / (plot.get_position().height * figure.get_figheight())
    room = max(int((most - least) / step + 1e-9) + 1, 0)
    written = min(room, len(names))
    shares = plot.transAxes.inverted().transform(plot.transData.transform(np.column_stack([x, y])))[:written]
    order = np.argsort(shares[:, 1], kind="stable")
    heights = _apart(shares[order, 1], step, least, most)
    right = at >= 0.5
    for row, height in zip(order, heights, strict=True):
        plot.annotate(
            short(names[row]), xy=(float(x[row]), float(y[row])), xytext=(at, float(height)),
            textcoords="axes fraction",
            ha="right" if right else "left", va="center", size=letters,
            arrowprops={"arrowstyle": "-", "color": LINE, "linewidth": 0.8, "relpos": (1.0 if right else 0.0, 0.5)},
        )  # fmt: skip
    return tuple(names[written:])


def _settle(plot: Axes, figure: Figure) -> None:
    """Fixes the limits and the layout, which lines and texts that come later would move."""
    plot.set(xlim=plot.get_xlim(), ylim=plot.get_ylim())
    figure.draw_without_rendering()
    figure.set_layout_engine("none")


def _apart(heights: Numbers, step: float, least: float, most: float) -> Numbers:
    """Rising heights moved as little as keeps them a step apart and within bounds."""
    # The nearest rising row in the sense of least squares: what is left when the steps are taken off is isotonic.
    from scipy.optimize import isotonic_regression

    steps = step * np.arange(len(heights))
    flat = isotonic_regression(np.asarray(heights, dtype=float) - steps).x
    return np.asarray(np.clip(flat, least, max(most - steps[-1], least)) + steps, dtype=float)
