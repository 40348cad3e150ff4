"""Cells as points, coloured by what describes them or by how much they show of a gene."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tools.cells.reading import Texts
from tools.cells.scaling import Floats
from tools.drawing.style import MOST_KINDS, REST, look

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

POINT = 2.0e4
"""Area of all points together, in square points: many cells are drawn small."""
LEGEND_ROWS = 24


def kinds_of(described: Texts) -> list[str]:
    """The kinds that are told apart, the most frequent first; cells without one are not among them.

    Args:
        described: Of each cell.
    """
    names, counts = np.unique(described[described != ""], return_counts=True)
    return [str(names[place]) for place in np.lexsort((names.astype(str), -counts))][:MOST_KINDS]


def by_kind(figure: Figure, points: Floats, described: Texts, axes: tuple[str, str], title: str, called: str) -> None:
    """Draws cells with a colour and a shape for each kind, and the legend outside.

    Args:
        figure: An empty figure.
        points: Cells × 2.
        described: Of each cell; empty for none.
        axes: Names of both axes.
        title: Of the picture.
        called: What the kinds are, the legend's title.
    """
    plot = _axes(figure, axes, title)
    kinds = kinds_of(described)
    size = _size(len(points))
    rest = ~np.isin(described, kinds)
    if rest.any():
        plot.scatter(points[rest, 0], points[rest, 1], s=size, color=REST, linewidths=0, label=f"none ({rest.sum():,})")
    for number, kind in enumerate(kinds):
        own = described == kind
        plot.scatter(
            points[own, 0], points[own, 1], s=size, linewidths=0, label=f"{kind} ({own.sum():,})", **look(number)
        )
    legend = figure.legend(
        loc="outside right upper", title=called or None, frameon=False, ncols=-(-(len(kinds) + 1) // LEGEND_ROWS)
    )
    for handle in legend.legend_handles:
        handle.set_sizes([50])  # type: ignore[union-attr]  # a scatter's handle has sizes


def by_amount(figure: Figure, points: Floats, amounts: Floats, axes: tuple[str, str], title: str, called: str) -> None:
    """Draws cells by how much they show of a gene, the highest on top.

    Args:
        figure: An empty figure.
        points: Cells × 2.
        amounts: Of each cell, log1p CP10k.
        axes: Names of both axes.
        title: Of the picture.
        called: What the amounts are.
    """
    plot = _axes(figure, axes, title)
    order = np.argsort(amounts, kind="stable")
    shown = plot.scatter(
        points[order, 0], points[order, 1], c=amounts[order], s=_size(len(points)), cmap="viridis", linewidths=0
    )
    figure.colorbar(shown, ax=plot, label=called, shrink=0.6)


def _size(cells: int) -> float:
    return float(np.clip(POINT / max(cells, 1), 1.5, 40.0))


def _axes(figure: Figure, names: tuple[str, str], title: str) -> Axes:
    plot = figure.add_subplot()
    plot.set(xlabel=names[0], ylabel=names[1], title=title, xticks=[], yticks=[])
    plot.spines[["top", "right"]].set_visible(False)
    return plot
