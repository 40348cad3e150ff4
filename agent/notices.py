"""Where a sentence about a run goes that nobody waits for, such as that a request is repeated."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

on_notice: ContextVar[Callable[[str], None] | None] = ContextVar("on_notice", default=None)
"""Called with the sentence; a conversation sets it for its runs."""
