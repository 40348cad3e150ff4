"""How grades and slots are laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import fields, line
from tui.layouts.shortlist import ignored, proposed

if TYPE_CHECKING:
    from tools.campaigns.rounds.judged_round import Judged


def judged(one: Judged) -> Sequence[RenderableType]:
    """What a language model's grades came to.

    Args:
        one: What the tool gave.
    """
    if one.shortlist is None:
        return [
            line(f"{one.campaign}, round {one.round}: {one.by} would grade {one.asked:,} candidates.", "bold"),
            line(f"It would take at most {one.estimate}."),
        ]
    about = {
        "asked": one.asked,
        "graded": one.graded,
        "nominated besides": one.nominated,
        "took": str(one.usage),
    }
    head = line(f"{one.campaign}, round {one.round}: graded by {one.by}.", "bold")
    return [head, fields(about), *ignored(one.ignored), *proposed(one.shortlist)]
