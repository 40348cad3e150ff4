"""Hits by round, against what was expected and against random picks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual_plotext import PlotextPlot


@dataclass(frozen=True)
class RoundPoint:
    """One round of the plot.

    Attributes:
        round: Its number.
        hits: Hits; None while it is not measured.
        expected: Hits that were expected.
        low: Lower end of their interval.
        high: Upper end.
        random: Hits expected of random picks; None where that is not known.
    """

    round: int
    hits: int | None
    expected: float
    low: float
    high: float
    random: float | None


LEGEND = "● hits   ┼ expected, with its 80 % interval   × at random"


class HitsPlot(PlotextPlot):
    """Hits as dots, expected hits with their interval, and random picks, by round; `LEGEND` stands beside it.

    Plotext's own legend is not used: it fails on markers that are not its own.

    Args:
        id: Id of the widget.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.points: tuple[RoundPoint, ...] = ()

    def show(self, points: Sequence[RoundPoint]) -> None:
        """Draws these rounds.

        Args:
            points: The rounds, by number.
        """
        self.points = tuple(points)
        self.display = bool(points)
        if not points:
            return
        plt = self.plt
        plt.clear_data()
        plt.clear_figure()
        for one in points:
            plt.plot([one.round, one.round], [one.low, one.high], marker="│", color="blue")
        self._dots([(one.round, one.expected) for one in points], "┼", "blue")
        self._dots([(one.round, one.random) for one in points if one.random is not None], "×", "orange")
        self._dots([(one.round, one.hits) for one in points if one.hits is not None], "●", "green")
        top = max(1.0, *(max(one.high, float(one.hits or 0)) for one in points))
        plt.xlim(points[0].round - 0.6, points[-1].round + 0.6)
        plt.ylim(0, top * 1.1)
        plt.xticks([one.round for one in points], [f"round {one.round}" for one in points])
        ticks = sorted({0.0, float(round(top / 2)), float(round(top))})
        plt.yticks(ticks, [f"{one:g}" for one in ticks])
        self.refresh()

    def _dots(self, places: Sequence[tuple[int, float]], marker: str, colour: str) -> None:
        if places:
            self.plt.scatter([x for x, _ in places], [y for _, y in places], marker=marker, color=colour)
