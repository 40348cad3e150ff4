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
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

import tools
from agent.events import Event, Outcome, ToolProgress
from agent.privacy.keys import redact
from agent.serialising import fenced, ids_of, plain, shown_at_each_level, summary_line
from db.errors import (
    ConflictError,
    HitscoutError,
    InvalidValueError,
    NeedsChoiceError,
    NotFoundError,
    QueryError,
    RefusedFileError,
)
from tools.workspace import Progress, Workspace

if TYPE_CHECKING:
    from pydantic_ai import RunContext, Tool

ToolFunction = Callable[..., Any]
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
    """

    outcome: Outcome
    text: str
    value: Any = None
    result: Any = None
    seconds: float = 0.0

    @property
    def summary(self) -> str:
        """One line for people."""
        return summary_line(self.value) if self.outcome == "done" else self.text

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
        on_written: Called after a writing tool is done, with its result.
        calls: What became of each call, by its id.
        by: Whose calls they are; grades are stored under this name.
    """

    workspace: Workspace
    seed: int = 0
    emit: Callable[[Event], None] = lambda event: None  # noqa: ARG005 – nobody listens
    cancelled: threading.Event = field(default_factory=threading.Event)
    on_written: Callable[[Any], None] = lambda result: None  # noqa: ARG005
    calls: dict[str, Called] = field(default_factory=dict)
    by: str = "assistant"

    def workspace_for(self, call_id: str) -> Workspace:
        """The workspace of one call.

        Args:
            call_id: Id of the call, which its progress names.
        """

        def report(progress: Progress) -> None:
            if self.cancelled.is_set():
                raise KeyboardInterrupt
            self.emit(ToolProgress(call_id, progress))

        return replace(self.workspace, rng=np.random.default_rng(self.seed), report=report, by=self.by)


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


def perform(tool: ToolFunction, workspace: Workspace, arguments: Mapping[str, Any]) -> Called:
    """Calls a tool; never raises.

    Args:
        tool: The tool.
        workspace: Its workspace.
        arguments: Its other arguments, of the right types.
    """
    began = time.monotonic()
    outcome, text, value, result = _outcome(tool, workspace, arguments)
    return Called(outcome, text, value, result, time.monotonic() - began)


def _outcome(tool: ToolFunction, workspace: Workspace, arguments: Mapping[str, Any]) -> tuple[Outcome, str, Any, Any]:
    try:
        result = tool(workspace, **arguments)
    except _ANOTHER_ARGUMENT_HELPS as error:
        return "refused", redact(str(error)), None, None
    except HitscoutError as error:
        return "failed", redact(str(error)), None, None
    except KeyboardInterrupt:
        return "interrupted", "The call was interrupted.", None, None
    except Exception as error:  # noqa: BLE001 – whatever a tool meets, the conversation goes on
        what = redact(f"{type(error).__name__}: {error}").splitlines()[0][:300]
        return "failed", f"The tool met an error that it should have foreseen ({what}).", None, None
    value = plain(result)
    return "done", fenced(tool.__name__, value), value, result


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
        called = perform(tool, toolbox.workspace_for(call_id), arguments)
        toolbox.calls[call_id] = called
        if called.outcome == "refused":
            raise ModelRetry(called.text)
        if called.outcome != "done":
            raise ToolFailed(called.text)
        if writing:
            toolbox.on_written(called.result)
        return ToolReturn(called.text, metadata=shown_at_each_level(tool.__name__, called.value))

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

    That is the workspace, and every argument with a default whose type JSON cannot carry, such as a judge.

    Args:
        tool: The tool.
    """
    signature = inspect.signature(tool)
    hints = typing.get_type_hints(tool, include_extras=True)
    parameters = [
        parameter.replace(annotation=hints.get(name, Any), kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in list(signature.parameters.items())[1:]
        if parameter.default is inspect.Parameter.empty or _is_plain(hints.get(name, Any))
    ]
    return inspect.Signature(parameters)


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
