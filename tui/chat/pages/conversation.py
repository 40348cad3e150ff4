"""The conversation page: questions, answers as they come, and what the tools did."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, TextArea

from tui.chat.first_start import HOW_TO_SET_A_KEY, OFFLINE_CAN, Standing, look, offer_of
from tui.chat.history import FILE_NAME, History
from tui.chat.pages.slashes import SlashPage
from tui.chat.run_view import RunView, entries_of
from tui.chat.slash import Names, Offer, offers, without_marks
from tui.chat.spending import Spending
from tui.chat.talk import OFFLINE, Talk, TalkConsent, TalkEvent, TalkReady, TalkRestored, Wanted
from tui.chat.widgets.approval import ApprovalDialog, Verdict
from tui.chat.widgets.asking import ConfirmDialog
from tui.chat.widgets.bars import StatusBar
from tui.chat.widgets.dialog import Dialog
from tui.chat.widgets.log import Log, Noted, Said
from tui.chat.widgets.prompt import Offers, Prompt

PAUSE = 1.0
"""Seconds without a key after which a key answers the dialog that came up amid a sentence."""


class ConversationPage(SlashPage):
    """Questions, answers, and a card for each call of a tool."""

    page_name: ClassVar[str] = "conversation"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+y", "copy_answer", "Copy", show=False, priority=True),
        Binding("pageup", "scroll_log(-1)", "Up", show=False, priority=True),
        Binding("pagedown", "scroll_log(1)", "Down", show=False, priority=True),
        Binding("slash", "type('/')", show=False, priority=True),
        Binding("question_mark", "app.show_help", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.names = Names()
        self.running = False
        self.queue: list[Said] = []
        self._approval: tuple[str, ApprovalDialog] | None = None
        self.spending = Spending()
        self._cancelled = False
        self._offered = False
        self._looking = False
        self._typed_until = 0.0

    # Setting up ----------------------------------------------------------------------------------

    def content(self) -> ComposeResult:
        """The conversation, the completions and the prompt."""
        yield Log()
        yield Offers()
        yield Prompt(History(), self._complete)

    def on_mount(self) -> None:
        """Shows the page first, and loads what answers after that."""
        self.view = RunView(self.log_view)
        self.query_one(Prompt).focus()
        app = self.hitscout
        wanted = Wanted(app.language_model, app.campaign, app.resume)
        self.talk = Talk(lambda: app.workspace, self.post_message, wanted)
        app.end_talk = self.talk.stop
        self.set_interval(0.05, self.view.flush)
        self._show_status()
        self.call_after_refresh(self._after_first_paint)

    def _after_first_paint(self) -> None:
        self.talk.start()
        self._looking = True
        self.hitscout.run_job("look", look, on_done=self._looked, quiet=True)

    def _looked(self, standing: Standing) -> None:
        self.names = standing.names
        self.query_one(Prompt).inputs.keep_in(self.hitscout.workspace.paths.data / FILE_NAME)
        if standing.empty and not self._offered:
            self._offered = True
            self.log_view.add(Noted("\n".join(offer_of(standing))))

    def refresh_page(self) -> None:
        """Looks for new names, except at the very start, which is for the first paint."""
        self._show_status()
        if self._looking:
            self.hitscout.run_job("look", look, on_done=self._looked, quiet=True)

    def on_unmount(self) -> None:
        """Ends the run; what was said is in the transcript."""
        self.talk.cancel()

    def _complete(self, before: str) -> list[Offer]:
        return offers(before, self.names)

    # Typing --------------------------------------------------------------------------------------

    def on_prompt_sent(self, event: Prompt.Sent) -> None:
        """Takes what was typed: a command, or a question.

        Args:
            event: What was typed.
        """
        if event.text.startswith("/"):
            self.slash(event.text)
        else:
            self.ask(without_marks(event.text, self.names))

    def ask(self, text: str) -> None:
        """Asks now, or when the run that goes on has ended.

        Args:
            text: The question.
        """
        said = Said(text, queued=self.running)
        self.log_view.action_newest()
        self.log_view.add(said)
        if self.running:
            self.queue.append(said)
            self._show_status()
        else:
            self._ask(text)

    def _ask(self, text: str) -> None:
        self.running, self._cancelled = True, False
        self.view.begin()
        self._show_status()
        self.talk.ask(text)

    # What the conversation tells -----------------------------------------------------------------

    def on_talk_ready(self, event: TalkReady) -> None:
        """Says who answers.

        Args:
            event: Who answers.
        """
        offline, first = event.name == OFFLINE, not self.who
        self.who = "offline assistant (no language model)" if offline else event.name
        if event.trouble is not None:
            self.trouble(event.trouble.message, event.trouble.suggestion)
            self.log_view.add(Noted("The offline assistant answers meanwhile."))
        elif offline and first and not self.hitscout.resume:
            self.log_view.add(Noted(f"{OFFLINE_CAN}\n{HOW_TO_SET_A_KEY}\n/help shows commands and keys."))
        elif not first:
            self.log_view.add(Noted(f"From now on {self.who} answers."))
        self._show_status()

    def on_talk_restored(self, event: TalkRestored) -> None:
        """Shows an earlier conversation.

        Args:
            event: The conversation.
        """
        self.log_view.wipe()
        self.log_view.add(*entries_of(event.lines), Noted(f"Carried on: {event.transcript}."))
        self.hitscout.campaign = event.campaign
        self.hitscout.transcript = event.transcript
        self.spending.restore(event.lines)
        self.query_one(Prompt).focus()
        self._show_status()

    def on_talk_consent(self, event: TalkConsent) -> None:
        """Asks before something leaves the machine for the first time.

        Args:
            event: What would go where.
        """
        dialog = ConfirmDialog("May this leave your machine, now and later?", event.sentences, yes="Agree")
        self._interrupt(dialog, lambda yes: self._consented(event.question, agreed=bool(yes)))

    def _consented(self, question: str, *, agreed: bool) -> None:
        if agreed:
            self.talk.agree()
            self.talk.ask(question)
            return
        self.log_view.add(Noted("Nothing was sent. /model offline asks the offline assistant."))
        self.query_one(Prompt).put(question)
        self._ended(sent_back=True)

    def on_talk_event(self, event: TalkEvent) -> None:
        """Shows what happens in a run.

        Args:
            event: The event.
        """
        from agent import events as agent_events

        told = event.event
        self.view.take(told)
        if isinstance(told, agent_events.ApprovalAsked):
            self._ask_approval(told)
        elif isinstance(told, agent_events.Used):
            self.spending.take(told)
            self._show_status()
        elif isinstance(told, agent_events.ToolFinished):
            self._close_approval(told.call_id)
            if told.outcome == "done" and told.tool in _writing():
                self.hitscout.store_changed()
        elif isinstance(told, (agent_events.Finished, agent_events.Failed)):
            if isinstance(told, agent_events.Finished):
                self.spending.take(told.usage)
            self._close_approval()
            self._ended(sent_back=self._cancelled)

    def _ended(self, *, sent_back: bool) -> None:
        """A run has ended: the next question is asked, or, after an interruption, put back where it can be changed."""
        self.running = False
        self.spending.end_run()
        self.hitscout.transcript = self.talk.wanted.resume
        if self.queue and sent_back:
            prompt = self.query_one(Prompt)
            waiting = [said.text for said in self.queue]
            for said in self.queue:
                said.queued = False
                said.text = f"{said.text}  (not sent)"
                self.log_view.redraw(said)
            self.queue.clear()
            prompt.put("\n".join([*waiting, *([prompt.text] if prompt.text else [])]))
        elif self.queue:
            said = self.queue.pop(0)
            said.queued = False
            self.log_view.redraw(said)
            self._ask(said.text)
        self._show_status()

    # Approval ------------------------------------------------------------------------------------

    def _ask_approval(self, asked: Any) -> None:  # noqa: ANN401 – ApprovalAsked
        dialog = ApprovalDialog(asked.tool, asked.effect, asked.arguments)
        self._approval = (asked.call_id, dialog)
        self._interrupt(dialog, lambda verdict: self._decided(asked.call_id, verdict))

    def _decided(self, call_id: str, verdict: Verdict | None) -> None:
        from agent.conversation import Decision

        if self._approval is None or self._approval[0] != call_id:
            return
        self._approval = None
        given = verdict or Verdict(approved=False)
        self.talk.decide(call_id, Decision(given.approved, given.arguments))

    def _close_approval(self, call_id: str | None = None) -> None:
        """Closes the dialog of a call that has ended without it."""
        if self._approval is not None and call_id in (None, self._approval[0]):
            dialog = self._approval[1]
            self._approval = None
            if dialog.is_attached:
                dialog.dismiss(None)

    def _interrupt(self, dialog: Dialog[Any], answered: Callable[[Any], None]) -> None:
        """Opens a dialog that nobody called for just now: what is being typed must neither answer it nor be lost."""
        self._typed_until = time.monotonic() + PAUSE if self.query_one(Prompt).text else 0.0
        self.hitscout.push_screen(dialog, answered)

    # Keys ----------------------------------------------------------------------------------------

    def is_typed_on(self, event: events.Key) -> bool:
        """Takes a key for the prompt where a dialog came up amid a sentence and typing has not paused since.

        Args:
            event: The key.
        """
        now = time.monotonic()
        if now > self._typed_until or not (event.is_printable or event.key == "enter"):
            return False
        self._typed_until = now + PAUSE
        self.query_one(Prompt).post_message(event)
        return True

    def close_popup(self) -> bool:
        """Closes the completions; whether there were any."""
        return self.query_one(Prompt).close_offers()

    def stop(self) -> bool:
        """Ends the run that goes on; whether there was one."""
        if self.running:
            self._cancelled = True
            self.talk.cancel()
            return True
        self.query_one(Prompt).focus()
        return False

    def begin_anew(self, resume: str = "") -> None:
        """Empties the page and goes over to another conversation; the old one is kept.

        Args:
            resume: Id of the transcript to carry on; a new conversation where empty.
        """
        if self.running:
            self.trouble("A run goes on.", "Esc stops it; then try again.")
            return
        if not resume:
            self.log_view.wipe()
            self.log_view.add(Noted("A new conversation. The one before is kept: /resume."))
        self.spending = Spending()
        self.talk.turn_to(Wanted(self.hitscout.language_model, self.hitscout.campaign, resume))
        self._show_status()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leaves a slash to the field that has the focus.

        Args:
            action: Name of the action.
            parameters: Its parameters.
        """
        # It is a priority binding because what is typed after it must find the focus in the prompt already.
        if action == "type" and isinstance(self.focused, (Input, TextArea)):
            return False
        return super().check_action(action, parameters)

    def action_copy_answer(self) -> None:
        """Copies the newest answer."""
        self.copy_answer()

    def action_scroll_log(self, direction: int) -> None:
        """Scrolls the conversation by a page, from wherever the focus is.

        Args:
            direction: −1 up, 1 down.
        """
        log = self.query_one(Log)
        (log.scroll_page_up if direction < 0 else log.scroll_page_down)(animate=False)

    def action_type(self, text: str) -> None:
        """Begins to type, from wherever the focus is.

        Args:
            text: The first letters.
        """
        prompt = self.query_one(Prompt)
        prompt.focus()
        prompt.put(text)

    # Status --------------------------------------------------------------------------------------

    def _show_status(self) -> None:
        bars = self.query(StatusBar)
        if bars:
            bars.first().show(self._status())

    def _status(self) -> Sequence[str]:
        state = "working, Esc stops" if self.running else ""
        waiting = f"{len(self.queue)} waiting" if self.queue else ""
        return [state, self.who or "starting …", *self.spending.parts(), waiting, "" if self.running else "? help"]


def _writing() -> frozenset[str]:
    from agent.binding import all_tools

    return frozenset(all_tools("writing"))
