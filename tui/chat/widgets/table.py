"""A table whose cells may come from data: cleaned, without markup, sorted by a click or a key."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widgets import DataTable

from db.clean_text import clean
from tui.layouts.format import Column, cell

_NUMBER = re.compile(r"[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?%?")
WIDEST = 48
"""Columns of a cell that are shown of a name, and of running text unless told otherwise."""


FIRST_ROWS, SLICE_ROWS, SLICE_SECONDS = 40, 460, 0.005
"""Rows that are there at once, those of each further slice, and the pause before it."""


class SafeTable(DataTable[Text]):
    """Rows of values, shown as cleaned text; raw values are kept for sorting.

    Fill it with `fill`; `add_row` and `add_column` of the base class are not for data.

    Args:
        widest: Columns of the terminal that a cell takes at most; longer ones end in an ellipsis.
        id: Id of the widget.
        classes: Classes of the widget.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("s", "sort_next", "Sort")]

    def __init__(self, *, widest: int = WIDEST, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes, cursor_type="row", zebra_stripes=True)
        self.widest = widest
        self.heads: tuple[Column, ...] = ()
        self.values: list[tuple[Any, ...]] = []
        self.keys: list[str] = []
        self._sorted_by: int | None = None
        self._reverse = False
        self._waiting: list[int] = []
        self._slicing: Timer | None = None

    def fill(
        self, columns: Sequence[Column], rows: Sequence[Sequence[Any]], *, keys: Sequence[str] | None = None
    ) -> None:
        """Shows these rows in place of whatever was there; order, cursor and scroll position stay where they can.

        Args:
            columns: The columns (`tui.layouts.format.Column`).
            rows: Values in the order of the columns: texts, numbers, lists, yes or no, None; or a `Text` of our own.
            keys: What `selected_key` gives for each row; its number where None.
        """
        kept = self.selected_key if tuple(columns) == self.heads else None
        if tuple(columns) != self.heads:
            self._sorted_by, self._reverse = None, False
        self.heads = tuple(columns)
        self.values = [tuple(row) for row in rows]
        self.keys = list(keys) if keys is not None else [str(i) for i in range(len(rows))]
        self._show()
        self._go_to(kept)

    @property
    def selected_key(self) -> str | None:
        """Key of the row under the cursor; None where there is no row."""
        order = self.order()
        return self.keys[order[self.cursor_row]] if 0 <= self.cursor_row < len(order) else None

    @property
    def selected_row(self) -> tuple[Any, ...] | None:
        """Raw values of the row under the cursor; None where there is no row."""
        order = self.order()
        return self.values[order[self.cursor_row]] if 0 <= self.cursor_row < len(order) else None

    def order(self) -> list[int]:
        """Numbers of the rows in the order in which they are shown."""
        numbers = list(range(len(self.values)))
        if self._sorted_by is None:
            return numbers
        column = self._sorted_by
        empty = [i for i in numbers if _is_empty(self.values[i][column])]
        full = [i for i in numbers if not _is_empty(self.values[i][column])]
        return [*sorted(full, key=lambda i: _sort_key(self.values[i][column]), reverse=self._reverse), *empty]

    def sort_by(self, column: int | None, *, reverse: bool | None = None) -> None:
        """Sorts by a column; by the same one again turns the order round.

        Args:
            column: Number of the column; None for the order in which rows were given.
            reverse: Whether largest first; where None, numbers begin with the largest and texts with A.
        """
        kept = self.selected_key
        if column is None:
            self._sorted_by, self._reverse = None, False
        else:
            again = column == self._sorted_by
            self._reverse = (
                reverse if reverse is not None else (not self._reverse if again else self.heads[column].right)
            )
            self._sorted_by = column
        self._show()
        self._go_to(kept)

    def action_sort_next(self) -> None:
        """Sorts by the next column; after the last one, as the rows were given."""
        following = 0 if self._sorted_by is None else self._sorted_by + 1
        self.sort_by(following if following < len(self.heads) else None)

    def on_data_table_header_selected(self, event: DataTable.HeaderSelected) -> None:
        """Sorts by the column whose heading was clicked.

        Args:
            event: Textual's event.
        """
        event.stop()
        self.sort_by(event.column_index)

    def _show(self) -> None:
        self.clear(columns=True)
        for number, head in enumerate(self.heads):
            mark = "" if number != self._sorted_by else (" ▼" if self._reverse else " ▲")
            self.add_column(Text(clean(head.title) + mark, justify="right" if head.right else "left"))
        self._waiting = self.order()
        self._add(FIRST_ROWS)

    def _add(self, count: int) -> None:
        """Adds rows that wait; the rest follow in slices, so that a long table neither opens late nor stands still."""
        rows, self._waiting = self._waiting[:count], self._waiting[count:]
        self.add_rows([self._cells(self.values[i]) for i in rows])
        if self._waiting and self._slicing is None:
            self._slicing = self.set_timer(SLICE_SECONDS, self._add_slice)

    def _add_slice(self) -> None:
        self._slicing = None
        self._add(SLICE_ROWS)

    def _go_to(self, key: str | None) -> None:
        """Puts the cursor on a row, if it is there."""
        if key in self.keys:
            place = self.order().index(self.keys.index(key))
            if place >= self.row_count:
                self._add(place + 1 - self.row_count)
            self.move_cursor(row=place, animate=False)

    def _cells(self, row: Sequence[Any]) -> list[Text]:
        return [self._cell(value, head) for value, head in zip(row, self.heads, strict=True)]

    def _cell(self, value: object, head: Column) -> Text:
        if isinstance(value, Text):
            # Spans count characters: they hold only where cleaning takes none away.
            harmless = clean(value.plain) == value.plain
            made = value.copy() if harmless else Text(clean(value.plain), style=value.style)
            made.no_wrap = True
        else:
            made = Text(clean(cell(value)), justify="right" if head.right else "left", no_wrap=True)
        if made.cell_len > self.widest:
            made.truncate(self.widest, overflow="ellipsis")
        return made


def _is_empty(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def is_number(text: str) -> bool:
    """Whether a cell's text is a number.

    Args:
        text: The text.
    """
    return _NUMBER.fullmatch(text.strip()) is not None


def _sort_key(value: object) -> tuple[int, float, str]:
    if isinstance(value, (bool, int, float)):
        return (0, float(value), "")
    text = value.plain if isinstance(value, Text) else cell(value)
    if is_number(text):
        return (0, float(text.strip().rstrip("%").replace(",", "")), "")
    return (1, 0.0, text.casefold())
