"""The conversation beside the interface: a thread with an event loop of its own, so that no answer holds up a key."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from textual.message import Message

from db.errors import HitscoutError

if TYPE_CHECKING:
    from agent.conversation import Conversation, Decision
    from agent.events import ApprovalAsked, Event
    from tools.workspace import Workspace

OFFLINE = "offline"
"""As in `agent.settings`, which is not imported here because it would be imported before the first paint."""


class TalkEvent(Message):
    """Something happened in a run: one of `agent.events`."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class TalkReady(Message):
    """Who answers is known.

    Attributes:
        name: Name of the language model, or ``offline``.
        trouble: Why another one that was asked for cannot be used; None where it can.
    """

    def __init__(self, name: str, trouble: HitscoutError | None = None) -> None:
        super().__init__()
        self.name = name
        self.trouble = trouble


class TalkRestored(Message):
    """An earlier conversation is carried on.

    Attributes:
        transcript: Its id.
        campaign: Its campaign; may be empty.
        lines: What was said, as its transcript has it.
    """

    def __init__(self, transcript: str, campaign: str, lines: Sequence[Mapping[str, Any]]) -> None:
        super().__init__()
        self.transcript = transcript
        self.campaign = campaign
        self.lines = lines


class TalkConsent(Message):
    """Before the first question something would leave this machine that nobody agreed to.

    Attributes:
        sentences: What would go where.
        question: The question that waits.
    """

    def __init__(self, sentences: Sequence[str], question: str) -> None:
        super().__init__()
        self.sentences = sentences
        self.question = question


@dataclass(frozen=True)
class Wanted:
    """Which conversation is wanted.

    Attributes:
        language_model: As ``--model`` takes it; of the settings where empty.
        campaign: The campaign in use; may be empty.
        resume: Id of the transcript to carry on; empty for a new one.
    """

    language_model: str = ""
    campaign: str = ""
    resume: str = ""


