"""Where one types: several lines, history, and completion of commands and names."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList, TextArea
from textual.widgets.option_list import Option

from db.clean_text import clean
from tui.chat.history import History
from tui.chat.slash import Offer
from tui.chat.widgets.text import clean_lines

TALLEST = 6


class Offers(OptionList, can_focus=False):
    """Completions above the prompt; the prompt has the keys."""

    def __init__(self) -> None:
        super().__init__(id="offers", markup=False)
        self.offers: list[Offer] = []
        self.display = False

    def show(self, offers: list[Offer]) -> None:
        """Shows completions, or nothing where there are none.

        Args:
            offers: The completions, the likeliest first.
        """
        self.offers = offers
        self.clear_options()
        for one in offers:
            line = Text(clean(one.shown), no_wrap=True, overflow="ellipsis")
            line.append(f"  {clean(one.about)}", style="dim")
            self.add_option(Option(line))
        self.display = bool(offers)
        if offers:
            self.highlighted = 0


class Prompt(TextArea):
    """The prompt: Enter sends, Ctrl-J, Shift+Enter or Alt+Enter begins a new line.

    Args:
        inputs: Earlier inputs.
        complete: Gives completions for the text up to the cursor.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+j,shift+enter,alt+enter", "new_line", "New line", show=False),
    ]

    class Sent(Message):
        """Something was sent.

        Args:
            text: What was typed.
        """

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, inputs: History, complete: Callable[[str], list[Offer]]) -> None:
        super().__init__(
            id="prompt", compact=True, soft_wrap=True, show_line_numbers=False, tab_behavior="focus",
            highlight_cursor_line=False, placeholder="Ask, or type / for commands and @ for names",
        )  # fmt: skip
        self.cursor_blink = False
        self.inputs = inputs
        self._complete = complete
        self._offered_for: str | None = None

    @property
    def offers(self) -> Offers:
        """The completions above."""
        return self.screen.query_one(Offers)

    def close_offers(self) -> bool:
        """Takes the completions away; whether there were any."""
        if not self.offers.display:
            return False
        self.offers.show([])
        return True

    def put(self, text: str) -> None:
        """Puts a text in place of what stands there, the cursor at its end.

        Args:
            text: The text.
        """
        self.text = text
        self.move_cursor(self.document.end)

    def action_new_line(self) -> None:
        """Begins a new line."""
        self.insert("\n")

    def on_text_area_changed(self) -> None:
        """Offers what can be completed now."""
        self._offer()

    def _offer(self) -> None:
        before = self._before_cursor()
        if before == self._offered_for:
            return
        self._offered_for = before
        self.offers.show(self._complete(before))

    async def _on_key(self, event: events.Key) -> None:
        # Keys may come faster than the message that the text has changed: stale completions must not take Enter.
        self._offer()
        handled = self._offers_key(event.key) if self.offers.display else False
        if handled or self._own_key(event):
            event.stop()
            event.prevent_default()
            return
        await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        event.text = clean_lines(event.text.replace("\r\n", "\n").replace("\r", "\n"))
        await super()._on_paste(event)

    def _before_cursor(self) -> str:
        return self.get_text_range((0, 0), self.cursor_location)

    def _offers_key(self, key: str) -> bool:
        """A key while completions are offered; whether it was theirs."""
        offers = self.offers
        if key in ("down", "up"):
            (offers.action_cursor_down if key == "down" else offers.action_cursor_up)()
            return True
        if key == "tab" or (key == "enter" and self._before_cursor().rstrip() != self._chosen_text().rstrip()):
            self._take()
            return True
        return False

    def _chosen_text(self) -> str:
        chosen = self.offers.highlighted
        return self.offers.offers[chosen].text if chosen is not None else self._before_cursor()

    def _take(self) -> None:
        text = self._chosen_text()
        self._offered_for = text
        self.offers.show([])
        self.replace(text, (0, 0), self.cursor_location)
        self.offers.show([])

    def _own_key(self, event: events.Key) -> bool:
        if event.key == "enter":
            self._send()
            return True
        if event.key == "up" and self.cursor_location[0] == 0:
            return self._recall(self.inputs.back(self.text))
        if event.key == "down" and self.cursor_location[0] == self.document.line_count - 1:
            return self._recall(self.inputs.forth())
        if event.key == "question_mark" and not self.text:
            self.call_later(self.app.run_action, "show_help")
            return True
        return False

    def _recall(self, text: str | None) -> bool:
        if text is None:
            return False
        self._offered_for = text
        self.put(text)
        self.close_offers()
        return True

    def _send(self) -> None:
        text = self.text.strip()
        self.close_offers()
        if text:
            self.inputs.add(text)
            self.text = ""
            self.post_message(self.Sent(text))
