"""The chat's app: its pages, its jobs, and the keys that work everywhere; no logic."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from rich.theme import Theme
from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen

from db.clean_text import clean
from db.disk_cache import keep
from tui.chat.collecting import LOOK, Collector
from tui.chat.jobs import Job, JobEnded, start
from tui.chat.pages import PAGES, import_pages, make_page
from tui.chat.slash import COMMANDS
from tui.chat.terminal_keys import teach
from tui.chat.theme_file import MARKDOWN_STYLES, save_theme
from tui.chat.widgets.bars import LABELS, StatusBar, TitleBar
from tui.chat.widgets.text import say
from tui.layouts.acts import trouble_in_chat

if TYPE_CHECKING:
    from db.errors import HitscoutError
    from tools.workspace import Workspace

THEMES = {"dark": "textual-dark", "light": "textual-light"}
COPIED_FILE = "copied.txt"
QUIT_WITHIN = 2.0
"""Seconds in which a second Ctrl-C quits."""


class HitscoutApp(App[None]):
    """The terminal chat.

    Args:
        open_workspace: Opens the workspace; called once, when it is first needed, because that imports much.
        campaign: Name of the campaign in use; tools take the only open one where empty.
        language_model: Name of the language model, as ``--model`` takes it; of the settings where empty.
        resume: Id of a transcript to carry on; empty for a new conversation.
        theme: ``dark`` or ``light``.
    """

    TITLE = "hitscout"
    CSS_PATH = "style.tcss"
    DEFAULT_MODE = "conversation"
    ENABLE_COMMAND_PALETTE = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("alt+1,f2", "show_page('conversation')", "Chat", priority=True, show=False),
        Binding("alt+2,f3", "show_page('campaign')", "Campaign", priority=True, show=False),
        Binding("alt+3,f4", "show_page('shortlist')", "Shortlist", priority=True, show=False),
        Binding("alt+4,f5", "show_page('store')", "Store", priority=True, show=False),
        Binding("alt+5,f6", "show_page('cells')", "Cells", priority=True, show=False),
        Binding("f1", "show_help", "Help", priority=True, show=False),
        Binding("escape", "escape", "Stop", priority=True, show=False),
        Binding("ctrl+c", "interrupt", "Quit (twice)", priority=True, show=False),
    ]

    def __init__(
        self,
        open_workspace: Callable[[], Workspace],
        *,
        campaign: str = "",
        language_model: str = "",
        resume: str = "",
        theme: str = "dark",
    ) -> None:
        super().__init__()
        teach()
        self.theme = THEMES[theme]
        self.console.push_theme(Theme(MARKDOWN_STYLES))
        self._workspace_lock = threading.Lock()
        self._open_workspace = open_workspace
        self._workspace: Workspace | None = None
        self.campaign = campaign
        self.language_model = language_model
        self.resume = resume
        self.round: int | None = None
        """Number of the round that the shortlist page shows; the newest where None."""
        self.transcript = ""
        """Id of the conversation's transcript, once something was asked."""
        self.end_talk: Callable[[float], None] | None = None
        """Ends the conversation's run and waits for it so many seconds."""
        self.jobs: dict[int, Job] = {}
        self._interrupted_at = 0.0
        self._collector = Collector()
        for name in PAGES:
            self.add_mode(name, lambda name=name: make_page(name))  # type: ignore[misc]

    @property
    def workspace(self) -> Workspace:
        """What everything is about; opened when it is first asked for, from whichever thread."""
        with self._workspace_lock:
            if self._workspace is None:
                self._workspace = self._open_workspace()
            return self._workspace

    # Pages ---------------------------------------------------------------------------------------

    def on_ready(self) -> None:
        """Once the first page is painted, imports the others beside it."""
        self._collector.start()
        self.set_interval(LOOK, self._collector.look)
        threading.Thread(target=import_pages, name="hitscout pages", daemon=True).start()

    def on_unmount(self) -> None:
        """Leaves the process as it was."""
        self._collector.stop()

    async def on_event(self, event: events.Event) -> None:
        """Takes note of every key and every move of the mouse.

        Args:
            event: Textual's event.
        """
        if isinstance(event, events.InputEvent):
            self._collector.stir()
        if isinstance(event, events.Key) and isinstance(self.screen, ModalScreen):
            typed_on = getattr(self.screen_stack[0], "is_typed_on", None)
            if typed_on is not None and typed_on(event):
                return
        await super().on_event(event)

    def show_page(self, name: str) -> None:
        """Brings a page to the front.

        Args:
            name: ``conversation``, ``campaign``, ``shortlist``, ``store`` or ``cells``.
        """
        if name != self.current_mode:
            self.switch_mode(name)

    def action_show_page(self, name: str) -> None:
        """Brings a page to the front, by a key.

        Args:
            name: As for `show_page`.
        """
        self.show_page(name)

    def on_title_bar_page_chosen(self, event: TitleBar.PageChosen) -> None:
        """Brings the page to the front whose name was clicked.

        Args:
            event: The click.
        """
        self.show_page(event.page)

    def set_campaign(self, name: str) -> None:
        """Makes a campaign the one in use; all pages read anew when they are next shown, the present one now.

        Args:
            name: Its name; empty for the only open one.
        """
        self.campaign, self.round = name, None
        self.refresh_pages()

    def refresh_pages(self) -> None:
        """Lets the page in front read anew; the others do when they come to the front."""
        for bar in self.screen_stack[0].query(TitleBar):
            bar.show_campaign(self.campaign)
        refresh = getattr(self.screen_stack[0], "refresh_page", None)
        if refresh is not None:
            refresh()

    def store_changed(self) -> None:
        """Somebody wrote to the store: the page in front reads anew, the others do when they are shown."""
        self.refresh_pages()

    # Jobs ----------------------------------------------------------------------------------------

    def run_job(
        self,
        title: str,
        function: Callable[..., Any],
        *arguments: Any,  # noqa: ANN401 – a tool's own types
        on_done: Callable[[Any], None] | None = None,
        on_failed: Callable[[HitscoutError], None] | None = None,
        on_cancelled: Callable[[], None] | None = None,
        quiet: bool = False,
        changes: bool | None = None,
        **named: Any,  # noqa: ANN401
    ) -> Job:
        """Runs a tool in a thread: ``function(workspace, *arguments, **named)``; Esc cancels it at its next step.

        Args:
            title: What is being done, for people; may hold names from data.
            function: The tool.
            *arguments: Its arguments after the workspace.
            on_done: Called on the interface's thread with the result.
            on_failed: Called on the interface's thread with the error; a message is shown where None.
            on_cancelled: Called on the interface's thread where it was cancelled.
            quiet: Whether it is a short read: no progress is shown, and Esc leaves it alone.
            changes: Whether it changes the store, so that the page in front reads anew; where None, unless quiet.
            **named: Its arguments by name.
        """
        changing = not quiet if changes is None else changes
        job = Job(clean(title), function, arguments, named, on_done, on_failed, on_cancelled, quiet, changing)
        self.jobs[job.number] = job
        self.show_jobs()
        start(job, lambda: self.workspace, self.post_message)
        return job

    def on_job_progress(self) -> None:
        """Shows a job's progress."""
        self.show_jobs()

    def on_job_ended(self, event: JobEnded) -> None:
        """Hands on a job's result, or shows why there is none.

        Args:
            event: How it ended.
        """
        job = event.job
        self.jobs.pop(job.number, None)
        self.show_jobs()
        if event.done:
            if job.on_done is not None:
                job.on_done(event.result)
            if job.changes:
                self.refresh_pages()
        elif event.error is not None:
            if job.on_failed is not None:
                job.on_failed(event.error)
            else:
                self.show_error(event.error)
        else:
            if job.on_cancelled is not None:
                job.on_cancelled()
            if not job.quiet:
                said = f"{job.title}: cancelled. What was finished before is kept, and nothing is left half."
                say(self, said, severity="warning")

    def show_error(self, error: HitscoutError) -> None:
        """Shows a refusal: what was given, and what would work.

        Args:
            error: The refusal.
        """
        say(self, trouble_in_chat(error, "\n"), title="That did not work", severity="error", seconds=12)

    def show_jobs(self) -> None:
        """Shows the newest job, or that there is none, in the status bar of the page in front."""
        loud = [job for job in self.jobs.values() if not job.quiet]
        for bar in self.screen_stack[0].query(StatusBar):
            if not loud:
                bar.show_job("")
                continue
            step = loud[-1].progress
            if step is None:
                bar.show_job(loud[-1].title)
            else:
                bar.show_job(loud[-1].title, step.done, step.total, step.message or step.task)

    def end_jobs(self, patience: float) -> None:
        """Tells all jobs to stop, and waits for them a little, so that none is cut off while it writes.

        Args:
            patience: Seconds to wait in all.
        """
        until = time.monotonic() + patience
        for job in self.jobs.values():
            job.cancel()
        if self.end_talk is not None:
            self.end_talk(patience)
        for job in list(self.jobs.values()):
            if job.thread is not None:
                job.thread.join(max(until - time.monotonic(), 0))

    # Keys ----------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leaves Esc, and the keys of pages, to a dialog where one is open.

        Args:
            action: Name of the action.
            parameters: Its parameters.
        """
        if action in ("escape", "show_page", "show_help") and isinstance(self.screen, ModalScreen):
            return False
        return super().check_action(action, parameters)

    def action_escape(self) -> None:
        """Closes what is open; else stops the newest job; else what the page itself can stop."""
        close = getattr(self.screen, "close_popup", None)
        if close is not None and close():
            return
        loud = [job for job in self.jobs.values() if not job.quiet and not job.cancelled.is_set()]
        if loud:
            loud[-1].cancel()
            return
        stop = getattr(self.screen, "stop", None)
        if stop is None or not stop():
            stop = getattr(self._conversation(), "stop", None)
            if stop is not None and self.screen is not self._conversation():
                stop()

    def action_interrupt(self) -> None:
        """Copies where text is selected; else quits when it comes twice."""
        selected = self.screen.get_selected_text()
        if selected:
            self.copy_text(selected, "the selection")
            self.screen.clear_selection()
            return
        now = time.monotonic()
        if now - self._interrupted_at <= QUIT_WITHIN:
            self.exit()
            return
        self._interrupted_at = now
        say(self, "Press Ctrl-C again to quit; nothing is lost.", seconds=QUIT_WITHIN)

    def action_show_help(self) -> None:
        """Shows commands and keys."""
        from tui.chat.widgets.help import HelpDialog

        self.push_screen(HelpDialog(tuple(getattr(self.screen, "KEYS", ()))))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002
        """What the command palette offers: pages, colours, and every slash command.

        Args:
            screen: The page in front.
        """
        for name, label in LABELS.items():
            yield SystemCommand(f"Page: {label}", "Brings it to the front", partial(self.show_page, name))
        yield SystemCommand("Light or dark", "Changes the colours", self.change_theme)
        yield SystemCommand("Help", "Commands and keys", self.action_show_help)
        for one in COMMANDS:
            yield SystemCommand(f"/{one.name} {one.takes}".strip(), one.does, partial(self._type_command, one.name))

    def _type_command(self, name: str) -> None:
        self.show_page("conversation")
        type_ = getattr(self._conversation(), "action_type", None)
        if type_ is not None:
            type_(f"/{name} ")

    def _conversation(self) -> Screen[Any] | None:
        """The conversation page, wherever one is; None where it was never shown."""
        stack = self._screen_stacks.get("conversation")
        return stack[0] if stack else None

    # Copying and colours -------------------------------------------------------------------------

    def copy_text(self, text: str, what: str) -> None:
        """Copies a text to the clipboard (OSC 52) and, because not every terminal takes that, to a file.

        Args:
            text: The text.
            what: What it is, for the message.
        """
        self.copy_to_clipboard(text)
        path = self.workspace.paths.data / COPIED_FILE
        try:
            content = (text + "\n").encode(errors="backslashreplace")
            keep(path, lambda stream: stream.write(content), private=True)
        except OSError:
            say(self, f"Copied {what}.")
            return
        say(self, f"Copied {what}; where your terminal has no clipboard, it is in {path}.")

    def change_theme(self, name: str = "") -> None:
        """Changes the colours, and keeps that for the next time.

        Args:
            name: ``light`` or ``dark``; the other one where empty.
        """
        wanted = name or ("light" if self.current_theme.dark else "dark")
        self.theme = THEMES[wanted]
        save_theme(wanted)
