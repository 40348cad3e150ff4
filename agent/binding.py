"""The tools of `tools/`, as a language model calls them.

`perform` calls one tool and never fails: what went wrong becomes an outcome with a message. `bind` wraps it for
pydantic-ai; whatever else serves the tools to an assistant wraps the same function.
"""

from __future__ import annotations

import inspect
import threading
import time
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

import tools
from agent.events import Event, Outcome, ToolProgress
from agent.paging import Page, page_arguments, split
from agent.privacy.folders import own_folders
from agent.privacy.keys import redact
from agent.privacy.refusals import UNFORESEEN, told
from agent.serialising import fenced, fenced_page, ids_of, plain, shown_at_each_level, summary_line
from agent.settings import Share
from db.errors import (
    ConflictError,
    HitscoutError,
    InvalidValueError,
    NeedsChoiceError,
    NotFoundError,
    QueryError,
    RefusedFileError,
)
from db.interrupts import Calls
from tools.workspace import Progress, Workspace

if TYPE_CHECKING:
    from pydantic_ai import RunContext, Tool

ToolFunction = Callable[..., Any]
STOPPED = "The call was interrupted."
Which = Literal["all", "reading", "writing"]

_ANOTHER_ARGUMENT_HELPS = (
    NotFoundError, InvalidValueError, NeedsChoiceError, ConflictError, RefusedFileError, QueryError,
)  # fmt: skip


@dataclass(frozen=True)
class Called:
    """What became of one call of a tool.

    Attributes:
        outcome: ``done``, ``refused`` (another argument would help), ``failed`` or ``interrupted``.
        text: What a language model gets to read: the fenced result, or why there is none.
        value: The result as JSON values; None where there is none.
        result: What the tool itself returned; None where it returned nothing.
        seconds: How long it took.
        message: Why there is no result, in full, for a person.
        page: Which part of the result was asked for.
    """

    outcome: Outcome
    text: str
    value: Any = None
    result: Any = None
    seconds: float = 0.0
    message: str = ""
    page: Page = field(default_factory=Page)

    @property
    def summary(self) -> str:
        """One line for people."""
        return summary_line(self.value) if self.outcome == "done" else self.message or self.text

    @property
    def ids(self) -> tuple[str, ...]:
        """Evidence and other ids that the result leads to."""
        return tuple(ids_of(self.value))


@dataclass
class Toolbox:
    """What the tools of one run share.

    Attributes:
        workspace: The workspace; each call gets a copy with random numbers of its own.
        seed: Seed of each call's random numbers, so that the order of parallel calls does not matter.
        emit: Takes events; may be called from any thread.
        cancelled: Set to stop tools at their next step.
        running: The calls that go on, which can be stopped between their steps too.
        on_written: Called after a writing tool is done, with its result.
        calls: What became of each call, by its id.
        by: Whose calls they are; grades are stored under this name.
        share: What of the store those may see who call.
        own_words: Whether calls are made of a person's own words, as those of the offline assistant: they may name
            files to read, and what is refused is told in full.
        writes_within: The folder that files are written in.
    """

    workspace: Workspace
    seed: int = 0
    emit: Callable[[Event], None] = lambda event: None  # noqa: ARG005 – nobody listens
    cancelled: threading.Event = field(default_factory=threading.Event)
    running: Calls = field(default_factory=Calls)
    on_written: Callable[[Any], None] = lambda result: None  # noqa: ARG005
    calls: dict[str, Called] = field(default_factory=dict)
    by: str = "assistant"
    share: Share = "rows"
    own_words: bool = False
    writes_within: Path = field(default_factory=Path.cwd)

    def workspace_for(self, call_id: str) -> Workspace:
        """The workspace of one call.

        Args:
            call_id: Id of the call, which its progress names.
        """

        def report(progress: Progress) -> None:
            if self.cancelled.is_set():
                raise KeyboardInterrupt
            self.emit(ToolProgress(call_id, progress))

        return replace(
            self.workspace,
            rng=np.random.default_rng(self.seed),
            report=report,
            by=self.by,
            reads_files=self.own_words,
            writes_within=self.writes_within,
        )

    def perform(self, tool: ToolFunction, call_id: str, arguments: Mapping[str, Any]) -> Called:
        """Calls a tool for the assistant, so that the run can be stopped meanwhile; never raises.

        Args:
            tool: The tool.
            call_id: Id of the call.
            arguments: Its arguments, of the right types, those for a page among them.
        """
        workspace = self.workspace_for(call_id)
        # What a person approves may read files; what reads at an assistant's wish may not.
        reads = self.own_words or tool.__name__ not in all_tools("reading")
        try:
            with self.running.call():
                return perform(
                    tool, replace(workspace, reads_files=reads), arguments, None if self.own_words else self.share
                )
        except KeyboardInterrupt:
            # It came as the call was left.
            return Called("interrupted", STOPPED)


