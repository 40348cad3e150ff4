"""How a report that was written is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import line

if TYPE_CHECKING:
    from tools.reports.writing import WrittenReport


def written(found: WrittenReport) -> list[RenderableType]:
    """What was written, and where.

    Args:
        found: The report.
    """
    first, *others = found.files
    beside = f", and {len(others)} files beside it" if len(others) > 1 else ", and a file beside it" if others else ""
    return [
        line(f"{found.title}.", "bold"),
        line(f"The report is {first} ({found.megabytes:.1f} MB){beside}."),
        line(f"Its parts: {', '.join(found.sections)}."),
    ]
