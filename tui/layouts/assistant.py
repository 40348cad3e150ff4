"""How what the assistant gives is laid out for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType

from db.clean_text import clean
from tui.layouts.acts import in_commands
from tui.layouts.format import line

if TYPE_CHECKING:
    from agent.assistant import Answer
    from agent.dry_run import DryRun


LONGEST_ARGUMENT = 240
"""Characters of one argument that are shown before a person approves a call."""


def answered(answer: Answer) -> Sequence[RenderableType]:
    """An answer, and what it took.

    Args:
        answer: What the assistant gave.
    """
    used = answer.usage
    parts = [f"transcript {answer.transcript}", f"{used.requests} requests", f"{used.tool_calls} tool calls"]
    if used.cost:
        parts.append(f"${used.cost:.4f}")
    elif used.cost is None:
        parts.append(f"{used.input_tokens + used.output_tokens:,} tokens (price not known)")
    marks = [line(f"! {mark}", style="bold") for mark in answer.marks]
    return [*_markdown(in_commands(answer.answer)), "", *marks, line(", ".join(parts), style="dim")]


def _markdown(text: str) -> list[RenderableType]:
    """Markdown as formatted text in a terminal, and as it is elsewhere; cleaned line by line in both."""
    lines = [clean(one) for one in text.split("\n")]
    if not sys.stdout.isatty():
        return [line(one) for one in lines]
    # It takes its time to import, and is needed in terminals only.
    from rich.markdown import Markdown

    return [Markdown("\n".join(lines), hyperlinks=False)]


def argument_lines(arguments: Mapping[str, Any]) -> list[str]:
    """Every argument of a call on a line of its own; a long one is shortened, and says so.

    Args:
        arguments: What a tool would be given.
    """
    lines = [f"  {clean(str(name))}: {_shortened(value)}" for name, value in arguments.items()]
    return lines or ["  (no arguments)"]


def _shortened(value: Any) -> str:  # noqa: ANN401 – any JSON value
    if isinstance(value, list) and all(isinstance(one, str) and "," not in one for one in value):
        text = clean(", ".join(value))
    else:
        text = clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))
    if len(text) <= LONGEST_ARGUMENT:
        return text
    head, tail = text[: LONGEST_ARGUMENT - 60], text[-40:]
    items = f" in {len(value):,} items" if isinstance(value, (list, Mapping)) else ""
    return f"{head} [… {len(text) - len(head) - len(tail):,} characters left out of {len(text):,}{items} …] {tail}"


def would_send(run: DryRun) -> Sequence[RenderableType]:
    """What a question would send, and where to.

    Args:
        run: The question, not sent.
    """
    if not run.url:
        return [f"{run.language_model}: nothing would leave this machine."]
    head = [
        *(run.leaves or ("Nothing would leave this machine: the address is its own.",)),
        f"POST {run.url}",
        *([] if run.exact else ["(what the request holds; this provider's own wording of it is not known)"]),
        "",
    ]
    return [*head, *(line(one) for one in json.dumps(run.body, indent=2, ensure_ascii=False).split("\n"))]
