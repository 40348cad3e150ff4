"""A dialog over a page; Esc closes it before it does anything else."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget

Given = TypeVar("Given")


class Dialog(ModalScreen[Given | None], Generic[Given]):
    """A dialog: what `content` gives, in a frame. It is closed by ``dismiss(value)``, or by Esc with None.

    Open it with ``app.push_screen(MyDialog(…), callback)``; the callback gets the value or None.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", "Close")]

    def compose(self) -> ComposeResult:
        """The frame with the content."""
        with VerticalScroll(id="dialog"):
            yield from self.content()

    def content(self) -> ComposeResult:
        """The widgets of the dialog."""
        yield Widget()

    def action_give_up(self) -> None:
        """Closes the dialog without a value."""
        self.dismiss(None)
