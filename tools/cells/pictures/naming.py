"""What a file calls its cells against what they were called: a table of shares, and bands from one to the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tools.cells.annotation.result import ConfusionRow
from tools.cells.scaling import Floats
from tools.drawing.style import COLOURS, REST

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

UNLIKE = "unlike"
GAP = 0.012
"""Between two labels of a side, as a share of the height."""
LOWEST = 0.03
"""The least height of a label's place, so that names do not lie on each other."""


def counted(rows: Sequence[ConfusionRow]) -> tuple[list[str], list[str], Floats]:
    """The file's own labels, those that were given, and how many cells each pair has.

    Args:
        rows: What `annotate_cells` gives; labels are in its order, ``unlike`` is last.
    """
    given = list(dict.fromkeys([row.label for row in rows if row.known] + [name for row in rows for name in row.named]))
    given = [name for name in given if name != UNLIKE and any(name in row.named for row in rows)]
    given += [UNLIKE] if any(UNLIKE in row.named for row in rows) else []
    cells = [[row.named.get(name, 0) for name in given] for row in rows]
    return [row.label for row in rows], given, np.array(cells, dtype=np.float32)


def draw_confusion(figure: Figure, rows: Sequence[ConfusionRow], title: str) -> None:
    """A table of shares: a row is a label of the file, a column what its cells were called.

    Args:
        figure: An empty figure.
        rows: What `annotate_cells` gives.
        title: Of the picture.
    """
    own, given, cells = counted(rows)
    shares = cells / np.maximum(cells.sum(axis=1, keepdims=True), 1)
    plot = figure.add_subplot()
    shown = plot.imshow(shares, cmap="viridis", vmin=0, vmax=1, aspect="auto")
    plot.set_xticks(range(len(given)), given, rotation=45, ha="right", rotation_mode="anchor")
    plot.set_yticks(
        range(len(own)), [f"{name} ({count:,.0f})" for name, count in zip(own, cells.sum(axis=1), strict=True)]
    )
    plot.set(xlabel="called here", ylabel="the file's own label", title=title)
    for (row, column), share in np.ndenumerate(shares):
        if share >= 0.01:
            plot.text(
                column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=10,
                color="black" if share > 0.6 else "white",
            )  # fmt: skip
    figure.colorbar(shown, ax=plot, label="share of the row", shrink=0.6)


def draw_flow(figure: Figure, rows: Sequence[ConfusionRow], title: str) -> None:
    """Bands from the file's own labels to what the cells were called, as wide as there are cells.

    Args:
        figure: An empty figure.
        rows: What `annotate_cells` gives.
        title: Of the picture.
    """
    own, given, cells = counted(rows)
    plot = figure.add_subplot()
    of_row, of_column = cells.sum(axis=1), cells.sum(axis=0)
    left, right = _places(of_row), _places(of_column)
    from_left, from_right = left[:, 0].copy(), right[:, 0].copy()
    # One height a cell on both sides: the largest that fits every label's place.
    scale = float(min((left[:, 1] / of_row).min(), (right[:, 1] / of_column).min()))
    for row in range(len(own)):
        for column in np.flatnonzero(cells[row]):
            height = cells[row, column] * scale
            colour = REST if given[column] == UNLIKE else COLOURS[row % len(COLOURS)]
            _band(plot, from_left[row], from_right[column], height, colour)
            from_left[row] += height
            from_right[column] += height
    for x, side, names, where in ((0.0, left, own, "right"), (1.0, right, given, "left")):
        for name, (start, height) in zip(names, side, strict=True):
            plot.text(x + (0.02 if x else -0.02), start + height / 2, name, ha=where, va="center")
    plot.set(xlim=(-0.02, 1.02), ylim=(1.0, 0.0), title=title)
    plot.axis("off")


def _places(counts: Floats) -> Floats:
    """Where each label of a side begins and how high it is: by its cells, and high enough for its name."""
    shares = counts / max(float(counts.sum()), 1.0)
    room = 1.0 - GAP * (len(counts) - 1)
    heights = np.maximum(shares * room, LOWEST)
    heights *= room / heights.sum()
    starts = np.concatenate([[0.0], np.cumsum(heights + GAP)[:-1]])
    return np.column_stack([starts, heights]).astype(np.float32)


def _band(plot: Axes, left: float, right: float, height: float, colour: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    curve, line = Path.CURVE4, Path.LINETO
    points = [
        (0.0, left), (0.5, left), (0.5, right), (1.0, right), (1.0, right + height), (0.5, right + height),
        (0.5, left + height), (0.0, left + height), (0.0, left),
    ]  # fmt: skip
    codes = [Path.MOVETO, curve, curve, curve, line, curve, curve, curve, line]
    plot.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=0.6, linewidth=0))
