"""Slash commands on the conversation page: most ask the assistant, some move about, a few call a tool themselves."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from db.errors import HitscoutError, InvalidValueError
from tui.chat.pages import campaign_slashes
from tui.chat.pages.base import Page
from tui.chat.slash import BY_NAME, named, question_of
from tui.chat.talk import Talk
from tui.chat.widgets.asking import ChoiceDialog, ConfirmDialog
from tui.chat.widgets.log import Answered, Called, Log, Noted
from tui.chat.widgets.tool_card import Call
from tui.layouts.acts import in_chat, spoken, trouble_in_chat

if TYPE_CHECKING:
    from tools.campaigns.rounds.judged_round import Judged
    from tools.workspace import Workspace


class SlashPage(Page):
    """What the conversation page does on a slash command."""

    talk: Talk
    who: str = ""

    @property
    def log_view(self) -> Log:
        """The conversation as it is shown."""
        return self.query_one(Log)

    def ask(self, text: str) -> None:
        """Asks the assistant, now or when the run that goes on has ended.

        Args:
            text: The question.
        """
        raise NotImplementedError

    def begin_anew(self, resume: str = "") -> None:
        """Empties the page and goes over to another conversation.

        Args:
            resume: Id of the transcript to carry on; a new conversation where empty.
        """
        raise NotImplementedError

    def slash(self, text: str) -> None:
        """Does what a slash command says.

        Args:
            text: What was typed.
        """
        name, given = named(text)
        command = BY_NAME.get(name)
        if command is None:
            self.trouble(f"There is no command /{name}.", "Type / to see all of them, or /help.")
            return
        own = getattr(self, f"_do_{command.handler or name}", None)
        if own is not None:
            own(given)
            return
        self._asked(name, given)

    def _asked(self, name: str, given: str) -> None:
        command = BY_NAME[name]
        question = question_of(command, given)
        if question:
            self.ask(question)
        else:
            self.trouble(f"/{name} needs more than that.", f"/{name} {command.takes}: {command.does}")

    def trouble(self, message: str, suggestion: str = "") -> None:
        """Says what cannot be done, and what would work.

        Args:
            message: What was given.
            suggestion: What would work.
        """
        self.log_view.add(Noted(in_chat(f"{message}\n{suggestion}".strip()), "trouble"))

    # Moving about --------------------------------------------------------------------------------

    def _do_campaign(self, given: str) -> None:
        if not given:
            self.hitscout.show_page("campaign")
            return
        self.hitscout.run_job(
            "campaign", _campaign_named, given.lstrip("@").strip('"'), on_done=self._campaign_chosen, quiet=True
        )

    def _campaign_chosen(self, name: str) -> None:
        self.hitscout.set_campaign(name)
        self.talk.turn_to(replace(self.talk.wanted, campaign=name))
        self.log_view.add(Noted(f"The campaign in use is now {name}."))

    def _do_shortlist(self, given: str) -> None:  # noqa: ARG002
        self.hitscout.show_page("shortlist")

    def _do_store(self, given: str) -> None:  # noqa: ARG002
        self.hitscout.show_page("store")

    def _do_cells(self, given: str) -> None:  # noqa: ARG002
        self.hitscout.show_page("cells")

    def _do_help(self, given: str) -> None:  # noqa: ARG002
        self.hitscout.action_show_help()

    def _do_quit(self, given: str) -> None:  # noqa: ARG002
        self.hitscout.exit()

    def _do_theme(self, given: str) -> None:
        if given not in ("", "light", "dark"):
            self.trouble(f"There is no theme {given!r}.", "/theme light, or /theme dark")
            return
        self.hitscout.change_theme(given)

    def _do_copy(self, given: str) -> None:
        if given and (not given.isdecimal() or given == "0"):
            self.trouble(
                f"{given!r} is no number of an answer.", "/copy copies the newest answer, /copy 2 the one before."
            )
            return
        self.copy_answer(int(given or 1))

    def copy_answer(self, number: int = 1) -> None:
        """Copies an answer.

        Args:
            number: Which, counted from the newest one.
        """
        answers = [one for one in self.log_view.entries if isinstance(one, Answered) and one.text.strip()]
        if len(answers) < number:
            self.trouble("There is no such answer to copy.")
            return
        self.hitscout.copy_text(answers[-number].text, "the answer")

    # Conversations -------------------------------------------------------------------------------

    def _do_new(self, given: str) -> None:  # noqa: ARG002
        self.begin_anew()

    def _do_clear(self, given: str) -> None:  # noqa: ARG002
        self.begin_anew()

    def _do_resume(self, given: str) -> None:
        if given:
            self.begin_anew(given)
            return
        self.hitscout.run_job("conversations", _conversations, on_done=self._choose_conversation, quiet=True)

    def _choose_conversation(self, found: Any) -> None:  # noqa: ANN401 – ListedTranscript
        from tui.layouts.format import Column

        if not found:
            self.log_view.add(Noted("There is no earlier conversation."))
            return
        columns = [Column("last said"), Column("with"), Column("campaign"), Column("first question", running=True)]
        rows = [[f"{one.last_at:%Y-%m-%d %H:%M}", one.language_model, one.campaign, one.title] for one in found]
        dialog = ChoiceDialog("Carry on which conversation?", columns, rows, [one.id for one in found])
        self.hitscout.push_screen(dialog, lambda chosen: self.begin_anew(chosen) if chosen else None)

    def _do_language_model(self, given: str) -> None:
        if not given:
            self.log_view.add(Noted(f"{self.who}\n/model NAME asks another one: offline, or PROVIDER:NAME."))
            return
        self.hitscout.language_model = given
        self.talk.turn_to(replace(self.talk.wanted, language_model=given))

    # Tools that the person calls -----------------------------------------------------------------

    def _do_demo(self, given: str) -> None:  # noqa: ARG002
        from tui.chat.first_start import fetch_demo

        self.run_tool("fetch the demo data", "fetch", fetch_demo, {})

    def _do_start(self, given: str) -> None:
        name, _, phenotype = given.partition(" ")
        if not phenotype.strip():
            self.trouble("A campaign needs a name and a phenotype.", "/start tcell IL-2 production in T cells")
            return

        def done(result: Any) -> None:  # noqa: ANN401, ARG001 – the campaign that was started
            self._campaign_chosen(name)

        from tools.campaigns.start.start import campaign_start

        arguments = {"name": name, "phenotype": phenotype.strip().strip('"')}
        self.run_tool(f"start {name}", "campaign_start", campaign_start, arguments, done)

    def _do_exclude(self, given: str) -> None:
        campaign_slashes.exclude(self, given)

    def _do_export(self, given: str) -> None:
        campaign_slashes.export(self, given)

    def _do_why(self, given: str) -> None:
        if not campaign_slashes.explained(self, given, "explain_prediction"):
            self._asked("why", given)

    def _do_whynot(self, given: str) -> None:
        if not campaign_slashes.explained(self, given, "why_not"):
            self._asked("whynot", given)

    def _do_grade(self, given: str) -> None:
        campaign = {"name": self.hitscout.campaign} if self.hitscout.campaign else {}
        if not given:
            self._offer_grades({"language_model": self.hitscout.language_model, **campaign})
            return
        try:
            gene, grade, reason = _grade_parts(given)
        except HitscoutError as error:
            self.trouble(error.message, error.suggestion)
            return
        from tools.campaigns.rounds.grade import campaign_grade

        self.run_tool(
            f"grade {gene}",
            "campaign_grade",
            campaign_grade,
            {"gene": gene, "grade": grade, "reason": reason, **campaign},
        )

    def _offer_grades(self, arguments: dict[str, Any]) -> None:
        """Says what grading would take before it is begun."""
        from tui.chat.grading_job import judge_newest, offer_of

        def ask(estimate: Judged) -> None:
            dialog = ConfirmDialog("Let the language model grade?", offer_of(estimate), yes="Grade")
            self.hitscout.push_screen(dialog, lambda yes: grade() if yes else None)

        def grade() -> None:
            self.run_tool("grades", "judge_round", judge_newest, arguments)

        self.hitscout.run_job(
            "what grading would take", judge_newest, on_done=ask, changes=False, only_estimate=True,
            on_failed=lambda error: self.trouble(error.message, error.suggestion), **arguments,
        )  # fmt: skip

    def run_tool(
        self,
        title: str,
        tool: str,
        function: Callable[..., Any],
        arguments: dict[str, Any],
        then: Callable[[Any], None] | None = None,
    ) -> None:
        """Runs a tool that the person asked for in so many words, and shows its card.

        Args:
            title: What is being done.
            tool: Name of the tool, for card and transcript.
            function: The tool.
            arguments: Its arguments by name.
            then: Called with the result.
        """
        import time

        from tui.chat.run_view import notable

        entry = Called(Call(tool, arguments))
        self.log_view.add(entry)
        began = time.monotonic()

        def done(result: Any) -> None:  # noqa: ANN401
            from agent.serialising import plain, summary_line

            call = entry.call
            call.value = spoken(plain(result), in_chat)
            call.outcome, call.seconds, call.summary = "done", time.monotonic() - began, summary_line(call.value)
            call.lines = notable(tool, arguments, call.value)
            self.log_view.redraw(entry)
            self.talk.note_tool(tool, arguments, result, call.seconds)
            if then is not None:
                then(result)

        def cancelled() -> None:
            entry.call.outcome, entry.call.seconds = "interrupted", time.monotonic() - began
            self.log_view.redraw(entry)

        def failed(error: HitscoutError) -> None:
            call = entry.call
            call.outcome, call.seconds = "failed", time.monotonic() - began
            call.summary = trouble_in_chat(error)
            call.lines = tuple(in_chat(part) for part in (error.message, error.suggestion) if part)
            self.log_view.redraw(entry)

        self.hitscout.run_job(title, function, on_done=done, on_failed=failed, on_cancelled=cancelled, **arguments)


def _campaign_named(workspace: Workspace, name: str) -> str:
    from tools.campaigns.chosen_campaign import pick_campaign

    return pick_campaign(workspace.store, name).name


def _conversations(workspace: Workspace) -> Any:  # noqa: ANN401 – ListedTranscript
    from agent.transcripts.listing import transcript_list

    return transcript_list(workspace)


def _grade_parts(given: str) -> tuple[str, float, str]:
    try:
        words = shlex.split(given)
    except ValueError:
        words = given.split()
    how = "/grade VAV1 3 upstream of every hit so far"
    if len(words) < 3:
        raise InvalidValueError("A grade is a gene, a number from 0 to 4, and a reason.", how)
    try:
        grade = float(words[1])
    except ValueError:
        raise InvalidValueError(f"{words[1]!r} is no grade from 0 to 4.", how) from None
    return words[0].lstrip("@"), grade, " ".join(words[2:])
