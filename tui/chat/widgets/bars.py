"""The bars above and below each page: where one is, and what is going on."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import Static

from db.clean_text import clean

LABELS = {"conversation": "Chat", "campaign": "Campaign", "shortlist": "Shortlist", "store": "Store", "cells": "Cells"}
BAR_WIDTH = 12


class TitleBar(Static):
    """The pages by name, the present one marked, and the campaign in use.

    Args:
        page: Name of the page that it stands on.
    """

    class PageChosen(Message):
        """A page's name was clicked."""

        def __init__(self, page: str) -> None:
            super().__init__()
            self.page = page

    def __init__(self, page: str) -> None:
        super().__init__(markup=False)
        self._page = page
        self._campaign = ""
        self._edges: list[tuple[int, str]] = []

    def on_mount(self) -> None:
        """Draws the bar."""
        self.show_campaign(self._campaign)

    def show_campaign(self, campaign: str) -> None:
        """Shows which campaign is in use.

        Args:
            campaign: Its name; empty for none.
        """
        self._campaign = clean(campaign)
        made, self._edges = Text(no_wrap=True, overflow="ellipsis"), []
        for number, (name, label) in enumerate(LABELS.items(), start=1):
            made.append(f" {number} {label} ", style="reverse bold" if name == self._page else "")
            self._edges.append((made.cell_len, name))
        if self._campaign:
            made.append(f"  {self._campaign}", style="bold")
        self.update(made)

    def on_click(self, event: events.Click) -> None:
        """Goes to the page that was clicked.

        Args:
            event: Textual's event.
        """
        chosen = next((name for edge, name in self._edges if event.x < edge), None)
        if chosen:
            self.post_message(self.PageChosen(chosen))


class StatusBar(Static):
    """One line: the job that runs, with its progress, or else what is worth knowing now."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._parts: tuple[str, ...] = ()
        self._job = Text()

    def show(self, parts: Sequence[str]) -> None:
        """Shows facts, the most important one first; what does not fit is cut off.

        Args:
            parts: Short texts; may hold names from data.
        """
        self._parts = tuple(clean(part) for part in parts if part)
        self._draw()

    def show_job(self, title: str, done: float = 0.0, total: float | None = None, message: str = "") -> None:
        """Shows the progress of a job before the facts; an empty title shows none.

        Args:
            title: What is being done.
            done: Units done.
            total: Units in all; None where not known.
            message: A few words on the present unit.
        """
        self._job = Text(clean(title))
        if title and total:
            share = min(max(done / total, 0.0), 1.0)
            full = round(share * BAR_WIDTH)
            self._job.append(f" {'━' * full}", style="bold").append("╌" * (BAR_WIDTH - full), style="dim")
            self._job.append(f" {share:.0%}")
        elif title:
            self._job.append(" …")
        if title and message:
            self._job.append(f" {clean(message)}", style="dim")
        if title:
            self._job.append("  Esc cancels", style="dim")
        self._draw()

    def _draw(self) -> None:
        made = Text(no_wrap=True, overflow="ellipsis")
        if self._job:
            made.append_text(self._job)
        for part in self._parts:
            made.append(" │ " if made else "", style="dim").append(part)
        self.update(made)
