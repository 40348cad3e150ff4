"""How the chances of named genes are laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, line, share, table
from tui.layouts.shortlist import ignored

if TYPE_CHECKING:
    from tools.campaigns.answers.hit_chances import HitPredictions


def predicted(found: HitPredictions) -> Sequence[RenderableType]:
    """Chances as a table.

    Args:
        found: What the tool gave.
    """
    columns = [
        Column("gene"), Column("hit probability", right=True), Column("80 % interval", keep=6),
        Column("support", right=True, keep=5), Column("rank", right=True), Column("note", running=True, keep=7),
    ]  # fmt: skip
    rows = [
        (
            one.perturbation,
            share(one.hit_probability),
            f"{share(one.low)} – {share(one.high)}" if one.low is not None else None,
            share(one.support),
            one.rank,
            one.note,
        )
        for one in found.genes
    ]
    whose = f"campaign {found.campaign}" if found.campaign else found.phenotype
    return [
        line(f"{whose}: hits by {found.hit_rule}", "bold"),
        table(columns, rows, cut=False),
        line(f"A random one of the {found.candidates:,} candidates has {share(found.base_rate)}."),
        *ignored(found.ignored),
    ]
