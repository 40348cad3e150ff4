"""The conversation as it is shown: entries in a scrolling column, of which only the newest are mounted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from tui.chat.widgets.answer import AnswerView
from tui.chat.widgets.text import safe_lines
from tui.chat.widgets.tool_card import Call, ToolCard

MOUNTED = 40
"""Entries that are mounted at most; all are kept. What is mounted is laid out anew with every line that comes."""
STEP = 10
"""Entries that come at a time when one scrolls past those that are mounted."""


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
    """The entries, the newest at the bottom; it stays there until one scrolls up.

    A window of them is mounted, and moves along as one scrolls.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("home", "earlier", "Earlier", show=False),
        Binding("end", "newest", "Newest", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="log")
        self.entries: list[Entry] = []
        self._first = self._end = 0
        """The window: number of the first entry that is mounted, and of the first below it that is not."""
        self._widgets: dict[Entry, Widget] = {}

    def on_mount(self) -> None:
        """Holds on to the bottom."""
        self.anchor()

    def add(self, *entries: Entry) -> None:
        """Appends entries; where the newest are in sight, the oldest in sight make room.

        Args:
            *entries: The entries.
        """
        newest = self._end == len(self.entries)
        self.entries += entries
        if not newest:
            self._tell()
        elif 0 <= self.scroll_y < self.max_scroll_y:
            # Somebody reads above: what is in sight stays. (A log that is held at its bottom may stand below zero.)
            self._show(self._first, len(self.entries), keep_top=True)
        else:
            self._show(len(self.entries) - STEP if len(entries) > STEP else self._first, len(self.entries))

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
        self.entries, self._first, self._end = [], 0, 0
        self._widgets.clear()
        self.remove_children()
        self.anchor()
        self._tell()

    def action_newest(self) -> None:
        """Goes to the newest entry, and stays with what comes."""
        if self._end < len(self.entries):
            self._show(len(self.entries) - STEP, len(self.entries))
        self.anchor()

    def action_earlier(self) -> None:
        """Brings earlier entries back, or scrolls to the top."""
        if self._first and self.scroll_y <= 0:
            self._slide(-STEP)
        else:
            self.scroll_home(animate=False)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Moves the window along when one scrolls to its top or bottom.

        Args:
            old_value: Where it stood.
            new_value: Where it stands.
        """
        super().watch_scroll_y(old_value, new_value)
        if new_value <= 0 < old_value and self._first:
            self.call_after_refresh(self._slide, -STEP)
        elif old_value < new_value >= self.max_scroll_y and self._end < len(self.entries):
            self.call_after_refresh(self._slide, STEP)

    def _slide(self, by: int) -> None:
        """Moves the window; what is in sight stays where it is."""
        first = max(self._first + by, 0) if by < 0 else self._first
        end = min(self._end + by, len(self.entries)) if by > 0 else self._end
        if (first, end) == (self._first, self._end):
            return
        stays = self._in_sight()
        offset = stays.virtual_region.y - self.scroll_y
        self._show(first, end, keep_top=by < 0)
        self.call_after_refresh(
            lambda: self.scroll_to(y=stays.virtual_region.y - offset, animate=False, immediate=True, force=True)
        )

    def _in_sight(self) -> Widget:
        mounted = [self._widgets[entry] for entry in self.entries[self._first : self._end]]
        return next((one for one in mounted if one.virtual_region.bottom > self.scroll_y), mounted[-1])

    def _show(self, first: int, end: int, *, keep_top: bool = False) -> None:
        """Mounts the entries from `first` up to `end`, or as many of them as may be, and no others."""
        first = max(first, 0)
        if end - first > MOUNTED:
            first, end = (first, first + MOUNTED) if keep_top else (end - MOUNTED, end)
        before, now = range(self._first, self._end), range(first, end)
        gone = [self._widgets.pop(self.entries[i]) for i in before if i not in now]
        stay = [i for i in before if i in now]
        if gone:
            self.remove_children(gone)
        above = [i for i in now if stay and i < stay[0]]
        if above:
            self.mount(*map(self._made, above), before=self._widgets[self.entries[stay[0]]])
        below = [i for i in now if not stay or i > stay[-1]]
        if below:
            self.mount(*map(self._made, below))
        self._first, self._end = first, end
        self._hold()
        self._tell()
        self.call_after_refresh(self._fill_up)

    def _made(self, number: int) -> Widget:
        entry = self.entries[number]
        self._widgets[entry] = _widget(entry)
        return self._widgets[entry]

    def _hold(self) -> None:
        """Holds on to the bottom only where that is the newest entry."""
        newest = self._end == len(self.entries)
        if newest and not self.is_anchored:
            self.anchor()
            self.release_anchor()
        elif not newest:
            self.anchor(anchor=False)

    def _fill_up(self) -> None:
        """Brings earlier entries as long as those that are mounted do not fill the page."""
        if self._first and self._end - self._first < MOUNTED and self.max_scroll_y <= 0:
            self._show(self._first - STEP, self._end)

    def _tell(self) -> None:
        """Says in the frame how many entries are not mounted."""
        later = len(self.entries) - self._end
        self.set_class(self._first > 0, "cut")
        self.set_class(later > 0, "cut-below")
        self.border_title = f"↑ {self._first} earlier (Home at the top shows more)" if self._first else None
        self.border_subtitle = f"↓ {later} later (End goes to the newest)" if later else None


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
