"""The dialog before a writing tool runs: what will change, and with which arguments."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Static, TextArea

from tui.chat.widgets.dialog import Dialog
from tui.chat.widgets.text import clean_lines, safe
from tui.layouts.assistant import argument_lines


@dataclass(frozen=True)
class Verdict:
    """What the person decided.

    Attributes:
        approved: Whether the tool may run.
        arguments: Other arguments than those that were asked for; None to keep them.
    """

    approved: bool
    arguments: Mapping[str, Any] | None = None


class ApprovalDialog(Dialog[Verdict]):
    """Approve, deny, or edit the arguments first; Esc denies.

    Args:
        tool: Name of the tool.
        effect: What it does, one sentence.
        arguments: What it would be given.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "approve", "Approve"),
        Binding("n", "deny", "Deny"),
        Binding("e", "edit", "Edit"),
        Binding("left,right", "app.focus_next", show=False),
    ]
    DEFAULT_CSS = """
    ApprovalDialog Horizontal { height: 1; margin-top: 1; }
    ApprovalDialog Button { margin-right: 2; }
    ApprovalDialog TextArea { height: 8; border: none; padding: 0; }
    """

    def __init__(self, tool: str, effect: str, arguments: Mapping[str, Any]) -> None:
        super().__init__()
        self._tool, self._effect, self._arguments = tool, effect, dict(arguments)

    def content(self) -> ComposeResult:
        """What will change, the arguments, and three buttons; the harmless one has the focus."""
        yield Static(safe(f"May {self._tool} run? It writes.", "bold"), markup=False)
        yield Static(safe(self._effect), markup=False)
        yield Static(self._listed(), markup=False, id="arguments")
        with Horizontal():
            yield Button("Deny (n)", id="deny", compact=True)
            yield Button("Approve (y)", id="approve", variant="warning", compact=True)
            yield Button("Edit (e)", id="edit", compact=True)
        yield Static("", markup=False, id="wrong")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Does what the button says.

        Args:
            event: Which button.
        """
        {"approve": self.action_approve, "deny": self.action_deny, "edit": self.action_edit}[str(event.button.id)]()

    def action_approve(self) -> None:
        """Lets the tool run, with the arguments as they stand now."""
        areas = self.query(TextArea)
        if not areas:
            self.dismiss(Verdict(approved=True))
            return
        try:
            changed = json.loads(areas.first().text)
        except ValueError as error:
            self._complain(f"These arguments are no JSON: {error}.")
            return
        if not isinstance(changed, dict):
            self._complain('Arguments stand in braces, such as {"size": 64}.')
            return
        self.dismiss(Verdict(approved=True, arguments=changed if changed != self._arguments else None))

    def action_deny(self) -> None:
        """Does not let it run."""
        self.dismiss(Verdict(approved=False))

    def action_edit(self) -> None:
        """Makes the arguments a text that can be changed."""
        if self.query(TextArea):
            return
        text = clean_lines(json.dumps(self._arguments, indent=1, ensure_ascii=False))
        area = TextArea(text, tab_behavior="focus", show_line_numbers=False, compact=True)
        self.query_one("#arguments").display = False
        self.query_one("#dialog").mount(area, after="#arguments")
        area.focus()
        self._complain("Tab leaves the text; then y approves, n denies.")

    def action_give_up(self) -> None:
        """Esc: does not let it run."""
        self.action_deny()

    def _listed(self) -> Text:
        return Text("\n".join(argument_lines(self._arguments)))

    def _complain(self, text: str) -> None:
        self.query_one("#wrong", Static).update(safe(text, "bold"))
