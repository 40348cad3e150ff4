"""A probability with its interval, drawn into a cell of a table."""

from __future__ import annotations

import math

from rich.text import Text

WIDTH = 14
STEPS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
"""Ends that an axis may have: a list of small probabilities drawn from 0 to 1 would show nothing."""


def axis_end(largest: float) -> float:
    """The least of `STEPS` that holds all intervals.

    Args:
        largest: The highest upper end of them.
    """
    return next((step for step in STEPS if largest <= step + 1e-9), 1.0)


def axis(end: float, width: int = WIDTH) -> str:
    """The heading of a column of bars: 0 on the left, the axis' end on the right.

    Args:
        end: As `axis_end` gives.
        width: Columns of a bar.
    """
    right = f"{end:g}"
    return "0" + "─" * (width - 1 - len(right)) + right


def interval_bar(low: float, value: float, high: float, *, end: float = 1.0, width: int = WIDTH) -> Text:
    """A line from the lower to the upper end with a dot at the value.

    Args:
        low: Lower end of the interval, 0 to `end`.
        value: The probability.
        high: Upper end.
        end: Where the axis ends.
        width: Columns of the bar.
    """
    if not all(math.isfinite(one) for one in (low, value, high)) or end <= 0:
        return Text("–".center(width))
    first, dot, last = (_place(one, end, width) for one in (low, value, high))
    cells = [" "] * width
    for place in range(min(first, last), max(first, last) + 1):
        cells[place] = "─"
    cells[dot] = "●"
    made = Text("".join(cells))
    made.stylize("bold", dot, dot + 1)
    return made


def _place(value: float, end: float, width: int) -> int:
    return round(min(max(value / end, 0.0), 1.0) * (width - 1))
