"""The conversation as it is shown: entries in a scrolling column, of which only the newest are mounted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from tui.widgets.answer import AnswerView
from tui.widgets.text import safe_lines
from tui.widgets.tool_card import Call, ToolCard

MOUNTED = 80
"""Entries that are mounted at most; all are kept."""
EARLIER = 40
"""Entries that come back at a time when one scrolls up."""


@dataclass(eq=False)
class Said:
    """What the person said.

    Attributes:
        text: The words.
        queued: Whether it waits for the run that goes on.
    """

    text: str
    queued: bool = False


@dataclass(eq=False)
class Answered:
    """An answer, which may still grow."""

    text: str = ""


@dataclass(eq=False)
class Called:
    """A call of a tool."""

    call: Call


@dataclass(eq=False)
class Noted:
    """A sentence beside the conversation."""

    text: str
    kind: Literal["note", "trouble"] = "note"


Entry: TypeAlias = Said | Answered | Called | Noted


class Log(VerticalScroll):
    """The entries, the newest at the bottom; it stays there until one scrolls up."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("home", "earlier", "Earlier", show=False)]

    def __init__(self) -> None:
        super().__init__(id="log")
        self.entries: list[Entry] = []
        self._first = 0
        """Number of the first entry that is mounted."""
        self._widgets: dict[Entry, Widget] = {}

    def on_mount(self) -> None:
        """Holds on to the bottom."""
        self.anchor()

    def add(self, *entries: Entry) -> None:
        """Appends entries; the oldest ones in sight make room.

        Args:
            *entries: The entries.
        """
        self.entries += entries
        begin = max(len(self.entries) - MOUNTED, 0)
        for entry in entries[max(len(entries) - MOUNTED, 0) :]:
            self._widgets[entry] = _widget(entry)
        self.mount(*(self._widgets[entry] for entry in entries if entry in self._widgets))
        if begin > self._first:
            self._unmount(self.entries[self._first : begin])
            self._first = begin
        self._show_hidden()

    def redraw(self, entry: Entry) -> None:
        """Shows an entry as it is now, if it is mounted.

        Args:
            entry: One that was added.
        """
        widget = self._widgets.get(entry)
        if isinstance(widget, AnswerView) and isinstance(entry, Answered):
            widget.show(entry.text)
        elif isinstance(widget, ToolCard):
            widget.refresh_call()
        elif isinstance(widget, Static) and isinstance(entry, Said):
            widget.update(_said(entry))
            widget.set_class(entry.queued, "queued")

    def wipe(self) -> None:
        """Takes all entries away."""
        self.entries, self._first = [], 0
        self._widgets.clear()
        self.remove_children()
        self.anchor()

    def action_earlier(self) -> None:
        """Brings earlier entries back, or scrolls to the top."""
        if self._first and self.scroll_y <= 0:
            self._mount_earlier()
        else:
            self.scroll_home(animate=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Brings earlier entries back when one scrolls to the top.

        Args:
            old_value: Where it stood.
            new_value: Where it stands.
        """
        super().watch_scroll_y(old_value, new_value)
        if new_value <= 0 < old_value and self._first:
            self.call_after_refresh(self._mount_earlier)

    def _mount_earlier(self) -> None:
        if not self._first:
            return
        begin = max(self._first - EARLIER, 0)
        back = self.entries[begin : self._first]
        for entry in back:
            self._widgets[entry] = _widget(entry)
        below = self._widgets[self.entries[self._first]]
        self.mount(*(self._widgets[entry] for entry in back), before=below)
        self._first = begin
        self._show_hidden()
        self.call_after_refresh(lambda: self.scroll_to_widget(below, top=True, animate=False))

    def _unmount(self, entries: list[Entry]) -> None:
        gone = [widget for entry in entries if (widget := self._widgets.pop(entry, None)) is not None]
        if gone:
            self.remove_children(gone)

    def _show_hidden(self) -> None:
        """Says in the frame above how many entries are not mounted."""
        self.set_class(self._first > 0, "cut")
        self.border_title = f"↑ {self._first} earlier (Home at the top shows more)" if self._first else None


def _widget(entry: Entry) -> Widget:
    if isinstance(entry, Answered):
        return AnswerView(entry.text)
    if isinstance(entry, Called):
        return ToolCard(entry.call)
    if isinstance(entry, Said):
        return Static(_said(entry), markup=False, classes=f"entry said{' queued' if entry.queued else ''}")
    return Static(safe_lines(entry.text), markup=False, classes=f"entry {entry.kind}")


def _said(entry: Said) -> Text:
    return safe_lines(f"> {entry.text}" + ("  (waits)" if entry.queued else ""))
