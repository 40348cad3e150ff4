"""Short questions over a page: yes or no, a text, one of several, and something to read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from rich.console import Group, RenderableType
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, DataTable, Input, Static

from tui.chat.widgets.dialog import Dialog
from tui.chat.widgets.inputs import SafeInput
from tui.chat.widgets.table import SafeTable
from tui.chat.widgets.text import safe, safe_lines
from tui.layouts.format import Column, laid_out

Render = Callable[[], Sequence[RenderableType]]


def shown(parts: Sequence[RenderableType]) -> Group:
    """Lines and tables as one thing to show; texts are cleaned and have no markup.

    Args:
        parts: As the renderers of the commands give.
    """
    return Group(*(safe_lines(part) if isinstance(part, str) else part for part in parts))


class ConfirmDialog(Dialog[bool]):
    """Yes or no; gives True for yes.

    Args:
        title: What is to be done, as a question.
        lines: What that means, a sentence each; may hold names from data.
        yes: Word on the button that does it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes"),
        Binding("n", "give_up", "No"),
        Binding("left,right", "app.focus_next", show=False),
    ]
    DEFAULT_CSS = """
    ConfirmDialog Horizontal { height: 1; margin-top: 1; }
    ConfirmDialog Button { margin-right: 2; }
    """

    def __init__(self, title: str, lines: Sequence[str], *, yes: str = "Yes") -> None:
        super().__init__()
        self._heading, self._lines, self._yes = title, tuple(lines), yes

    def content(self) -> ComposeResult:
        """The question, what it means, and two buttons; the harmless one has the focus."""
        yield Static(safe(self._heading, "bold"))
        yield Static(Text("\n").join(safe(one) for one in self._lines))
        with Horizontal():
            yield Button("No (n)", id="no", compact=True)
            yield Button(f"{self._yes} (y)", id="yes", variant="warning", compact=True)

    def on_mount(self) -> None:
        """Puts the focus on the harmless button, rather than on the frame that scrolls."""
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answers.

        Args:
            event: Which button.
        """
        self.dismiss(True if event.button.id == "yes" else None)

    def action_yes(self) -> None:
        """Answers yes."""
        self.dismiss(result=True)


class TextDialog(Dialog[str]):
    """Asks for one line of text, which must not be empty; Enter gives it.

    Args:
        title: What is asked for.
        lines: More on it, a sentence each.
        value: What stands in the field at first.
        placeholder: An example; ours.
    """

    def __init__(self, title: str, lines: Sequence[str] = (), *, value: str = "", placeholder: str = "") -> None:
        super().__init__()
        self._heading, self._lines, self._value, self._placeholder = title, tuple(lines), value, placeholder

    def content(self) -> ComposeResult:
        """The question and the field."""
        yield Static(safe(self._heading, "bold"))
        if self._lines:
            yield Static(Text("\n").join(safe(one) for one in self._lines))
        yield SafeInput(self._value, placeholder=self._placeholder, id="text")
        yield Static(safe("Enter: done   Esc: back", "dim"), id="note")

    def on_mount(self) -> None:
        """Puts the focus into the field."""
        self.query_one("#text").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Gives the text, unless there is none.

        Args:
            event: The text.
        """
        if event.value.strip():
            self.dismiss(event.value.strip())
        else:
            self.query_one("#note", Static).update(safe("Something must be said here.", "bold"))


class ChoiceDialog(Dialog[str]):
    """One of several rows; Enter gives its key.

    Args:
        title: What is chosen.
        columns: Columns of the rows.
        rows: The rows; values may come from data.
        keys: Key of each row.
        chosen: Key of the row that has the cursor at first.
    """

    # In CSS rather than DEFAULT_CSS: the app's own rules would outrank the latter.
    CSS = "ChoiceDialog SafeTable { height: auto; max-height: 16; }"

    def __init__(
        self,
        title: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Any]],
        keys: Sequence[str],
        *,
        chosen: str = "",
    ) -> None:
        super().__init__()
        self._heading, self._columns, self._rows, self._keys = title, tuple(columns), tuple(rows), tuple(keys)
        self._chosen = chosen

    def content(self) -> ComposeResult:
        """The heading and the table."""
        yield Static(safe(self._heading, "bold"))
        yield SafeTable()
        yield Static(safe("Enter: choose   Esc: back", "dim"))

    def on_mount(self) -> None:
        """Fills the table."""
        table = self.query_one(SafeTable)
        table.fill(self._columns, self._rows, keys=self._keys)
        if self._chosen in self._keys:
            table.move_cursor(row=self._keys.index(self._chosen), animate=False)
        table.focus()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Gives the key of the row.

        Args:
            event: Textual's event.
        """
        key = event.data_table.selected_key if isinstance(event.data_table, SafeTable) else None
        self.dismiss(key)


class ReadingDialog(Dialog[str]):
    """Something to read, laid out for the dialog's width; scrolls. Keys that it is given dismiss it with their name.

    Args:
        render: Gives lines and tables, as the renderers of the commands do.
        hint: A line below on keys.
        keys: Key → what the dialog gives when it is pressed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,q", "give_up", "Close", show=False)]
    CSS = """
    ReadingDialog > #dialog { width: 96%; max-width: 130; }
    ReadingDialog #hint { dock: bottom; height: 1; }
    ReadingDialog #text { margin-bottom: 1; }
    """

    def __init__(self, render: Render, *, hint: str = "Esc: back", keys: dict[str, str] | None = None) -> None:
        super().__init__()
        self._render_parts, self._hint, self._keys = render, hint, dict(keys or {})

    def content(self) -> ComposeResult:
        """The text and the hint."""
        yield Static(id="text", markup=False)
        yield Static(safe(self._hint, "dim"), id="hint")

    def on_mount(self) -> None:
        """Takes the focus, so that arrow keys scroll, and shows the text."""
        self.query_one("#dialog").focus()
        self.call_after_refresh(self._draw)

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002
        """Lays the text out anew.

        Args:
            event: Textual's event.
        """
        self.call_after_refresh(self._draw)

    def on_key(self, event: events.Key) -> None:
        """Gives what a key stands for.

        Args:
            event: The key.
        """
        if event.key in self._keys:
            event.stop()
            self.dismiss(self._keys[event.key])

    def _draw(self) -> None:
        text = self.query_one("#text", Static)
        with laid_out(text.size.width or self.app.size.width - 8):
            text.update(shown(self._render_parts()))
