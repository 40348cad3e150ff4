"""A tool call as a card: one line, which opens to the arguments and the whole result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from db.clean_text import clean
from tui.chat.widgets.answer import fill_inline
from tui.chat.widgets.table import SafeTable
from tui.chat.widgets.text import safe, safe_lines
from tui.layouts.cards import parts_for
from tui.layouts.format import cell
from tui.layouts.result_tables import ResultText

MARKS = {"": "…", "done": "✓", "refused": "✗", "failed": "✗", "denied": "–", "interrupted": "■"}
WORDS = {"refused": "refused", "failed": "failed", "denied": "not approved", "interrupted": "interrupted"}


@dataclass
class Call:
    """What is shown of one call.

    Attributes:
        tool: Name of the tool.
        arguments: What it was given.
        outcome: As in `agent.events`; empty while it runs.
        seconds: How long it took.
        summary: One line on what it gave, or why it gave nothing.
        value: The result as JSON values; None where there is none.
        step: The newest step of its progress.
        lines: Further lines that are always in sight, such as grades and the places that they fill.
    """

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = ""
    seconds: float = 0.0
    summary: str = ""
    value: Any = None
    step: str = ""
    lines: tuple[str, ...] = ()


class ToolCard(Vertical, can_focus=True):
    """One call; Enter, Space or a click opens and closes it.

    Args:
        call: The call; after a change of it, call `refresh_call`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "open_close", "Open"),
        Binding("c", "copy", "Copy"),
    ]

    def __init__(self, call: Call) -> None:
        super().__init__(classes="entry card")
        self.call = call
        self._open = False

    def compose(self) -> ComposeResult:
        """The line, and the lines below it, which most cards have none of."""
        yield Static(self._head(), markup=False, classes="card-head")
        if self.call.lines:
            yield self._lines()

    def refresh_call(self) -> None:
        """Shows the call as it is now."""
        if not self.is_mounted:
            return
        head = self.query_one(".card-head", Static)
        head.update(self._head())
        self.query(".card-lines").remove()
        if self.call.lines:
            self.mount(self._lines(), after=head)
        if self._open:
            self._draw_body()

    def action_open_close(self) -> None:
        """Opens or closes the card."""
        self._open = not self._open
        self.query_one(".card-head", Static).update(self._head())
        if self._open:
            self._draw_body()
        else:
            self.query(".card-body").remove()

    def action_copy(self) -> None:
        """Copies the result as JSON."""
        import json

        copy = getattr(self.app, "copy_text", None)
        if copy is not None:
            copy(json.dumps(self.call.value, indent=1, ensure_ascii=False), "the result")

    def on_click(self, event: events.Click) -> None:
        """Opens or closes the card where its line was clicked.

        Args:
            event: Textual's event.
        """
        if isinstance(event.widget, Static):
            self.action_open_close()

    def _lines(self) -> Static:
        return Static(safe_lines("\n".join(self.call.lines)), markup=False, classes="card-lines")

    def _head(self) -> Text:
        call = self.call
        made = Text(f"{'▾' if self._open else '▸'} {MARKS.get(call.outcome, '✗')} ", no_wrap=True, overflow="ellipsis")
        made.append(clean(call.tool), style="bold")
        shown = ", ".join(f"{name} {cell(value)}" for name, value in call.arguments.items() if value not in (None, ""))
        if shown:
            made.append(clean(f" {shown}"[:60]))
        if not call.outcome:
            made.append(f"  {clean(call.step)}", style="dim")
            return made
        made.append(f"  {call.seconds:.1f} s", style="dim")
        said = " · ".join(part for part in (WORDS.get(call.outcome, ""), call.summary) if part)
        made.append(f"  {clean(said)}")
        return made

    def _draw_body(self) -> None:
        self.query(".card-body").remove()
        body = Vertical(classes="card-body")
        self.mount(body)
        for name, value in self.call.arguments.items():
            body.mount(Static(safe(f"{name}: {cell(value)}", style="dim"), markup=False))
        if self.call.outcome != "done" and self.call.summary:
            body.mount(Static(safe_lines(self.call.summary), markup=False))
        for one in parts_for(self.call.tool, self.call.value):
            if isinstance(one, ResultText):
                body.mount(Static(safe(one.title, style="bold"), markup=False))
                body.mount(Static(safe_lines("\n".join(one.lines)), markup=False))
                continue
            if one.title:
                body.mount(Static(safe(f"{one.title} ({len(one.rows)})", style="bold"), markup=False))
            table = SafeTable()
            body.mount(table)
            fill_inline(table, list(one.columns), one.rows)
