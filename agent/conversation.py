"""A conversation: questions in, a stream of events out, and a transcript that outlives whatever happens."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from agent.agents import build_agent, context_of
from agent.approvals import Approve as Approve
from agent.approvals import Decision as Decision
from agent.approvals import approve_all as approve_all
from agent.approvals import approve_none as approve_none
from agent.approvals import arguments_of
from agent.binding import Called, Toolbox, all_tools, effect_of
from agent.events import (
    ApprovalAsked,
    Event,
    Failed,
    Finished,
    Mark,
    Notice,
    Outcome,
    TextDelta,
    ToolFinished,
    ToolStarted,
    Used,
)
from agent.grounding import marks_on
from agent.notices import on_notice
from agent.privacy.keys import StreamedText, redact
from agent.privacy.sharing import share_of
from agent.providers.errors import explain
from agent.providers.language_models import is_offline
from agent.providers.prices import cost_of
from agent.settings import LanguageModelSettings
from agent.transcripts.log import TranscriptLog
from agent.transcripts.rounds_made import link_made_rounds, shortlist_of
from db.interrupts import Calls
from tools.workspace import Workspace

if TYPE_CHECKING:
    from pydantic_ai.agent import AgentRunEvents
    from pydantic_ai.messages import ModelMessage, ToolCallPart
    from pydantic_ai.models import Model
    from pydantic_ai.tools import DeferredToolRequests, DeferredToolResults, RunContext


@dataclass
class _Run:
    """What one run knows while it goes on."""

    toolbox: Toolbox
    emit: Callable[[Event], None]
    arguments: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    tools: dict[str, str] = field(default_factory=dict)
    began: dict[str, float] = field(default_factory=dict)
    shortlist: Mapping[str, Any] | None = None
    answer: str = ""
    streamed: StreamedText = field(default_factory=StreamedText)
    used: Used = field(default_factory=Used)
    waiting: float = 0.0
    """Seconds that the run waited for a person, which its deadline does not count."""
    waiting_since: float | None = None
    out_of_time: bool = False


class Conversation:
    """One conversation with a language model or the offline assistant.

    It is used from one event loop; `cancel` may be called from any thread.

    Args:
        workspace: What is talked about.
        language_model: As `agent.providers.language_models.resolve` gives it.
        settings: Limits of each run.
        log: Where it is written down.
        approve: Asked before each writing tool.
        campaign: Name of the campaign in use; tools take the only open one where empty.
        history: What was said before.
        seed: Seed of the tools' random numbers.
    """

    def __init__(
        self,
        workspace: Workspace,
        language_model: Model,
        settings: LanguageModelSettings,
        log: TranscriptLog,
        *,
        approve: Approve = approve_none,
        campaign: str = "",
        history: list[ModelMessage] | None = None,
        seed: int = 0,
    ) -> None:
        self.workspace = workspace
        self.language_model = language_model
        self.settings = settings
        self.log = log
        self.approve = approve
        self.campaign = campaign
        self.history: list[ModelMessage] = list(history or [])
        self.seed = seed
        self._cancelled = threading.Event()
        self._running = Calls()
        self._events: AgentRunEvents[Any] | None = None
        log.continue_after(self.history)

    @property
    def transcript(self) -> str:
        """Id of the transcript."""
        return self.log.id

    @property
    def name(self) -> str:
        """Name of the language model, or ``offline``."""
        return self.language_model.model_name

    def cancel(self) -> None:
        """Ends the run that goes on, if any; what it did so far is kept. May be called from any thread."""
        self._cancelled.set()
        self._running.interrupt()
        if self._events is not None:
            self._events.cancel()

    async def run(self, question: str) -> AsyncIterator[Event]:
        """Asks, and tells what happens; ends with exactly one `Finished` or `Failed`.

        Args:
            question: What the person said.

        Yields:
            The events.
        """
        self._cancelled.clear()
        queue: asyncio.Queue[Event] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        own_thread = threading.get_ident()

        def emit(event: Event) -> None:
            if threading.get_ident() == own_thread:
                queue.put_nowait(event)
            else:
                # A tool's thread may outlive the run, and then nobody listens.
                with suppress(RuntimeError):
                    loop.call_soon_threadsafe(queue.put_nowait, event)

        task = asyncio.create_task(self._drive(question, emit))
        try:
            while True:
                event = await queue.get()
                yield event
                if isinstance(event, (Finished, Failed)):
                    break
        finally:
            if not task.done():
                self.cancel()
            await asyncio.gather(task, return_exceptions=True)

    # One run -------------------------------------------------------------------------------------

    async def _drive(self, question: str, emit: Callable[[Event], None]) -> None:
        toolbox = Toolbox(
            self.workspace, self.seed, emit, self._cancelled, self._running,
            lambda result: self._written(run, result), by=self.name,
            share=share_of(self.language_model), own_words=is_offline(self.language_model),
        )  # fmt: skip
        run = _Run(toolbox, emit)
        token = on_notice.set(lambda text: self._notice(run, Notice(text)))
        try:
            self.log.asked(question)
            emit(await self._ended(question, run))
        except BaseException as error:  # noqa: BLE001 – a run ends in an event, whatever ends it
            emit(explain(error))
        finally:
            on_notice.reset(token)

    async def _ended(self, question: str, run: _Run) -> Event:
        """Runs to the end; the end is written down before it is told."""
        try:
            await self._consume(question, run)
        except BaseException as error:  # noqa: BLE001
            failed = explain(error, self.language_model)
            if run.out_of_time:
                seconds = self.settings.deadline
                failed = Failed(
                    "deadline", f"The run reached its deadline of {seconds:g} s.", "Ask for less at a time."
                )
            self._text(run, run.streamed.rest())
            self._finish_calls(run)
            self.log.end(run.used)
            self.log.end(failed)
            await self._index()
            return failed
        # Before the answer: a transcript that ends with an answer is whole.
        marks = await self._marked(run)
        self.log.end(run.used)
        self.log.end(run.answer)
        await self._index()
        return Finished(run.answer, run.shortlist, self.transcript, run.used, marks)

    async def _marked(self, run: _Run) -> tuple[str, ...]:
        """Marks on the answer, told and written down; the offline assistant makes nothing up."""
        if is_offline(self.language_model):
            return ()
        marks = await asyncio.to_thread(marks_on, self.workspace, run.answer, run.used.tool_calls)
        for mark in marks:
            self._notice(run, Mark(mark))
        return marks

    async def _consume(self, question: str, run: _Run) -> None:
        agent = build_agent(
            self.language_model, lambda context, asked: self._decide(run, context, asked), self.settings.tools
        )
        stream = agent.run_stream_events(
            question,
            message_history=self.history,
            deps=run.toolbox,
            usage_limits=self._limits(),
            instructions=context_of(self.language_model, self.campaign),
        )
        async with stream as events:
            self._events = events
            watch = asyncio.create_task(self._watch(run, events))
            try:
                if self._cancelled.is_set():
                    events.cancel()
                async for event in events:
                    if getattr(event, "event_kind", "") != "part_delta":
                        # Before the event is told: what it rests on stands in the transcript first.
                        self._keep(run, events)
                    self._take(run, event)
            finally:
                run.toolbox.cancelled.set()
                watch.cancel()
                self._events = None
                with suppress(Exception):
                    self._keep(run, events)

    def _limits(self) -> Any:  # noqa: ANN401 – UsageLimits, which is not imported at the top
        from pydantic_ai.usage import UsageLimits

        limits = self.settings
        return UsageLimits(
            request_limit=limits.max_requests,
            tool_calls_limit=limits.max_tool_calls,
            total_tokens_limit=limits.max_tokens,
            cost_limit=None if limits.max_cost is None else Decimal(str(limits.max_cost)),
        )

    async def _watch(self, run: _Run, events: AgentRunEvents[Any]) -> None:
        """Cancels the run at its deadline; the time that a person thinks about an approval does not count."""
        began = time.monotonic()
        while True:
            now = time.monotonic()
            waited = run.waiting + (now - run.waiting_since if run.waiting_since is not None else 0.0)
            left = self.settings.deadline - (now - began - waited)
            if left <= 0:
                run.out_of_time = True
                run.toolbox.cancelled.set()
                events.cancel()
                return
            await asyncio.sleep(min(left, 0.5) if run.waiting_since is None else 0.2)

    def _keep(self, run: _Run, events: AgentRunEvents[Any]) -> None:
        """Writes down the messages that are whole by now, and tells what was used."""
        messages = list(events.all_messages())
        if len(messages) > len(self.history):
            self.history = messages
            self.log.messages(messages)
        usage = events.usage
        used = Used(
            requests=usage.requests,
            tool_calls=usage.tool_calls,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cost=cost_of(self.language_model, usage),
        )
        if used.requests != run.used.requests:
            run.emit(used)
        run.used = used

    # Events --------------------------------------------------------------------------------------

    def _take(self, run: _Run, event: Any) -> None:  # noqa: ANN401 – any event of pydantic-ai
        kind = getattr(event, "event_kind", "")
        if kind == "part_start" and event.part.part_kind == "text" and event.part.content:
            self._text(run, run.streamed.more(event.part.content))
        elif kind == "part_delta" and event.delta.part_delta_kind == "text" and event.delta.content_delta:
            self._text(run, run.streamed.more(event.delta.content_delta))
        else:
            self._text(run, run.streamed.rest())
        if kind in ("part_start", "part_delta"):
            return
        if kind == "function_tool_call":
            self._started(run, event.part)
        elif kind == "function_tool_result":
            self._tool_done(run, event.part)
        elif kind == "agent_run_result":
            run.answer = redact(str(event.result.output))

    def _text(self, run: _Run, text: str) -> None:
        if text:
            self.log.text(text)
            run.emit(TextDelta(text))

    def _started(self, run: _Run, part: ToolCallPart) -> None:
        arguments = arguments_of(part)
        run.arguments[part.tool_call_id] = arguments
        run.tools[part.tool_call_id] = part.tool_name
        run.began[part.tool_call_id] = time.monotonic()
        run.emit(ToolStarted(part.tool_call_id, part.tool_name, arguments))

    def _tool_done(self, run: _Run, part: Any) -> None:  # noqa: ANN401 – a tool return or a retry
        call_id = part.tool_call_id
        called = run.toolbox.calls.get(call_id)
        outcomes: dict[str, Outcome] = {
            "success": "done", "denied": "denied", "interrupted": "interrupted", "failed": "failed",
            "retried": "refused",
        }  # fmt: skip
        outcome = outcomes.get(getattr(part, "outcome", "retried"), "failed")
        same = called is not None and called.outcome == outcome
        self._told(run, call_id, outcome, str(part.content), called if same else None)

    def _told(self, run: _Run, call_id: str, outcome: Outcome, text: str, called: Called | None) -> None:
        seconds = called.seconds if called else time.monotonic() - run.began.pop(call_id, time.monotonic())
        run.began.pop(call_id, None)
        event = ToolFinished(
            call_id,
            run.tools.get(call_id, ""),
            outcome,
            seconds,
            called.summary if called and called.outcome == "done" else _line(called.summary if called else text),
            called.result if called else None,
            called.ids if called else (),
        )
        if called and called.outcome == "done":
            run.shortlist = shortlist_of(called.result) or run.shortlist
        self.log.tool(event, run.arguments.get(call_id, {}), text, called.value if called else None)
        run.emit(event)

    def _finish_calls(self, run: _Run) -> None:
        """Tells of the calls that the end of the run cut short."""
        for call_id in list(run.began):
            self._told(run, call_id, "interrupted", "The call was interrupted.", None)

    def _notice(self, run: _Run, notice: Notice) -> None:
        self.log.end(notice)
        run.emit(notice)

    # Approvals and writes ------------------------------------------------------------------------

    async def _decide(
        self,
        run: _Run,
        context: RunContext[Toolbox],  # noqa: ARG002 – the signature of a handler
        requests: DeferredToolRequests,
    ) -> DeferredToolResults:
        from pydantic_ai.tools import DeferredToolApprovalResult, ToolApproved, ToolDenied

        effects = {name: effect_of(tool) for name, tool in all_tools("writing").items()}
        decisions: dict[str, bool | DeferredToolApprovalResult] = {}
        for call in requests.approvals:
            asked = ApprovalAsked(
                call.tool_call_id, call.tool_name, arguments_of(call), effects.get(call.tool_name, call.tool_name)
            )
            run.emit(asked)
            run.waiting_since = time.monotonic()
            try:
                decision = await self.approve(asked)
            finally:
                run.waiting += time.monotonic() - run.waiting_since
                run.waiting_since = None
            self.log.write(
                "approval",
                call_id=call.tool_call_id,
                tool=call.tool_name,
                approved=decision.approved,
                arguments=dict(decision.arguments) if decision.arguments is not None else None,
                reason=decision.reason,
            )
            if decision.approved:
                changed = dict(decision.arguments) if decision.arguments is not None else None
                run.arguments[call.tool_call_id] = changed or asked.arguments
                decisions[call.tool_call_id] = ToolApproved(override_args=changed)
            else:
                decisions[call.tool_call_id] = ToolDenied(decision.reason or "The person did not allow this call.")
        return requests.build_results(approvals=decisions)

    def _written(self, run: _Run, result: Any) -> None:  # noqa: ANN401, ARG002 – any tool's result
        link_made_rounds(self.workspace.store, self.log.file.path, [result])

    async def _index(self) -> None:
        # In a thread: an interrupted tool may still hold the store, and a front end must not wait for it.
        await asyncio.to_thread(link_made_rounds, self.workspace.store, self.log.file.path, [])


def _line(text: str) -> str:
    return " ".join(text.split())[:300]
