"""An answer in Markdown: running text, and its tables as tables that sort."""

from __future__ import annotations

from typing import Any

from textual.containers import Vertical
from textual.widgets import Static

from tui.chat.markdown_parts import TablePart, TextPart, parts_of
from tui.chat.widgets.table import SafeTable, is_number
from tui.layouts.acts import in_chat
from tui.layouts.format import Column

TALLEST = 14
"""Rows of a table in an answer that are shown at a time."""


class AnswerText(Static):
    """Running text of an answer.

    Args:
        part: The text.
    """

    def __init__(self, part: TextPart) -> None:
        super().__init__("", markup=False, classes="answer-text")
        self.part = part

    def on_mount(self) -> None:
        """Draws the text."""
        self.show(self.part)

    def show(self, part: TextPart) -> None:
        """Shows other text, or more of it.

        Args:
            part: The text.
        """
        # Here, because it imports what the first paint does not need.
        from tui.chat.widgets.safe_markdown import SafeMarkdown

        self.part = part
        self.set_class(part.gap, "gap")
        self.update(SafeMarkdown(part.text, dark=self.app.current_theme.dark))


class AnswerView(Vertical):
    """An answer that may still grow; `show` draws only what changed.

    Args:
        text: The answer so far.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(classes="entry answer")
        self._parts: list[TextPart | TablePart] = []
        self._views: list[AnswerText | SafeTable] = []
        self._text = text

    def on_mount(self) -> None:
        """Draws what there is."""
        self.show(self._text)

    def show(self, text: str) -> None:
        """Shows the answer as far as it has come.

        Args:
            text: All of it so far, in Markdown.
        """
        self._text = text
        parts = parts_of(in_chat(text))
        for number, part in enumerate(parts):
            if number < len(self._parts) and self._parts[number] == part:
                continue
            if number < len(self._views) and self._takes(self._views[number], part):
                self._fill(self._views[number], part)
            else:
                self._replace(number, part)
        for view in self._views[len(parts) :]:
            view.remove()
        del self._views[len(parts) :]
        self._parts = parts

    def _takes(self, view: AnswerText | SafeTable, part: TextPart | TablePart) -> bool:
        return isinstance(view, AnswerText) == isinstance(part, TextPart)

    def _replace(self, number: int, part: TextPart | TablePart) -> None:
        made: AnswerText | SafeTable = AnswerText(part) if isinstance(part, TextPart) else SafeTable()
        if number < len(self._views):
            self._views[number].remove()
            self.mount(made, after=self._views[number])
            self._views[number] = made
        else:
            self.mount(made)
            self._views.append(made)
        if isinstance(part, TablePart):
            self._fill(made, part)

    def _fill(self, view: AnswerText | SafeTable, part: TextPart | TablePart) -> None:
        if isinstance(view, AnswerText) and isinstance(part, TextPart):
            view.show(part)
        elif isinstance(view, SafeTable) and isinstance(part, TablePart):
            numbers = [all(is_number(row[i]) for row in part.rows) for i in range(len(part.head))]
            columns = [
                Column(title, right=right or number)
                for title, right, number in zip(part.head, part.right, numbers, strict=True)
            ]
            fill_inline(view, columns, part.rows)


def fill_inline(table: SafeTable, columns: list[Column], rows: Any) -> None:  # noqa: ANN401 – rows of any values
    """Fills a table that stands inside the conversation, and gives it the height that it needs.

    Args:
        table: The table.
        columns: Its columns.
        rows: Its rows.
    """
    table.fill(columns, rows)
    # One line more for the scroll bar below, which a wide table has.
    table.styles.height = min(len(rows) + 2, TALLEST)
