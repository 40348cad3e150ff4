"""A picture of plates: a dot for each well, nominations and each kind of control in a colour and shape of its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from tools.drawing.style import COLOURS, REST, SHAPES
from tools.orders.chosen_guides import NOMINATION
from tools.orders.options import SHAPES as PLATES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_PLATES = 24
_ACROSS = 4
_LOOKS = {
    NOMINATION: ("#9FB8CC", "o"), "non-targeting": (COLOURS[7], SHAPES[2]), "safe": (COLOURS[2], SHAPES[3]),
    "essential": (COLOURS[5], SHAPES[1]), "positive": (COLOURS[3], SHAPES[4]),
}  # fmt: skip


def picture_size(frame: pd.DataFrame) -> tuple[float, float]:
    """Width and height of the picture, inches.

    Args:
        frame: As for `draw_plates`.
    """
    plates = min(frame["plate"].nunique(), MOST_PLATES)
    across = min(plates, _ACROSS)
    return (8.0, 6.4) if plates == 1 else (3.6 * across, 2.9 * math.ceil(plates / across) + 0.7)


def draw_plates(figure: Figure, frame: pd.DataFrame, wells: int) -> None:
    """Draws plates side by side, the first `MOST_PLATES` of them.

    Args:
        figure: An empty figure.
        frame: Columns plate, row and column (from 1), and kind; one row for each filled well.
        wells: Wells of a plate: 96 or 384.
    """
    names = list(dict.fromkeys(frame["plate"]))
    drawn = names[:MOST_PLATES]
    across = min(len(drawn), _ACROSS)
    panels = figure.subplots(math.ceil(len(drawn) / across), across, squeeze=False).ravel()
    for panel, name in zip(panels, drawn, strict=False):
        _draw_plate(panel, frame[frame["plate"] == name], name, wells, alone=len(drawn) == 1)
    for panel in panels[len(drawn) :]:
        panel.axis("off")
    more = f"; {len(names) - len(drawn)} more are not drawn" if len(names) > len(drawn) else ""
    figure.suptitle(f"{len(frame):,} wells on {len(names):,} plates of {wells}{more}", fontsize="medium")
    _key(figure, frame)


def _draw_plate(panel: Axes, frame: pd.DataFrame, name: str, wells: int, *, alone: bool) -> None:
    rows, columns = PLATES[wells]
    size = (16 if alone else 7) * math.sqrt(96 / wells)
    every = [(column, row) for row in range(1, rows + 1) for column in range(1, columns + 1)]
    panel.plot(*zip(*every, strict=True), linestyle="", marker="o", markersize=size / 2.5, color=REST, alpha=0.4)
    for kind, (colour, shape) in _LOOKS.items():
        some = frame[frame["kind"] == kind]
        panel.plot(some["column"], some["row"], linestyle="", marker=shape, markersize=size, color=colour)
    step = 1 if alone and wells == 96 else columns // 6
    panel.set_xticks(range(1, columns + 1, step))
    panel.set_yticks(range(1, rows + 1, rows // 4), [chr(ord("A") + row - 1) for row in range(1, rows + 1, rows // 4)])
    panel.set_title(name, fontsize="medium")
    panel.set(xlim=(0.2, columns + 0.8), ylim=(rows + 0.8, 0.2), aspect="equal")
    panel.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False, labelsize="small")


def _key(figure: Figure, frame: pd.DataFrame) -> None:
    from matplotlib.lines import Line2D

    counts = frame["kind"].value_counts()
    marks = [
        Line2D([], [], linestyle="", marker=shape, color=colour, markersize=8, label=f"{kind} ({counts[kind]:,})")
        for kind, (colour, shape) in _LOOKS.items()
        if kind in counts
    ]
    figure.legend(handles=marks, loc="outside lower center", ncols=len(marks), frameon=False)
