"""How the campaign page words what it shows."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from tools.campaigns.listing import CampaignShow
from tools.campaigns.results.ledger import RoundTally
from tools.campaigns.results.review import Review
from tui.chat.pages.campaign_reading import Overview
from tui.chat.widgets.hits_plot import RoundPoint
from tui.chat.widgets.text import safe
from tui.layouts import campaign as campaign_layout
from tui.layouts.format import Column, heading, line
from tui.layouts.slots import slots

ROUND_COLUMNS = (
    Column("round", right=True), Column("state"), Column("genes", right=True), Column("measured", right=True),
    Column("hits", right=True), Column("expected", right=True), Column("random", right=True),
    Column("guides", right=True),
)  # fmt: skip
NOTHING = (
    "There is no campaign yet.",
    "",
    "n  starts one: what you look for, among which genes, how many a round can test.",
    "Alt-4 shows the store: your own screens and public ones are what a campaign learns from.",
)


def head(shown: CampaignShow) -> Text:
    """The campaign in two lines.

    Args:
        shown: The campaign.
    """
    one = shown.campaign
    state = "closed" if one.closed_at else "open"
    made = safe(f"{one.name}: {one.question.phenotype}", "bold")
    made.append(f"\n{state}; {shown.library_size:,} in the library: {shown.measured:,} measured, ")
    return made.append(f"{shown.excluded:,} excluded, {shown.candidates:,} left; {one.settings.size:,} a round")


def round_rows(rounds: Sequence[RoundTally]) -> list[tuple[object, ...]]:
    """Rows of the table of rounds.

    Args:
        rounds: The rounds.
    """
    return [
        (
            one.round,
            one.state,
            one.nominated,
            one.measured if one.state == "measured" else None,
            one.hits,
            f"{one.expected.mean:.1f} ({one.expected.low:g}–{one.expected.high:g})",
            None if one.random is None else f"{one.random:.1f}",
            one.spend.guides + one.spend.non_targeting,
        )
        for one in rounds
    ]


def points(rounds: Sequence[RoundTally]) -> list[RoundPoint]:
    """Points of the plot.

    Args:
        rounds: The rounds.
    """
    return [
        RoundPoint(one.round, one.hits, one.expected.mean, one.expected.low, one.expected.high, one.random)
        for one in rounds
    ]


def next_step(overview: Overview) -> Text:
    """What comes next in the campaign, with its key.

    Args:
        overview: The campaign.
    """
    newest = overview.newest
    if overview.shown is not None and overview.shown.campaign.closed_at is not None:
        return safe("o opens the campaign again.")
    if newest is None:
        return safe("Next: p proposes the first round; e edits the question, which is frozen once one is confirmed.")
    if newest.state == "open":
        return safe(f"Round {newest.number} is open: Enter shows its shortlist, where c confirms it.")
    if newest.state == "confirmed":
        return safe(f"Round {newest.number} is confirmed: r records its results when they are measured.")
    return safe(f"Round {newest.number} is measured: p proposes the next one.")


def worth(review: Review | None, *, computing: bool) -> list[RenderableType]:
    """Is another round worth it?

    Args:
        review: What the review said; None where there is none.
        computing: Whether one is being made.
    """
    if review is None:
        text = "computing …" if computing else "a round must be measured first."
        return [heading("Is another round worth it?"), line(text)]
    ahead = review.next_expected
    return [
        heading(f"Is another round worth it? {review.worth.capitalize()}."),
        line(review.verdict),
        line(
            f"Next: {review.next_size} of {review.candidates:,} candidates, {ahead.mean:.1f} hits expected"
            f" ({ahead.low:g}–{ahead.high:g}), {review.next_random:.1f} at random."
        ),
        *([line(f"In the next round {review.next_slots}.")] if review.next_slots else []),
    ]


def question(shown: CampaignShow, *, frozen: bool) -> list[RenderableType]:
    """The compiled question.

    Args:
        shown: The campaign.
        frozen: Whether it can be edited no more.
    """
    state = "frozen, because a round was confirmed" if frozen else "e edits it"
    return [heading(f"Question ({state})"), *campaign_layout.question(shown.campaign.question)]


def history(shown: CampaignShow) -> list[RenderableType]:
    """What grades did in the newest round, the results that were recorded, and the transcripts of rounds.

    Args:
        shown: The campaign.
    """
    made: list[RenderableType] = []
    if shown.rounds:
        made += slots(shown.rounds[-1].shortlist.slots)
    if shown.results:
        made += [heading("Results"), *(line(one) for one in shown.results)]
    if shown.transcripts:
        made += [heading("Transcripts"), *(line(one) for one in shown.transcripts)]
    return made
