"""The help: commands and keys on one page."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static

from tui.chat.slash import COMMANDS
from tui.chat.widgets.dialog import Dialog

KEYS = (
    ("Enter", "sends; Ctrl-J, Shift+Enter or Alt+Enter begins a new line"),
    ("Up, Down", "earlier inputs, at the first and last line"),
    ("Tab", "takes a completion; else goes on to the next card, table or page part"),
    ("Esc", "closes what is open, else stops what runs; never loses what you typed"),
    ("Ctrl-C twice", "leaves"),
    ("Alt+1 … Alt+5", "chat, campaign, shortlist, store, cells (also F2 … F6)"),
    ("Enter on a card", "opens a tool call: its arguments and its whole result"),
    ("s, or a click on a heading", "sorts a table"),
    ("c", "copies the card that has the focus; Ctrl-Y the newest answer"),
    ("PageUp, PageDown", "scroll the conversation from the prompt"),
    ("Home, End", "in the conversation: earlier entries, and the newest"),
    ("Ctrl-P", "the command palette"),
    ("?, F1", "this help"),
)
"""Keys, as `docs/chat.md` lists them; a test holds the two together."""


class HelpDialog(Dialog[None]):
    """Commands and keys; Esc closes it.

    Args:
        more: Keys of the page in front, each with what it does.
    """

    def __init__(self, more: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__()
        self._more = more

    def content(self) -> ComposeResult:
        """The two tables."""
        yield Static(Text("Keys", style="bold"))
        yield Static(_table([*KEYS, *self._more]))
        yield Static(Text("\nCommands", style="bold"))
        yield Static(_table([(f"/{one.name} {one.takes}".strip(), one.does) for one in COMMANDS]))
        yield Static(Text("\nEsc closes this.", style="dim"))

    def on_mount(self) -> None:
        """Lets the arrow keys scroll."""
        self.query_one("#dialog").focus()


def _table(rows: list[tuple[str, str]]) -> Table:
    made = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    made.add_column(no_wrap=True, style="bold")
    made.add_column()
    for left, right in rows:
        made.add_row(Text(left), Text(right))
    return made
