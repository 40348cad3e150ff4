"""The report of a campaign."""

from __future__ import annotations

from collections.abc import Callable

from db.acts import FILE, act
from db.campaigns.campaigns import exclusions_of
from db.campaigns.results import controls_of_contrast
from db.clean_text import clean
from db.screens.reading import list_screens
from tools.campaigns.results.called_hits import call_hits
from tools.campaigns.results.ledger import Tally, tally_of
from tools.campaigns.scale import Scale
from tools.campaigns.state import CampaignState, state_of
from tools.pictures.base import Picture
from tools.pictures.progress import progress
from tools.pictures.reliability import reliability
from tools.pictures.sets import sets
from tools.reports import methods
from tools.reports.campaign_lists import found_hits, newest_list, rounds_in_short
from tools.reports.campaign_repeat import lines_of_campaign
from tools.reports.common import anchors_of, drawn, made_with, number, opened
from tools.reports.page import Block, Lines, Page, Paragraph, Section, Table, facts
from tools.workspace import Workspace

MOST_ROWS = 50


def campaign_page(workspace: Workspace, name: str = "") -> Page:
    """The report of a campaign.

    Args:
        workspace: Where it is.
        name: Its name; the only open one where empty.
    """
    state = state_of(workspace.store, name)
    tally = tally_of(workspace, state)
    hits = call_hits(workspace.store, state).hits
    newest = state.newest
    anchors = anchors_of(evidence for one in (newest.nominations if newest else ()) for evidence in one.evidence)
    makers: list[tuple[str, Callable[[], Picture]]] = [
        ("progress", lambda: progress(state, tally)),
        ("sets", lambda: sets(workspace, state)),
    ]
    sections = (
        Section("Question", _question(state)),
        Section("Data and quality", _data(workspace, state, tally)),
        Section("Method", methods.of_campaign(state, tally)),
        Section("Shortlist", newest_list(state, anchors, hits)),
        Section("Hits so far", found_hits(state, hits)),
        Section("Controls", _controls(workspace, state)),
        Section("Pictures", tuple(drawn(workspace, makers))),
        Section("Calibration", _calibration(workspace, tally)),
        Section("Costs", _costs(tally)),
        Section("Evidence", tuple(opened(workspace, anchors))),
        Section("All rounds", rounds_in_short(state, hits)),
        Section("How to repeat it", (*_repeat(workspace, state), *made_with(workspace))),
    )
    when = f"Campaign report, written on {workspace.clock():%Y-%m-%d %H:%M} UTC by hitscout."
    return Page(f"{state.campaign.name}: {state.campaign.question.phenotype}", when, sections)


def _question(state: CampaignState) -> tuple[Block, ...]:
    question, settings = state.campaign.question, state.campaign.settings
    rows = [
        ("phenotype", question.phenotype), ("in plain words", question.text), ("organism", question.organism),
        ("cell type", question.cell_type), ("readout", question.readout), ("direction of hits", question.direction),
        ("modality", question.modality), ("hit rule", question.hit_rule), ("study", question.study),
        ("gene sets", ", ".join(question.gene_sets)), ("positive controls", ", ".join(question.positive_controls)),
        ("screens weighed", ", ".join(f"{name} {weight:g}" for name, weight in question.screen_weights.items())),
        ("places of a round", f"{settings.size:,}"), ("mode", settings.mode),
        ("guides of a gene", str(settings.guides_per_gene)), ("cells of a guide", f"{settings.coverage:,}"),
        ("price of a guide", number(settings.price, 6)), ("started", f"{state.campaign.created_at:%Y-%m-%d}"),
    ]  # fmt: skip
    return (facts("What is looked for", rows),)


def _data(workspace: Workspace, state: CampaignState, tally: Tally) -> tuple[Block, ...]:
    counts = facts(
        "The library",
        [
            ("perturbations in the library", f"{len(state.library):,}"),
            ("measured", f"{len(state.measured):,}"),
            ("excluded", f"{len(state.exclusions):,}"),
            ("candidates left", f"{len(state.candidates):,}"),
            ("names that could not be used", f"{len(state.campaign.settings.ignored):,}"),
        ],
    )
    rounds = tuple(
        (
            str(one.round), one.state, f"{one.nominated:,}", f"{one.measured:,}",
            "" if one.hits is None else f"{one.hits:,}", f"{one.expected.mean:.1f}",
            f"{one.expected.low:.0f} to {one.expected.high:.0f}", "" if one.random is None else f"{one.random:.1f}",
        )
        for one in tally.rounds
    )  # fmt: skip
    head = ("round", "state", "nominated", "measured", "hits", "expected", "80 % interval", "at random")
    placed = tuple(
        (str(one.number), str(one.revision), f"{one.created_at:%Y-%m-%d}", str(one.placement["text"]))
        for one in state.revisions
    )
    blocks: list[Block] = [counts, Table("Rounds", head, rounds, frozenset(range(2, 8)))]
    if placed:
        blocks.append(Table("Results, and how they were placed", ("round", "revision", "on", "placement"), placed))
    return (*blocks, *_screens(workspace, state), *_taken_out(workspace, state))


