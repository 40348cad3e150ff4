"""A picture on a figure that can be looked at: what is drawn, where names stand, whether any is cut or covered."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from tools.drawing.style import SLIDE_LETTERS
from tools.pictures.base import Picture


def on_figure(picture: Picture) -> Figure:
    """The picture as it is drawn into a file."""
    with matplotlib.rc_context({"font.size": SLIDE_LETTERS, "axes.titlesize": "medium", "text.parse_math": False}):
        figure = Figure(figsize=picture.size, layout="constrained")
        picture.draw(figure)
        figure.draw_without_rendering()
    return figure


def texts(figure: Figure) -> list[Text]:
    """The texts that say something."""
    return [one for one in figure.findobj(Text) if one.get_visible() and one.get_text().strip()]


def boxes(figure: Figure, names: Sequence[str]) -> dict[str, Bbox]:
    """Where names that stand beside points lie."""
    own = {one.get_text(): one for axes in figure.axes for one in axes.texts}
    # Of an annotation the line to its point would count too.
    return {name: Text.get_window_extent(own[name]) for name in names}


def cut(figure: Figure) -> list[str]:
    """The edges of the picture over which something of it reaches."""
    drawn = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    over = {"left": -drawn.x0, "below": -drawn.y0, "right": drawn.x1 - width, "above": drawn.y1 - height}
    return [edge for edge, by in over.items() if by > 0.02]


def overlapping(found: dict[str, Bbox]) -> list[tuple[str, str]]:
    """Pairs of names that cover each other."""
    names = sorted(found)
    return [(a, b) for at, a in enumerate(names) for b in names[at + 1 :] if found[a].overlaps(found[b])]
