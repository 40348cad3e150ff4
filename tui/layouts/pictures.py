"""How pictures that were drawn are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import line, notes

if TYPE_CHECKING:
    from tools.pictures.base import DrawnPicture


def drawn(found: DrawnPicture) -> list[RenderableType]:
    """What was drawn, where it is, and what had no room in it.

    Args:
        found: The picture.
    """
    parts: list[RenderableType] = [line(found.told, "bold"), line(f"The picture is {found.out}.")]
    if found.named:
        parts.append(line(f"Named in it: {', '.join(found.named)}."))
    if found.unnamed:
        parts.append(line(f"No free place for: {', '.join(found.unnamed)}."))
    return [*parts, *notes(found.notes)]
