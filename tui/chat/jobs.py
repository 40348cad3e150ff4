"""Long work beside the interface: a tool in a thread, with progress, that can be stopped, and never a traceback."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from textual.message import Message

from db.errors import HitscoutError
from db.interrupts import Calls

if TYPE_CHECKING:
    from tools.workspace import Progress, Workspace

_numbers = itertools.count(1)


@dataclass(eq=False)
class Job:
    """One call of a tool that runs beside the interface.

    Attributes:
        title: What is being done, for people.
        function: The tool, or any function that takes a workspace first.
        arguments: Its other arguments, by position.
        named: Its other arguments, by name.
        on_done: Called on the interface's thread with the result.
        on_failed: Called on the interface's thread with the error, in place of a message.
        on_cancelled: Called on the interface's thread where it was cancelled, beside a message.
        quiet: Whether it is a short read, which shows no progress, and which Esc leaves alone.
        changes: Whether it changes the store, so that pages read anew after it.
        number: Its number, unique in this process.
        progress: The newest step.
        cancelled: Set to stop it at its next step.
        calls: Its call, which can be stopped between its steps too.
        thread: The thread it runs in.
    """

    title: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)
    on_done: Callable[[Any], None] | None = None
    on_failed: Callable[[HitscoutError], None] | None = None
    on_cancelled: Callable[[], None] | None = None
    quiet: bool = False
    changes: bool = True
    number: int = field(default_factory=lambda: next(_numbers))
    progress: Progress | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    calls: Calls = field(default_factory=Calls)
    thread: threading.Thread | None = None

    def cancel(self) -> None:
        """Stops it, whether it reports its steps or not; may be called from any thread."""
        self.cancelled.set()
        self.calls.interrupt()


class JobProgress(Message):
    """A step of a job."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job


class JobEnded(Message):
    """A job ended: with a result, with an error, or cancelled (neither).

    Args:
        job: The job.
        result: What the tool gave.
        error: Why it gave nothing; None where it is done or was cancelled.
        done: Whether there is a result.
    """

    def __init__(self, job: Job, *, result: Any = None, error: HitscoutError | None = None, done: bool = False) -> None:  # noqa: ANN401
        super().__init__()
        self.job = job
        self.result = result
        self.error = error
        self.done = done


def start(job: Job, workspace: Callable[[], Workspace], post: Callable[[Message], Any]) -> None:
    """Starts a job in a thread of its own.

    Args:
        job: The job.
        workspace: Gives the workspace; called in the thread, because opening it imports much.
        post: Takes messages; may be called from any thread.
    """

    def report(progress: Progress) -> None:
        if job.cancelled.is_set():
            raise KeyboardInterrupt
        job.progress = progress
        post(JobProgress(job))

    def work() -> None:
        try:
            with job.calls.call():
                ended = _ended(job, workspace, report)
        except KeyboardInterrupt:
            # It came as the call was left.
            ended = JobEnded(job)
        post(ended)

    job.thread = threading.Thread(target=work, name=f"hitscout job {job.number}", daemon=True)
    job.thread.start()


def _ended(job: Job, workspace: Callable[[], Workspace], report: Callable[[Progress], None]) -> JobEnded:
    try:
        own = replace(workspace(), report=report)
        result = job.function(own, *job.arguments, **job.named)
    except KeyboardInterrupt:
        return JobEnded(job)
    except Exception as error:  # noqa: BLE001 – whatever a tool meets becomes a message for a person
        if job.cancelled.is_set():
            # As a library calls it that was stopped amid its work.
            return JobEnded(job)
        from tui.layouts.refusal import refusal_of

        return JobEnded(job, error=refusal_of(error, ["chat", job.title]))
    return JobEnded(job, result=result, done=True)