def all_tools(which: Which = "all") -> dict[str, ToolFunction]:
    """The tools by name, reading ones first, as `tools` lists them now.

    Args:
        which: ``all``, ``reading`` or ``writing``.
    """
    chosen = {
        "all": (*tools.READING, *tools.WRITING),
        "reading": tools.READING,
        "writing": tools.WRITING,
    }[which]
    return {tool.__name__: tool for tool in chosen}


def effect_of(tool: ToolFunction) -> str:
    """What a tool does, in the first sentence of its docstring.

    Args:
        tool: The tool.
    """
    return " ".join((inspect.getdoc(tool) or tool.__name__).split("\n\n")[0].split())


def perform(
    tool: ToolFunction, workspace: Workspace, arguments: Mapping[str, Any], share: Share | None = "rows"
) -> Called:
    """Calls a tool; never raises.

    Args:
        tool: The tool.
        workspace: Its workspace.
        arguments: Its other arguments, of the right types, and those for a page.
        share: What of the store a refusal may show; None where a person reads it.
    """
    began = time.monotonic()
    own, page = split(tool.__name__, _defaults(tool), arguments)
    called = _called(tool, workspace, own, share, page)
    return replace(called, seconds=time.monotonic() - began, page=page)


def _called(
    tool: ToolFunction, workspace: Workspace, arguments: Mapping[str, Any], share: Share | None, page: Page
) -> Called:
    try:
        result = tool(workspace, **arguments)
    except KeyboardInterrupt:
        return Called("interrupted", STOPPED)
    except Exception as error:  # noqa: BLE001 – whatever a tool meets, the conversation goes on
        outcome: Outcome = "refused" if isinstance(error, _ANOTHER_ARGUMENT_HELPS) else "failed"
        message = redact(_in_full(error))
        if share is None:
            return Called(outcome, message, message=message)
        folders = own_folders(workspace.paths, workspace.store.path.parent)
        return Called(outcome, redact(told(error, arguments, share, folders)), message=message)
    value = plain(result)
    text = fenced(tool.__name__, value) if share is None else fenced_page(tool.__name__, value, "rows", page)
    return Called("done", text, value, result)


def _in_full(error: Exception) -> str:
    """An error as a person reads it."""
    if isinstance(error, HitscoutError):
        return str(error)
    return f"{UNFORESEEN} ({f'{type(error).__name__}: {error}'.splitlines()[0][:300]})."


def _defaults(tool: ToolFunction) -> dict[str, Any]:
    """A tool's own arguments, and their defaults."""
    return {name: one.default for name, one in list(inspect.signature(tool).parameters.items())[1:]}


