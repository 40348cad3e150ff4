"""Spending on a language model is asked for before it starts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from db.errors import InvalidValueError

if TYPE_CHECKING:
    from tools.grades.judge import JudgeUsage


def asks_first(max_cost: float | None, *, agree: bool) -> Callable[[JudgeUsage], None]:
    """What is done before calls are sent: a person is asked, unless a bound or an agreement was given or all is free.

    Args:
        max_cost: The bound in dollars that was given.
        agree: Whether agreement was given.

    Returns:
        A function of what the calls are estimated to take; it raises where nobody agrees.
    """

    def before(usage: JudgeUsage) -> None:
        if agree or max_cost is not None or usage.cost == 0:
            return
        if not sys.stdin.isatty():
            raise InvalidValueError(
                f"It would take {usage}, and nobody is here to agree.",
                "Agree with --yes, or give a bound: --max-cost 1.",
            )
        if not typer.confirm(f"It would take {usage}. Go on?", err=True):
            raise InvalidValueError("Nothing was sent.", "--estimate says what it would take.")

    return before