class Talk:
    """One conversation after the other, in a thread of their own; every method is called from the interface's thread.

    Args:
        workspace: Gives the workspace; called in the thread.
        post: Takes messages; may be called from any thread.
        wanted: Which conversation is wanted.
    """

    def __init__(self, workspace: Callable[[], Workspace], post: Callable[[Message], Any], wanted: Wanted) -> None:
        self._workspace = workspace
        self._post = post
        self.wanted = wanted
        self._conversation: Conversation | None = None
        self._agree = False
        self._idle = threading.Event()
        self._idle.set()
        self._waiting: dict[str, asyncio.Future[Decision]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="hitscout conversation", daemon=True)

    # For the interface ---------------------------------------------------------------------------

    def start(self) -> None:
        """Loads what answers, and the conversation that is to be carried on."""
        self._thread.start()
        self._run(self._prepare())

    def ask(self, question: str) -> None:
        """Asks; what happens comes as `TalkEvent`, the last one `Finished` or `Failed`.

        Args:
            question: What the person said.
        """
        self._run(self._ask(question))

    def cancel(self) -> None:
        """Ends the run that goes on."""
        if self._conversation is not None:
            self._conversation.cancel()

    def decide(self, call_id: str, decision: Decision) -> None:
        """Gives a person's word on a writing tool.

        Args:
            call_id: The call.
            decision: The word.
        """

        def tell() -> None:
            future = self._waiting.get(call_id)
            if future is not None and not future.done():
                future.set_result(decision)

        self._loop.call_soon_threadsafe(tell)

    def agree(self) -> None:
        """A person agrees to what leaves this machine, now and later."""
        self._agree = True

    def turn_to(self, wanted: Wanted) -> None:
        """Goes over to another language model, campaign or transcript; the next question is asked there.

        Args:
            wanted: Which conversation is wanted.
        """
        self._run(self._turn_to(wanted))

    def note_tool(self, tool: str, arguments: Mapping[str, Any], result: Any, seconds: float) -> None:  # noqa: ANN401
        """Writes down a tool that the person called without the assistant, so that a resumed page shows it again.

        Args:
            tool: Name of the tool.
            arguments: What it was given.
            result: What it gave.
            seconds: How long it took.
        """
        self._run(self._note_tool(tool, arguments, result, seconds))

    def stop(self, patience: float = 0.0) -> None:
        """Ends the run and the thread.

        Args:
            patience: Seconds to wait for a tool that may be writing just now.
        """
        self.cancel()
        if not self._thread.is_alive():
            return
        self._idle.wait(patience)
        self._loop.call_soon_threadsafe(self._close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        # A thread that outlives the interpreter keeps what it has imported, and DuckDB complains of that at length.
        self._thread.join(max(patience, 1.0))

    # In the thread -------------------------------------------------------------------------------

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _prepare(self) -> None:
        from agent.providers.language_models import resolve
        from agent.settings import load_settings

        try:
            settings = load_settings(self._workspace().paths, name=self.wanted.language_model)
            self._post(TalkReady(resolve(settings=settings).model_name))
        except Exception as error:  # noqa: BLE001 – whatever is wrong with it, the offline assistant can answer
            self.wanted = replace(self.wanted, language_model=OFFLINE)
            self._post(TalkReady(OFFLINE, _refusal(error)))
        if self.wanted.resume:
            await self._restore()

    async def _restore(self) -> None:
        from agent.events import Failed
        from agent.transcripts.listing import transcript_show

        try:
            shown = transcript_show(self._workspace(), self.wanted.resume)
        except Exception as error:  # noqa: BLE001 – told as any other refusal
            self.wanted = replace(self.wanted, resume="")
            refusal = _refusal(error)
            self._post(TalkEvent(Failed(refusal.kind, refusal.message, refusal.suggestion)))
            return
        self.wanted = replace(self.wanted, resume=shown.id, campaign=self.wanted.campaign or shown.campaign)
        self._post(TalkRestored(shown.id, self.wanted.campaign, shown.lines))

    async def _turn_to(self, wanted: Wanted) -> None:
        changed = wanted.resume != self.wanted.resume
        self._close()
        self.wanted = wanted
        if changed or not wanted.resume:
            await self._prepare()
        else:
            await self._prepare_again()

    async def _prepare_again(self) -> None:
        """As `_prepare`, for a conversation that is shown already."""
        resume, self.wanted = self.wanted.resume, replace(self.wanted, resume="")
        await self._prepare()
        self.wanted = replace(self.wanted, resume=resume)

    async def _ask(self, question: str) -> None:
        from agent.events import Failed, Finished

        ended = False
        self._idle.clear()
        try:
            conversation = await self._opened(question)
            if conversation is None:
                return
            async for event in conversation.run(question):
                ended = isinstance(event, (Failed, Finished))
                self._post(TalkEvent(event))
        except Exception as error:  # noqa: BLE001 – a run ends in an event, whatever ends it
            if not ended:
                refusal = _refusal(error)
                self._post(TalkEvent(Failed(refusal.kind, refusal.message, refusal.suggestion)))
        finally:
            self._idle.set()

    async def _opened(self, question: str) -> Conversation | None:
        """The conversation, opened at its first question; None where a person has to agree first."""
        if self._conversation is None:
            from agent.assistant import open_conversation
            from agent.privacy.consent import missing_consent
            from agent.providers.language_models import resolve
            from agent.settings import load_settings

            workspace = self._workspace()
            settings = load_settings(workspace.paths, name=self.wanted.language_model)
            answering = resolve(settings=settings)
            missing = [] if self._agree else missing_consent(answering, workspace.paths)
            if missing:
                self._post(TalkConsent([one.text for one in missing], question))
                return None
            self._conversation = open_conversation(
                workspace,
                language_model=answering,
                settings=settings,
                campaign=self.wanted.campaign,
                approve=self._approve,
                resume=self.wanted.resume,
                agree=self._agree,
            )
            self.wanted = replace(self.wanted, resume=self._conversation.transcript)
        return self._conversation

    async def _approve(self, asked: ApprovalAsked) -> Decision:
        future: asyncio.Future[Decision] = self._loop.create_future()
        self._waiting[asked.call_id] = future
        try:
            return await future
        finally:
            self._waiting.pop(asked.call_id, None)

    async def _note_tool(self, tool: str, arguments: Mapping[str, Any], result: Any, seconds: float) -> None:  # noqa: ANN401
        from agent.events import ToolFinished
        from agent.serialising import fenced, plain, summary_line

        if self._conversation is None:
            return
        value = plain(result)
        finished = ToolFinished(f"person-{tool}", tool, "done", seconds, summary_line(value))
        self._conversation.log.tool(finished, arguments, fenced(tool, value), value)

    def _close(self) -> None:
        if self._conversation is not None:
            self._conversation.cancel()
            self._conversation.log.file.close()
            self._conversation = None


def _refusal(error: Exception) -> HitscoutError:
    from tui.layouts.refusal import refusal_of

    return refusal_of(error, ["chat"])