def _screens(workspace: Workspace, state: CampaignState) -> list[Block]:
    """The screens of the store that could speak, and those that were kept from it."""
    refused = {one.screen: one.why for each in state.rounds for one in each.shortlist.excluded_screens}
    rows = tuple(
        (one.name, one.phenotype, one.cell_type, one.modality, one.study, refused.get(one.name, "learnt from"))
        for one in list_screens(workspace.store)
        if one.organism == state.campaign.question.organism and one.id not in state.hidden
    )
    head = ("screen", "phenotype", "cell type", "modality", "study", "used")
    return [Table("Screens of the store", head, rows)] if rows else [Paragraph("The store has no other screen.")]


def _taken_out(workspace: Workspace, state: CampaignState) -> list[Block]:
    taken = list(exclusions_of(workspace.store, state.campaign.id).items())
    if not taken:
        return []
    caption = f"Taken out: {len(taken):,}" + (f", the first {MOST_ROWS}" if len(taken) > MOST_ROWS else "")
    return [Table(caption, ("perturbation", "why"), tuple(taken[:MOST_ROWS]))]


def _controls(workspace: Workspace, state: CampaignState) -> tuple[Block, ...]:
    blocks: list[Block] = []
    newest = state.newest
    if newest is not None and newest.shortlist.controls:
        ordered = tuple((one.kind, one.perturbation, str(one.guides), one.why) for one in newest.shortlist.controls)
        blocks.append(Table(f"Ordered with round {newest.number}", ("kind", "gene", "guides", "why"), ordered,
                            frozenset({2})))  # fmt: skip
    spreads = []
    for one in state.revisions:
        scale = Scale.of(controls_of_contrast(workspace.store, one.contrast_id))
        spreads.append((f"{one.number}.{one.revision}", f"{scale.count:,}", number(scale.centre), number(scale.spread)))
    if spreads:
        head = ("round and revision", "negative controls", "median", "spread")
        blocks.append(Table("Negative controls, as placed", head, tuple(spreads), frozenset({1, 2, 3})))
    effects = state.effects.set_index("perturbation")["estimate"]
    known = [name for name in state.campaign.question.positive_controls if name in effects.index]
    if known:
        rows = tuple((name, number(float(effects[name]))) for name in known)
        blocks.append(Table("Positive controls, as measured", ("gene", "effect"), rows, frozenset({1})))
    return tuple(blocks) or (Paragraph("No control is ordered or measured yet."),)


def _calibration(workspace: Workspace, tally: Tally) -> tuple[Block, ...]:
    rows = tuple(
        (
            f"{one.low:.2f} to {one.high:.2f}", f"{one.nominations:,}", f"{one.expected.mean:.1f}",
            f"{one.expected.low:.0f} to {one.expected.high:.0f}", f"{one.hits:,}",
        )
        for one in tally.calibration
    )  # fmt: skip
    blocks = drawn(workspace, [("reliability", lambda: reliability(tally))])
    if rows:
        head = ("probability", "nominations", "hits promised", "80 % interval", "hits")
        blocks.append(Table("Promised and found", head, rows, frozenset({1, 2, 3, 4})))
    return tuple(blocks)


def _costs(tally: Tally) -> tuple[Block, ...]:
    spends = [(f"{one.round} ({one.state})", one.spend) for one in tally.rounds]
    spends.append(("confirmed and measured together", tally.spend))
    rows = tuple(
        (name, f"{one.guides:,}", f"{one.non_targeting:,}", f"{one.cells:,}",
         "" if one.price is None else f"{one.price:,.2f}") for name, one in spends
    )  # fmt: skip
    head = ("round", "guides", "non-targeting guides", "cells", "price")
    table = Table("What is ordered", head, rows, frozenset({1, 2, 3, 4}))
    hits = sum(one.hits or 0 for one in tally.rounds)
    if tally.spend.price and hits:
        return table, Paragraph(f"That is {tally.spend.price / hits:,.2f} a hit, in the laboratory's own currency.")
    return (table,)


def _repeat(workspace: Workspace, state: CampaignState) -> tuple[Block, ...]:
    name = clean(state.campaign.name)
    said = (
        f"The same store, seed and grades give the same list. FILE stands for the library of {name}"
        f" ({len(state.library):,} perturbations), which the store keeps with it; results are read from the files"
        f" that are named. {workspace.says(act('campaign_question', name))} shows the question as it was compiled,"
        f" {workspace.says(act('campaign_export', FILE, name=name))} writes a round again."
    )
    return Paragraph(said), Lines(lines_of_campaign(workspace, state))
