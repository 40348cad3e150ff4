"""How the encoding of gene texts is laid out for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import line

if TYPE_CHECKING:
    from tools.genes.texts.vectors import EncodedTexts


def encoded(made: EncodedTexts) -> list[RenderableType]:
    """What was encoded.

    Args:
        made: The result.
    """
    state = "the store had them already" if made.already else "they are in the store"
    return [
        line(f"{made.genes:,} gene texts as vectors of {made.dimensions} numbers ({made.encoder}): {state}."),
        line(f"Encoded now: {made.encoded:,}; the others were kept from before.", "dim"),
    ]
