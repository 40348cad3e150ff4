"""What every page of the chat has in common."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from tui.chat.app import HitscoutApp
from tui.chat.widgets.bars import StatusBar, TitleBar


class Page(Screen[None]):
    """A page: a title bar above, a status bar below, and what `content` gives between them.

    Subclasses set `page_name` (as in `tui.chat.pages.PAGES`), give `content`, and read anew in `refresh_page`.
    """

    page_name: ClassVar[str] = ""

    @property
    def hitscout(self) -> HitscoutApp:
        """The app, with its workspace, campaign and jobs."""
        app = self.app
        if not isinstance(app, HitscoutApp):
            raise TypeError(f"a page belongs to HitscoutApp, not to {type(app).__name__}")
        return app

    def compose(self) -> ComposeResult:
        """The bars, and the content between them."""
        yield TitleBar(self.page_name)
        yield from self.content()
        yield StatusBar()

    def content(self) -> ComposeResult:
        """The widgets of this page."""
        yield Widget()

    def refresh_page(self) -> None:
        """Reads anew what is shown; called when the page is shown, and after each job that changed the store.

        It runs on the interface's thread: it must start a quiet job (`run_job(…, quiet=True)`) rather than read itself.
        """

    def on_screen_resume(self) -> None:
        """Reads anew when the page comes to the front, and shows what changed meanwhile."""
        self.query_one(TitleBar).show_campaign(self.hitscout.campaign)
        self.hitscout.show_jobs()
        self.refresh_page()
