"""How a shortlist is laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, heading, line, notes, share, table
from tui.layouts.slots import slots

if TYPE_CHECKING:
    from db.campaigns.records import Control, IgnoredName
    from db.records import Nomination
    from tools.campaigns.rounds.shortlist import Shortlist

ORDER = (
    "By utility, the highest first: the chance of a hit, more where little is known of a gene, times what a hit of it"
    " would tell of this question."
)
"""Why probabilities do not simply fall from line to line."""
BY_GRADE = "Those that a grade brought in stand last, the best graded first."


def proposed(made: Shortlist) -> Sequence[RenderableType]:
    """A shortlist as a table, with what to put beside it.

    Args:
        made: The shortlist.
    """
    expected = made.expected_hits
    title = f"{made.campaign}, round {made.round} ({made.state}): {made.size:,} perturbations"
    promise = (
        f"Expected hits: {expected.mean:.1f} ({expected.level:.0%} interval {expected.low:g} to {expected.high:g});"
        f" seed {made.seed}, predictor {made.predictor}."
    )
    parts: list[RenderableType] = [
        line(title, "bold"), line(promise), line(order(made.nominations), "dim"), nominations(made.nominations),
        line(""),
    ]  # fmt: skip
    parts += [line(f"Control: {_control(one)}") for one in made.controls]
    parts += slots(made.slots)
    parts += [line(f"Not used as a prior: {one.screen} ({one.why})") for one in made.excluded_screens]
    parts += ignored(made.ignored)
    return [*parts, *notes(made.notes)]


def order(rows: Sequence[Nomination]) -> str:
    """In which order nominations stand.

    Args:
        rows: The nominations, by rank.
    """
    return f"{ORDER} {BY_GRADE}" if any(one.by == "grade" for one in rows) else ORDER


def nominations(rows: Sequence[Nomination], *, cut: bool = True) -> RenderableType:
    """Nominations as a table.

    Args:
        rows: The nominations, best first.
        cut: Whether rows beyond the terminal's height are left out.
    """
    # Columns that would say the same in every row only take room.
    mixed = len({one.by for one in rows}) > 1
    flagged = any(one.flags for one in rows)
    graded = any(one.grade is not None for one in rows)
    measured = any(one.outcome != "waiting" for one in rows)
    columns = [
        Column("#", right=True), Column("perturbation"), Column("P(hit)", right=True),
        Column("80 % interval", keep=4), Column("support", right=True, keep=1),
        *([Column("by", keep=3)] if mixed else []), *([Column("grade", right=True, keep=5)] if graded else []),
        *([Column("result", keep=8)] if measured else []), *([Column("flags", keep=7)] if flagged else []),
        Column("reason", running=True, keep=6),
    ]  # fmt: skip
    texts = [
        (one.rank, one.perturbation, share(one.hit_probability), f"{one.low:.3f} – {one.high:.3f}", share(one.support),
         *([one.by] if mixed else []), *([one.grade] if graded else []), *([one.outcome] if measured else []),
         *([one.flags] if flagged else []), one.reason)
        for one in rows
    ]  # fmt: skip
    return table(columns, texts, all_with="--json, or a file: campaign export", cut=cut)


def ignored(names: Sequence[IgnoredName]) -> list[RenderableType]:
    """Names that were given but could not be used.

    Args:
        names: The names.
    """
    if not names:
        return []
    rows = [(one.name, one.source, one.why) for one in names]
    columns = [Column("name"), Column("from", keep=3), Column("why", running=True)]
    return [heading(f"{len(names):,} names could not be used"), table(columns, rows)]


def _control(control: Control) -> str:
    """A control in words; one whose guides are among the nominations needs none of its own."""
    guides = f"{control.guides} guides" if control.guides else ""
    return f"{', '.join(filter(None, (control.perturbation, control.kind, guides)))}: {control.why}"
