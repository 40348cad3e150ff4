"""How the shortlist page words what it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from db.records import Nomination, Round
from tools.campaigns.results.ledger import RoundTally
from tui.chat.pages.campaign_reading import Overview
from tui.chat.widgets.interval import WIDTH, axis, axis_end, interval_bar
from tui.chat.widgets.text import safe
from tui.layouts.format import Column, fields, line, share

FLAGS: Mapping[str, str] = {
    "essential": "common essential gene",
    "fitness": "fitness gene: its loss slows most cell lines",
    "not-expressed": "not expressed in the cells",
    "expression-unknown": "not in the expression file",
    "by-ortholog": "by its human ortholog",
    "no-ortholog": "no one-to-one human ortholog",
    "no-evidence": "nothing speaks of it",
    "missing-before": "nominated before, without a result",
    "positive-control": "known positive control",
}
NOTHING = (
    "There is no shortlist yet.",
    "",
    "p  proposes the first round of the campaign.",
    "Alt-2 shows the campaign, where one is started or chosen.",
)
_narrow_bar = 10


def head(overview: Overview, one: Round, tally: RoundTally | None) -> Text:
    """The round in one line, with what must be known of it.

    Args:
        overview: The campaign.
        one: The round.
        tally: What it promised.
    """
    made = safe(f"{overview.name}, round {one.number} ({one.state}): {len(one.nominations):,} genes", "bold")
    if tally is not None:
        made.append(f"; {tally.expected.mean:.1f} hits expected ({tally.expected.low:g}–{tally.expected.high:g})")
        if tally.random is not None:
            made.append(f", {tally.random:.1f} at random")
        if tally.hits is not None:
            made.append(f"; {tally.hits} hits of {tally.measured} measured")
    return made


def pending(tally: RoundTally | None) -> Text:
    """What came after the list was computed, and how it counts.

    Args:
        tally: The round.
    """
    if tally is None or not (tally.stale or tally.unheard):
        return Text()
    said = []
    if tally.stale:
        said.append("the question, exclusions or results changed")
    if tally.unheard:
        said.append(f"grades of {', '.join(tally.unheard[:5])}{' …' if len(tally.unheard) > 5 else ''} came")
    return safe(f"Since this list was computed, {' and '.join(said)}: p computes it again.", "bold")


def columns_of(rows: Sequence[Nomination], *, wide: bool) -> tuple[Column, ...]:
    """Columns of the table; those that would be empty in every row are left out.

    Args:
        rows: The nominations.
        wide: Whether there is room for a wide interval bar.
    """
    end = axis_end(max((one.high for one in rows), default=1.0))
    some = _used(rows)
    return (
        Column("#", right=True),
        Column("gene"),
        Column("P(hit)", right=True),
        Column(axis(end, _bar_width(wide=wide))),
        *([Column("by")] if some["by"] else []),
        *([Column("grade", right=True)] if some["grade"] else []),
        *([Column("result")] if some["result"] else []),
        *([Column("flags")] if some["flags"] else []),
        Column("supp.", right=True),
        Column("reason", running=True),
    )


def table_rows(shown: Sequence[Nomination], rows: Sequence[Nomination], *, wide: bool) -> list[tuple[Any, ...]]:
    """Rows of the table.

    Args:
        shown: Nominations to show.
        rows: All nominations of the round, which decide on columns and axis.
        wide: As for `columns_of`.
    """
    end, some = axis_end(max((one.high for one in rows), default=1.0)), _used(rows)
    width = _bar_width(wide=wide)
    return [
        (
            one.rank,
            one.perturbation,
            Text(share(one.hit_probability), justify="right"),
            _bar(round(one.low, 4), round(one.hit_probability, 4), round(one.high, 4), end, width),
            *([one.by] if some["by"] else []),
            *([one.grade] if some["grade"] else []),
            *([one.outcome] if some["result"] else []),
            *([", ".join(one.flags)] if some["flags"] else []),
            Text(f"{one.support:.2f}", justify="right"),
            one.reason,
        )
        for one in shown
    ]


@lru_cache(maxsize=4096)
def _bar(low: float, value: float, high: float, end: float, width: int) -> Text:
    return interval_bar(low, value, high, end=end, width=width)


def _bar_width(*, wide: bool) -> int:
    return WIDTH if wide else _narrow_bar


def _used(rows: Sequence[Nomination]) -> dict[str, bool]:
    return {
        "by": any(one.by != "computed" for one in rows),
        "grade": any(one.grade is not None for one in rows),
        "result": any(one.outcome != "waiting" for one in rows),
        "flags": any(one.flags for one in rows),
    }


def holds(one: Nomination, words: Sequence[str]) -> bool:
    """Whether each word occurs in what the table shows of a nomination.

    Args:
        one: The nomination.
        words: Words in lower case; one that begins with ``-`` must not occur.
    """
    text = " ".join((one.perturbation, one.by, one.outcome, *one.flags, one.reason)).casefold()
    return all((word[1:] not in text) if word.startswith("-") and len(word) > 1 else (word in text) for word in words)


def detail(one: Nomination | None) -> Text:
    """What stands below the table of the row that has the cursor.

    Args:
        one: The nomination; None where there is no row.
    """
    if one is None:
        return Text()
    made = safe(one.perturbation, "bold")
    made.append(f"  {share(one.hit_probability)} ({share(one.low)}–{share(one.high)})")
    if one.flags:
        made.append("  ").append_text(safe("; ".join(FLAGS.get(flag, flag) for flag in one.flags), "italic"))
    if one.by == "grade":
        made.append("  a slot, filled by its grade", style="italic")
    return made.append("\n").append_text(safe(one.reason))


def place(one: Nomination, tally: RoundTally | None) -> list[RenderableType]:
    """A nomination as the first part of a gene's card.

    Args:
        one: The nomination.
        tally: Its round.
    """
    about = {
        "hit probability": f"{share(one.hit_probability)} (80 % interval {share(one.low)} – {share(one.high)})",
        "support": share(one.support),
        "by": "a grade" if one.by == "grade" else one.by,
        "grade": one.grade,
        "flags": [FLAGS.get(flag, flag) for flag in one.flags],
        "result": "" if one.outcome == "waiting" else one.outcome,
        "reason": one.reason,
        "evidence": one.evidence,
    }
    where = f"round {tally.round}" if tally else "the round"
    return [line(f"{one.perturbation}: rank {one.rank} of {where}", "bold"), fields(about)]


def confirming(overview: Overview, one: Round, tally: RoundTally | None) -> list[str]:
    """What confirming a round means, in sentences.

    Args:
        overview: The campaign.
        one: The round.
        tally: What it costs.
    """
    said = [f"Its {len(one.nominations):,} genes are what is ordered: the list changes no more."]
    if not overview.frozen:
        said.append("The campaign's question is frozen with it, as this is the first round.")
    said.append("They are no candidates until results come; then those without a result are candidates again.")
    if tally is not None:
        guides = tally.spend.guides + tally.spend.non_targeting
        price = "" if tally.spend.price is None else f", price {tally.spend.price:,.6g}"
        said.append(f"The order: {guides:,} guides, {tally.spend.cells:,} cells{price}. e exports it for ordering.")
    return said
