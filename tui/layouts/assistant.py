"""How what the assistant gives is laid out for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.acts import in_commands
from tui.layouts.clean import clean
from tui.layouts.format import line

if TYPE_CHECKING:
    from agent.assistant import Answer
    from agent.dry_run import DryRun


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
    return [*_markdown(in_commands(answer.answer)), "", line(", ".join(parts), style="dim")]


def _markdown(text: str) -> list[RenderableType]:
    """Markdown as formatted text in a terminal, and as it is elsewhere; cleaned line by line in both."""
    lines = [clean(one) for one in text.split("\n")]
    if not sys.stdout.isatty():
        return [line(one) for one in lines]
    # It takes its time to import, and is needed in terminals only.
    from rich.markdown import Markdown

    return [Markdown("\n".join(lines), hyperlinks=False)]


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
