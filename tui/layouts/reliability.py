"""How often nominations hit, by the hit probability that they were given, as a plot in text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import GAP, Column, line, number, share, table, width

if TYPE_CHECKING:
    from tools.replays.reliability import ReliabilityBin

WIDEST, NARROWEST = 40, 20
"""Cells of a reliability plot from 0 to 1; as many as the terminal leaves."""
FEW = 20
"""Bins with fewer nominations say little of a share, and get a hollow bar."""
EIGHTHS = ("", *map(chr, range(0x258F, 0x2587, -1)))
"""Left parts of a cell, from no eighth of it to all eight."""
LEGEND = "observed \u2588, promised | (0–1)"


def reliability(bins: Sequence[ReliabilityBin]) -> Sequence[RenderableType]:
    """How often nominations hit, by the hit probability that they were given.

    The bar is the observed share of hits and ``|`` the promised one, both from 0 to 1 at any screen, so that plots can
    be compared.

    Args:
        bins: The points of the plot.
    """
    if not bins:
        return []
    figures = [
        (f"{two.low:.0%} – {two.high:.0%}", number(two.nominations), share(two.expected), share(two.observed))
        for two in bins
    ]
    titles = ("hit probability", "nominations", "promised", "observed")
    taken = sum(max(map(len, column)) + GAP for column in zip(titles, *figures, strict=True))
    cells = min(max(width() - taken, NARROWEST), WIDEST)
    columns = [Column(title, right=place > 0) for place, title in enumerate(titles)]
    columns.append(Column(LEGEND, keep=5))
    rows = [(*row, _bar(two, cells)) for row, two in zip(figures, bins, strict=True)]
    few = any(two.nominations < FEW for two in bins)
    hollow = [line(f"\u2591 Fewer than {FEW} nominations: the observed share may be chance.", "dim")] if few else []
    return [table(columns, rows, cut=False), *hollow]


def _bar(two: ReliabilityBin, cells: int) -> str:
    """A bar of at most `cells` cells: full up to the observed share, hollow where few were nominated."""
    eighths = round(8 * cells * two.observed)
    hollow = two.nominations < FEW
    solid = "\u2591" * round(eighths / 8) if hollow else "\u2588" * (eighths // 8) + EIGHTHS[eighths % 8]
    bar = list(solid.ljust(cells))
    bar[min(int(cells * two.expected), cells - 1)] = "|"
    return "".join(bar).rstrip()
