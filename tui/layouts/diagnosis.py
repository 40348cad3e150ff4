"""How the doctor's findings are laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, line, spoken_line, table

if TYPE_CHECKING:
    from tools.doctor import Diagnosis


def diagnosed(found: Diagnosis) -> Sequence[RenderableType]:
    """The findings as a table.

    Args:
        found: What was found.
    """
    columns = [
        Column("about"),
        Column("state"),
        Column("found", running=True),
        Column("what to do", running=True, keep=8),
    ]
    rows = [(one.about, one.state, spoken_line(one.message), spoken_line(one.remedy) or " ") for one in found.findings]
    verdict = "All is well." if found.healthy else "Something needs mending: see the lines marked mend."
    return [table(columns, rows, cut=False), line(""), line(verdict, "bold")]
