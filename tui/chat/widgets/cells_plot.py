"""Cells in a plane, each one the letter of its label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual_plotext import PlotextPlot

LETTERS = "abcdefghijklmnopqrstuvwxyz"
OTHER = "·"
"""The mark of labels beyond the letters, and of cells without one."""
_COLOURS = ("blue", "orange", "green", "red", "cyan", "magenta", "yellow", "white")


def marks_of(labels: Mapping[str, int]) -> dict[str, str]:
    """The letter of each label, the commonest first; `OTHER` beyond the alphabet.

    Args:
        labels: Label → cells, most first.
    """
    return {label: LETTERS[at] if at < len(LETTERS) else OTHER for at, label in enumerate(labels)}


class CellsPlot(PlotextPlot):
    """Cells as letters, in colours that repeat: the letters tell them apart where there are no colours.

    Args:
        id: Id of the widget.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.drawn: Sequence[tuple[float, float]] = ()

    def show(
        self, points: Sequence[tuple[float, float]], labels: Sequence[str], marks: Mapping[str, str]
    ) -> None:  # fmt: skip
        """Draws these cells.

        Args:
            points: Place of each.
            labels: Label of each.
            marks: Letter of each label.
        """
        self.drawn = tuple(points)
        self.display = bool(points)
        plt = self.plt
        plt.clear_data()
        plt.clear_figure()
        # Those without a letter first: what is drawn later lies above.
        for label in sorted(set(labels), key=lambda one: marks.get(one, OTHER), reverse=True):
            mark = marks.get(label, OTHER)
            own = [point for point, has in zip(points, labels, strict=True) if has == label]
            colour = "gray" if mark == OTHER else _COLOURS[LETTERS.index(mark) % len(_COLOURS)]
            plt.scatter([x for x, _ in own], [y for _, y in own], marker=mark, color=colour)
        plt.xticks([])
        plt.yticks([])
        self.refresh()
