"""How explained predictions are laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, fields, heading, line, share, table

if TYPE_CHECKING:
    from tools.campaigns.answers.explanation import Explanation, WhyNot
    from tools.prediction.reasons.facts import Fact

_KINDS = {
    "other_screens": "other screens",
    "same_phenotype": "screens of the same phenotype",
    "signature": "its score on the signature",
    "question": "the question's words",
    "rounds": "results so far",
}


def explained(one: Explanation) -> Sequence[RenderableType]:
    """Why a gene's chance is what it is.

    Args:
        one: What the tool gave.
    """
    about = {
        "hit probability": share(one.hit_probability),
        "80 % interval": f"{share(one.low)} – {share(one.high)}",
        "of a random candidate": share(one.base_rate),
        "support": share(one.support),
        "learnt from": one.screens,
    }
    parts: list[RenderableType] = [line(one.verdict, "bold"), fields(about)]
    if one.parts:
        columns = [Column("says"), Column("adds", right=True), Column("above this share of candidates", right=True)]
        rows = [
            (_KINDS.get(part.kind, part.kind), f"{part.value:+.2f} sd", share(part.percentile)) for part in one.parts
        ]
        parts += [heading("What its place is made of"), table(columns, rows, cut=False)]
    return [*parts, *_facts("Facts", one.facts), *_facts("Strongest in other screens", one.effects_elsewhere)]


def why_not(one: WhyNot) -> Sequence[RenderableType]:
    """Why a gene is not on the list.

    Args:
        one: What the tool gave.
    """
    parts: list[RenderableType] = [line(one.verdict, "bold")]
    if one.against:
        parts += [heading("Against it"), *(line(f"- {said}") for said in one.against)]
    parts += _facts("For it", one.facts)
    return [*parts, line(f"Evidence: {', '.join(one.evidence)}")] if one.evidence else parts


def _facts(title: str, facts: Sequence[Fact]) -> list[RenderableType]:
    if not facts:
        return []
    columns = [Column("fact", running=True), Column("evidence", running=True, keep=5)]
    return [heading(title), table(columns, [(fact.text, fact.evidence) for fact in facts], cut=False)]
