"""How the slots of a round are laid out for people."""

from __future__ import annotations

from rich.console import RenderableType

from db.campaigns.records import SlotsInfo
from tui.layouts.format import Column, heading, line, share, table


def slots(values: SlotsInfo | None) -> list[RenderableType]:
    """What grades changed in a shortlist.

    Args:
        values: As a shortlist keeps them; None where nothing was graded.
    """
    if values is None:
        return []
    head = (
        f"{values.filled} of {values.places} slots ({values.share:.0%} of the round: {values.why}) are"
        f" filled by grade; {values.graded:,} graded by {', '.join(values.graded_by)}. Grades weigh"
        f" {values.probability_weight:g} on probabilities."
    )
    parts: list[RenderableType] = [line(head)]
    if values.agreed:
        parts.append(line(f"On the computed list and graded well: {', '.join(values.agreed)}."))
    if values.changes:
        columns = [
            Column("in by grade"), Column("grade", right=True), Column("P(hit)", right=True), Column("displaced"),
            Column("P(hit) of it", right=True),
        ]  # fmt: skip
        rows = [
            (one.taken, f"{one.grade:.2g}", share(one.taken_probability), one.displaced,
             share(one.displaced_probability))
            for one in values.changes
        ]  # fmt: skip
        parts += [heading("What grades changed"), table(columns, rows)]
    return parts
