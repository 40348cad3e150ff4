"""How what the campaign tools give is laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.acts import typed
from tui.layouts.format import Column, fields, heading, line, notes, number, share, table
from tui.layouts.shortlist import ignored, nominations
from tui.layouts.slots import slots

if TYPE_CHECKING:
    from db.records import Question, Round
    from tools.campaigns.listing import CampaignLine, CampaignShow
    from tools.campaigns.preregistration.checking import PreregistrationCheck
    from tools.campaigns.preregistration.writing import Preregistered
    from tools.campaigns.results.ledger import CalibrationBin, Spend
    from tools.campaigns.results.recording import Recorded
    from tools.campaigns.results.review import Review
    from tools.campaigns.rounds.grade import Graded
    from tools.campaigns.rounds.order_file import Exported
    from tools.campaigns.rounds.shortlist import Shortlist
    from tools.campaigns.start.exclusions import Exclusion
    from tools.campaigns.start.start import CampaignStart


def started(one: CampaignStart) -> Sequence[RenderableType]:
    """A campaign that was started.

    Args:
        one: What the tool gave.
    """
    name = one.campaign.name
    counts = {"library": one.library_size, "measured": one.measured, "candidates": one.candidates}
    about = {**counts, "mode": one.campaign.settings.mode}
    parts: list[RenderableType] = [line(f"Campaign {name} is open.", "bold"), fields(about)]
    parts += [heading("Question"), *question(one.campaign.question), *ignored(one.ignored)]
    parts += notes(one.notes)
    return [*parts, line(f"Next: {typed('campaign', 'propose', name)}")]


def question(asked: Question) -> Sequence[RenderableType]:
    """A question, field by field.

    Args:
        asked: The question.
    """
    values = {key.replace("_", " "): value for key, value in asked.to_json().items()}
    values["screen weights"] = [f"{name} {weight:g}" for name, weight in asked.screen_weights.items()]
    return [fields(values)]


def excluded(one: Exclusion) -> Sequence[RenderableType]:
    """What was excluded.

    Args:
        one: What the tool gave.
    """
    done = line(f"{one.campaign}: {len(one.excluded):,} excluded: {', '.join(one.excluded)}")
    return [done, *ignored(one.ignored), *notes(one.notes)]


def graded(one: Graded) -> Sequence[RenderableType]:
    """A grade that was written.

    Args:
        one: What the tool gave.
    """
    done = line(f"{one.campaign}, round {one.round}: {one.perturbation} has grade {one.grade:g}.")
    return [done, *notes(one.notes)]


def confirmed(one: Shortlist) -> Sequence[RenderableType]:
    """A round that was confirmed.

    Args:
        one: What the tool gave.
    """
    return [
        line(f"{one.campaign}: round {one.round} with {one.size:,} nominations is confirmed.", "bold"),
        line(f"Order it: {typed('campaign', 'export', one.campaign, f'round{one.round}.xlsx')}"),
        line(f"When it is measured: {typed('campaign', 'record', one.campaign, 'FILE')}"),
        *([line(f"What it promises is written down in {one.path}.")] if one.path else []),
    ]


def preregistered(one: Preregistered) -> Sequence[RenderableType]:
    """A preregistration that was written.

    Args:
        one: What the tool gave.
    """
    hits = one.expected_hits
    about = {
        "nominations": one.size,
        "expected hits": f"{hits.mean:.1f} ({hits.level:.0%} interval {hits.low:g} to {hits.high:g})",
        "hit rule": f"{one.hit_rule}, side {one.side}",
        "SHA-256 of the list": one.list_sha256,
        "SHA-256 of all that it says": one.sha256,
    }
    check = typed("campaign", "review", one.campaign, "--preregistration", str(one.path))
    return [
        line(f"{one.campaign}: round {one.round} is preregistered in {one.path}.", "bold"), fields(about),
        line(f"When it is measured: {check}"),
    ]  # fmt: skip


def recorded(one: Recorded) -> Sequence[RenderableType]:
    """Results that were taken in.

    Args:
        one: What the tool gave.
    """
    state = "was recorded before; nothing was written" if one.recognised else f"is measured (revision {one.revision})"
    about = {
        "measured": one.measured,
        "hits": f"{len(one.hits):,}: {', '.join(one.hits)}" if one.hits else "none",
        "rule": one.rule,
        "placement": one.placement,
        "missing, candidates again": one.missing,
        "missing, dropped": one.dropped,
        "not nominated": one.others,
        "lost since the last revision": one.lost,
    }
    parts: list[RenderableType] = [line(f"{one.campaign}: round {one.round} {state}.", "bold"), fields(about)]
    if one.notes:
        columns = [Column("line", right=True), Column("name"), Column("reason"), Column("detail", running=True, keep=5)]
        rows = [(note.line, note.name, note.reason, note.detail) for note in one.notes]
        parts += [heading("Rows kept aside or flagged"), table(columns, rows)]
    return parts


def reviewed(one: Review) -> Sequence[RenderableType]:
    """How a campaign stands.

    Args:
        one: What the tool gave.
    """
    columns = [
        Column("round", right=True), Column("nominated", right=True, keep=3), Column("measured", right=True),
        Column("hits", right=True), Column("expected", right=True), Column("80 % interval"),
    ]  # fmt: skip
    rows = [
        (
            r.round,
            r.nominated,
            r.measured,
            r.hits,
            f"{r.expected.mean:.1f}",
            f"{r.expected.low:g} – {r.expected.high:g}",
        )
        for r in one.rounds
    ]
    ahead = one.next_expected
    return [
        line(f"{one.campaign}: {one.hits} hits; {one.expected.mean:.1f} were expected.", "bold"),
        line(one.rule),
        table(columns, rows, cut=False),
        line(
            f"A next round of {one.next_size} of {one.candidates:,} candidates: {ahead.mean:.1f} hits expected"
            f" ({ahead.level:.0%} interval {ahead.low:g} to {ahead.high:g}); at random {one.next_random:.1f}."
        ),
        *([line(f"In the next round {one.next_slots}.")] if one.next_slots else []),
        line(f"Worth it: {one.worth}. {one.verdict}"),
        *(calibration(one.calibration) if one.calibration else []),
        *(spend(one.spend) if one.spend else []),
        *_against(one.preregistration),
    ]


def _against(one: PreregistrationCheck | None) -> list[RenderableType]:
    if one is None:
        return []
    kept = "kept to" if one.kept else "not kept to, or changed"
    return [heading(f"Preregistration of round {one.round}: {kept}"), *(line(finding) for finding in one.findings)]


def calibration(bins: Sequence[CalibrationBin]) -> list[RenderableType]:
    """Promised against found, by hit probability.

    Args:
        bins: The bins.
    """
    if not bins:
        return [heading("Calibration"), line("Too few nominations are measured to tell.")]
    columns = [
        Column("probability"), Column("genes", right=True), Column("promised", right=True), Column("80 %"),
        Column("found", right=True), Column("fits"),
    ]  # fmt: skip
    rows = [
        (
            f"{share(one.low)}–{share(one.high)}",
            one.nominations,
            f"{one.expected.mean:.1f}",
            f"{one.expected.low:g}–{one.expected.high:g}",
            one.hits,
            "yes" if one.expected.low <= one.hits <= one.expected.high else "no",
        )
        for one in bins
    ]
    return [heading("Calibration"), table(columns, rows, cut=False)]


def spend(one: Spend) -> list[RenderableType]:
    """What was ordered so far.

    Args:
        one: Guides, cells and price.
    """
    if not one.guides:
        return [heading("Ordered so far"), line("Nothing: no round is confirmed.")]
    price = "" if one.price is None else f", price {number(one.price, 6)}"
    text = f"{one.guides:,} guides and {one.non_targeting:,} non-targeting ones, {one.cells:,} cells{price}."
    return [heading("Ordered so far"), line(text)]


def exported(one: Exported) -> Sequence[RenderableType]:
    """A file that was written.

    Args:
        one: What the tool gave.
    """
    about = {
        "rows": one.rows,
        "guides": one.guides,
        "non-targeting guides advised": one.non_targeting,
        "cells": one.cells,
        "price": None if one.price is None else number(one.price, 6),
    }
    return [line(f"Written to {one.path} ({one.format}).", "bold"), fields(about)]


def shown(one: CampaignShow) -> Sequence[RenderableType]:
    """A campaign with its newest round in full.

    Args:
        one: What the tool gave.
    """
    settings = one.campaign.settings
    about = {
        "library": one.library_size,
        "measured": one.measured,
        "excluded": one.excluded or "none",
        "candidates": one.candidates,
        "mode": settings.mode,
        "size of a round": settings.size,
        "guides of a gene": settings.guides_per_gene,
        "coverage": settings.coverage,
        "started": f"{one.campaign.created_at:%Y-%m-%d %H:%M} UTC",
    }
    parts: list[RenderableType] = [line(one.campaign.name, "bold"), fields(about)]
    parts += [heading("Question"), *question(one.campaign.question)]
    parts += [line(f"Results: {result}") for result in one.results]
    parts += [line(f"Transcript of {transcript}") for transcript in one.transcripts]
    if one.rounds:
        parts += [heading("Rounds"), _rounds(one.rounds), heading(f"Round {one.rounds[-1].number}")]
        parts.append(nominations(one.rounds[-1].nominations))
        parts += slots(one.rounds[-1].shortlist.slots)
    return parts


def _rounds(rounds: Sequence[Round]) -> RenderableType:
    columns = [
        Column("round", right=True), Column("state"), Column("nominations", right=True),
        Column("seed", right=True, keep=4), Column("expected hits", right=True, keep=6),
    ]  # fmt: skip
    rows = []
    for one in rounds:
        expected = sum(nomination.hit_probability for nomination in one.nominations)
        rows.append((one.number, one.state, len(one.nominations), one.seed, f"{expected:.1f}"))
    return table(columns, rows, cut=False)


def listing(lines: Sequence[CampaignLine]) -> Sequence[RenderableType]:
    """The campaigns of the store.

    Args:
        lines: One for each campaign.
    """
    if not lines:
        return [line('The store has no campaign: hitscout campaign start NAME --phenotype "…"')]
    columns = [
        Column("campaign"), Column("phenotype", running=True, keep=8), Column("is"), Column("rounds", right=True),
        Column("newest"), Column("size", right=True, keep=5),
    ]  # fmt: skip
    rows = [
        (one.name, one.phenotype, "closed" if one.closed else "open", one.rounds, one.state, one.size) for one in lines
    ]
    return [table(columns, rows)]


def closed(one: CampaignLine) -> Sequence[RenderableType]:
    """A campaign that was closed, or opened again.

    Args:
        one: The campaign as it is now.
    """
    if one.closed:
        return [
            line(f"Campaign {one.name} is closed. `{typed('campaign', 'close', one.name, '--reopen')}` opens it again.")
        ]
    return [line(f"Campaign {one.name} is open again.")]
