"""Many effects as points: the bulk as one image within a drawing in lines, hits above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tools.drawing.names import Numbers
from tools.drawing.style import LOWERS, RAISES, REST
from tools.pictures.screen_effects import ScreenEffects

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEW_HITS = 150
"""Hits up to which each is drawn with an edge; the edges of more would cover them."""
Words = npt.NDArray[np.str_]


def dots(plot: Axes, x: Numbers, y: Numbers, colours: Words) -> None:
    """Draws points, those of the rest below.

    Args:
        plot: Where.
        x: Of each.
        y: Of each.
        colours: Of each; `REST` for those of which nothing is said.
    """
    rest = colours == REST
    small = float(np.clip(6e3 / max(int(rest.sum()), 1), 4.0, 24.0))
    # Thousands of points would make an .svg of megabytes, which few programs open.
    plot.scatter(x[rest], y[rest], s=small, color=REST, linewidths=0, rasterized=True, zorder=1)
    edge = 0.4 if (~rest).sum() <= FEW_HITS else 0.0
    plot.scatter(x[~rest], y[~rest], s=26, color=list(colours[~rest]), edgecolors="white", linewidths=edge, zorder=2)


def key_of_hits(figure: Figure, effects: ScreenEffects) -> None:
    """Says what the colours are, below the plot.

    Args:
        figure: The picture.
        effects: What it shows.
    """
    low = int((effects.frame["colour"] == LOWERS).sum())
    high = int((effects.frame["colour"] == RAISES).sum())
    kinds: list[tuple[str, str]] = []
    if effects.signed:
        kinds += [(LOWERS, f"hit, lowers ({low:,})")] if low else []
        kinds += [(RAISES, f"hit, raises ({high:,})")] if high else []
    elif high:
        kinds.append((RAISES, f"hit ({high:,})"))
    kinds.append((REST, f"no hit ({len(effects.frame) - low - high:,})"))
    key(figure, kinds)


def key(figure: Figure, kinds: list[tuple[str, str]], **look: Any) -> None:  # noqa: ANN401 - options of Line2D
    """A key below the plot, a dot for each kind.

    Args:
        figure: The picture.
        kinds: Colour and meaning of each.
        **look: How the dots look, where not as points.
    """
    from matplotlib.lines import Line2D

    shown = {"marker": "o", "linestyle": "", "markersize": 8, **look}
    handles = [Line2D([], [], color=colour, label=text, **shown) for colour, text in kinds]
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=len(handles),
        frameon=False,
        handletextpad=0.1,
        columnspacing=1.5,
    )
