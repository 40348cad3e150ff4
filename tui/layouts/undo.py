"""How the last write, taken back or only looked at, is laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import line

if TYPE_CHECKING:
    from tools.doctor.undoing import Undone


def undone(one: Undone) -> Sequence[RenderableType]:
    """What the last write was, and whether it is taken back.

    Args:
        one: What the tool gave.
    """
    when = f"{one.at:%Y-%m-%d %H:%M} UTC"
    if one.only_looked:
        return [line(f"The last write, {when}: {one.act}.", "bold"), line("It can be taken back; nothing was changed.")]
    return [
        line(f"Taken back: {one.act} ({when}).", "bold"),
        line(f"{one.rows_gone:,} rows went, {one.rows_back:,} came back as they were."),
    ]
