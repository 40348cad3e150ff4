"""Approvals: what a person decides on a writing tool before it runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.events import ApprovalAsked

if TYPE_CHECKING:
    from pydantic_ai.messages import ToolCallPart


@dataclass(frozen=True)
class Decision:
    """A person's word on a writing tool.

    Attributes:
        approved: Whether it may run.
        arguments: Other arguments than those that were asked for; None to keep them.
        reason: Why not, in words that the language model reads.
    """

    approved: bool
    arguments: Mapping[str, Any] | None = None
    reason: str = ""


Approve = Callable[[ApprovalAsked], Awaitable[Decision]]


async def approve_none(asked: ApprovalAsked) -> Decision:  # noqa: ARG001 – the signature of `Approve`
    """Lets no writing tool run."""
    return Decision(approved=False, reason="Writing was not allowed for this question; nothing was changed.")


async def approve_all(asked: ApprovalAsked) -> Decision:  # noqa: ARG001
    """Lets every writing tool run."""
    return Decision(approved=True)


def arguments_of(part: ToolCallPart) -> dict[str, Any]:
    """A call's arguments; whatever is no JSON object stands under ``arguments``.

    Args:
        part: The call, as the language model made it.
    """
    try:
        return dict(part.args_as_dict())
    except (ValueError, AssertionError, TypeError):
        return {"arguments": str(part.args)[:500]}
