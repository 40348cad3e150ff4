"""Spending on a language model is asked for before it starts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from db.errors import InvalidValueError

if TYPE_CHECKING:
    from tools.grades.judge import JudgeUsage


def asks_first(*, agree: bool) -> Callable[[JudgeUsage], None]:
    """What is done before calls are sent without a bound: a person is asked, unless one agreed or all is free.

    Args:
        agree: Whether agreement was given.

    Returns:
        A function of what the calls are estimated to take; it raises where nobody agrees.
    """

    def before(usage: JudgeUsage) -> None:
        if agree or usage.cost == 0:
            return
        if not sys.stdin.isatty():
            raise InvalidValueError(
                f"It would take {usage}, and nobody is here to agree.",
                "Agree with --yes, or give a bound: --max-cost 1.",
            )
        # Not `typer.confirm`, which writes a blank to stdout even where it asks on stderr.
        typer.echo(f"It would take {usage}. Go on? [y/N] ", nl=False, err=True)
        if sys.stdin.readline().strip().casefold() not in ("y", "yes"):
            raise InvalidValueError("Nothing was sent.", "--estimate says what it would take.")

    return before
