"""What happens in a run, as a front end is told: one frozen event after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from tools.workspace import Progress

Outcome: TypeAlias = Literal["done", "refused", "failed", "denied", "interrupted"]


@dataclass(frozen=True)
class TextDelta:
    """More of the answer's text (Markdown); it may hold names from files, so it is cleaned before it is shown."""

    text: str


@dataclass(frozen=True)
class ToolStarted:
    """A tool was called.

    Attributes:
        call_id: The call, as later events name it.
        tool: Name of the tool.
        arguments: What it was given.
    """

    call_id: str
    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class ToolProgress:
    """A step of a tool that is at work."""

    call_id: str
    progress: Progress


@dataclass(frozen=True)
class ToolFinished:
    """A tool is done.

    Attributes:
        call_id: The call.
        tool: Name of the tool.
        outcome: ``done``; ``refused`` where an argument could not be used; ``failed``; ``denied`` by the person;
            ``interrupted`` with the run.
        seconds: How long it took.
        summary: One line on what it gave, or why it gave nothing.
        result: What the tool itself returned, whole, for tables; None where it gave nothing.
        ids: Evidence and other ids that the result leads to.
    """

    call_id: str
    tool: str
    outcome: Outcome
    seconds: float
    summary: str
    result: Any = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class ApprovalAsked:
    """A writing tool waits for the person's word.

    Attributes:
        call_id: The call.
        tool: Name of the tool.
        arguments: What it would be given; the person may change them.
        effect: What the tool does, one sentence.
    """

    call_id: str
    tool: str
    arguments: Mapping[str, Any]
    effect: str


@dataclass(frozen=True)
class Used:
    """What the run has used so far; sent after each answer of the language model.

    Attributes:
        requests: Requests to the language model.
        tool_calls: Tool calls that succeeded.
        input_tokens: Tokens sent.
        output_tokens: Tokens received.
        cost: Dollars; None where the price is not known, 0 on this machine.
    """

    requests: int = 0
    tool_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The ``usage`` of ``ask --json``."""
        return {
            "requests": self.requests,
            "tool_calls": self.tool_calls,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cost": self.cost,
        }


@dataclass(frozen=True)
class Notice:
    """A sentence beside the conversation, such as that a request is repeated."""

    text: str


@dataclass(frozen=True)
class Mark(Notice):
    """What should be known of an answer before it is believed."""


@dataclass(frozen=True)
class Failed:
    """The run ended without a whole answer; what was done stands in the transcript, and the conversation goes on.

    Attributes:
        kind: A short stable word: ``provider``, ``limit``, ``deadline``, ``cancelled``, ``unexpected``.
        message: What happened, one line, without keys.
        suggestion: What would work; may be empty.
    """

    kind: str
    message: str
    suggestion: str = ""


@dataclass(frozen=True)
class Finished:
    """The run ended with an answer.

    Attributes:
        answer: The whole text of the answer.
        shortlist: The newest shortlist that a tool of this run gave, with the keys of ``propose --json``, or None.
        transcript: Id of the transcript.
        usage: What was used.
        marks: What should be known of the answer before it is believed, a sentence each.
    """

    answer: str
    shortlist: Mapping[str, Any] | None
    transcript: str
    usage: Used = field(default_factory=Used)
    marks: tuple[str, ...] = ()


Event: TypeAlias = (
    TextDelta | ToolStarted | ToolProgress | ToolFinished | ApprovalAsked | Used | Notice | Failed | Finished
)
"""Every run ends with exactly one `Finished` or `Failed`."""