@cache
def bind(tool: ToolFunction, *, writing: bool) -> Tool[Toolbox]:
    """A tool for pydantic-ai: its schema comes from signature and docstring, without the workspace.

    Args:
        tool: The tool.
        writing: Whether a person must approve each call.
    """
    from pydantic_ai import RunContext, Tool
    from pydantic_ai.exceptions import ModelRetry, ToolFailed
    from pydantic_ai.messages import ToolReturn

    def call(hitscout_run: RunContext[Toolbox], /, **arguments: Any) -> ToolReturn:  # noqa: ANN401
        toolbox, call_id = hitscout_run.deps, hitscout_run.tool_call_id or ""
        called = toolbox.perform(tool, call_id, arguments)
        toolbox.calls[call_id] = called
        if called.outcome == "refused":
            raise ModelRetry(called.text)
        if called.outcome != "done":
            raise ToolFailed(called.text)
        if writing:
            toolbox.on_written(called.result)
        return ToolReturn(called.text, metadata=shown_at_each_level(tool.__name__, called.value, called.page))

    _dress(call, tool, RunContext[Toolbox])
    return Tool(
        call,
        takes_ctx=True,
        docstring_format="google",
        requires_approval=writing,
        # Writes wait for each other, so that one approval is shown at a time and one transaction runs.
        sequential=writing,
        # Wrong arguments are told again and again until the run's own limits end it; they never end it themselves.
        max_retries=1_000,
    )


def bound_tools(which: Which = "all") -> list[Tool[Toolbox]]:
    """All tools for pydantic-ai; the writing ones ask for approval.

    Args:
        which: ``all``, ``reading`` or ``writing``.
    """
    writing = set(all_tools("writing"))
    return [bind(tool, writing=name in writing) for name, tool in all_tools(which).items()]


def visible_signature(tool: ToolFunction) -> inspect.Signature:
    """A tool's signature as an assistant sees it: types resolved, without what only code can give.

    That is the workspace, and every argument with a default whose type JSON cannot carry, such as a judge. Of a tool
    that reads, an assistant gives no files either: only names of the store. A long list comes page by page.

    Args:
        tool: The tool.
    """
    signature = inspect.signature(tool)
    hints = typing.get_type_hints(tool, include_extras=True)
    reading = tool.__name__ in tools.table("READING")
    parameters = [
        parameter.replace(annotation=hints.get(name, Any), kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in list(signature.parameters.items())[1:]
        if (parameter.default is inspect.Parameter.empty or _is_plain(hints.get(name, Any)))
        and not (reading and names_files(hints.get(name, Any)))
    ]
    pages = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
        for name, (hint, default) in (page_arguments(tool.__name__, _defaults(tool)) if reading else {}).items()
    ]
    return inspect.Signature([*parameters, *pages])


def names_files(hint: Any) -> bool:  # noqa: ANN401 – any type
    """Whether a type holds paths.

    Args:
        hint: The type of an argument.
    """
    if isinstance(hint, type) and issubclass(hint, Path):
        return True
    return any(names_files(one) for one in typing.get_args(hint))


def _is_plain(hint: Any) -> bool:  # noqa: ANN401 – any type
    from pydantic import PydanticSchemaGenerationError, TypeAdapter
    from pydantic.errors import PydanticInvalidForJsonSchema

    try:
        TypeAdapter(hint).json_schema()
    except (PydanticSchemaGenerationError, PydanticInvalidForJsonSchema):
        return False
    return True


def _dress(call: Callable[..., Any], tool: ToolFunction, context_type: Any) -> None:  # noqa: ANN401 – a generic alias
    """Gives a wrapper its tool's name, docstring and signature, with the run's context in the workspace's place."""
    visible = visible_signature(tool)
    # A name that no tool would give an argument of its own.
    name = "hitscout_run"
    context = inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY, annotation=context_type)
    call.__name__ = call.__qualname__ = tool.__name__
    call.__doc__ = inspect.getdoc(tool)
    call.__signature__ = inspect.Signature([context, *visible.parameters.values()])  # type: ignore[attr-defined]
    call.__annotations__ = {name: context_type} | {n: p.annotation for n, p in visible.parameters.items()}
