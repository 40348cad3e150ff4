"""The report of a screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import partial

import pandas as pd

from db import acts
from db.acts import FILE, act
from db.evidence_ids import effect_id
from db.provenance import get_ingest
from tools.pictures.base import Picture
from tools.pictures.controls import controls
from tools.pictures.rank import rank
from tools.pictures.replicates import replicates
from tools.pictures.screen_effects import ScreenEffects, screen_effects
from tools.pictures.volcano import volcano
from tools.reports import methods
from tools.reports.common import anchors_of, drawn, line, made_with, number, opened, packs_line, refs
from tools.reports.page import Block, Lines, Page, Paragraph, Section, Table, facts, with_something
from tools.screens.ingestion.description import ScreenDescription
from tools.screens.listing import ShownScreen, screen_show
from tools.screens.quality import Quality
from tools.screens.tables.reading import Reading
from tools.workspace import Workspace

MOST_HITS = 200


def screen_page(workspace: Workspace, name: str) -> Page:
    """The report of a screen.

    Args:
        workspace: The store.
        name: Name of the screen.
    """
    shown = screen_show(workspace, name)
    effects = screen_effects(workspace.store, name)
    own = shown.screen.name
    hits = _hits(effects)
    cited = [effect_id(effects.contrast.id, perturbation) for perturbation in hits["perturbation"].astype(str)]
    anchors = anchors_of(cited)
    makers: list[tuple[str, Callable[[], Picture]]] = [("rank", partial(rank, workspace, own))]
    if effects.frame[["p", "fdr"]].notna().to_numpy().any() and effects.contrast.estimate_kind != "signed_log10_p":
        makers.insert(0, ("volcano", partial(volcano, workspace, own)))
    if shown.quality.replicates:
        makers.append(("replicates", partial(replicates, workspace, own)))
    kinds = tuple(dict.fromkeys(one.estimate_kind for one in shown.contrasts))
    sections = (
        Section("Question", _question(shown)),
        Section("Data and quality", _data(workspace, shown)),
        Section("Method", methods.of_screen(shown.screen, kinds)),
        Section("Hits", _list(effects, hits, cited, anchors)),
        Section("Controls", _controls(workspace, shown.quality, own)),
        Section("Pictures", tuple(drawn(workspace, makers))),
        Section("Evidence", tuple(opened(workspace, anchors))),
        Section("How to repeat it", (*_repeat(workspace, shown), *made_with(workspace))),
    )
    when = f"Screen report, written on {workspace.clock():%Y-%m-%d %H:%M} UTC by hitscout."
    return Page(f"{own}: {shown.screen.phenotype}", when, sections)


def _question(shown: ShownScreen) -> tuple[Block, ...]:
    screen = shown.screen
    names = ("study", "organism", "cell_type", "phenotype", "condition", "library", "modality", "method", "readout",
             "readout_gene", "text", "hit_rule", "side")  # fmt: skip
    rows = [(name.replace("_", " "), str(getattr(screen, name))) for name in names]
    signs = "; ".join(f"{one.name}: {one.positive_means} ({one.sign_evidence})" for one in shown.contrasts)
    return (facts("What was looked at", [*rows, ("positive in the file means", signs)]),)


def _data(workspace: Workspace, shown: ShownScreen) -> tuple[Block, ...]:
    quality = shown.quality
    apart = quality.essentials
    rows = [
        ("file", shown.source), ("SHA-256", shown.source_hash), ("added", f"{shown.added_at:%Y-%m-%d %H:%M} UTC"),
        ("perturbations", f"{quality.perturbations:,}"),
        ("guides of a perturbation, median", number(quality.guides_median)),
        ("hits that lower", f"{quality.hits_low:,}"), ("hits that raise", f"{quality.hits_high:,}"),
        ("essential genes told from others, AUROC", number(apart.auroc) if apart else ""),
        ("the same, SSMD", number(apart.ssmd) if apart else ""),
        ("percentile of the readout's own gene", number(quality.readout_percentile)),
    ]  # fmt: skip
    blocks: list[Block] = [facts("The file and what it holds", rows)]
    if quality.replicates:
        agreed = tuple((one.first, one.second, f"{one.shared:,}", number(one.pearson), number(one.spearman))
                       for one in quality.replicates)  # fmt: skip
        head = ("first", "second", "shared", "Pearson", "Spearman")
        blocks.append(Table("Replicates", head, agreed, frozenset({2, 3, 4})))
    for caption, noted in (("Rows kept aside", shown.kept_aside), ("Rows used with a flag", shown.flags)):
        if noted:
            given = tuple((one.reason, f"{one.rows:,}", "; ".join(map(workspace.says, one.examples))) for one in noted)
            blocks.append(Table(caption, ("reason", "rows", "examples"), given, frozenset({1})))
    return (*blocks, *(Paragraph(workspace.says(one)) for one in shown.remarks))


def _hits(effects: ScreenEffects) -> pd.DataFrame:
    """The hits, the largest effect first."""
    frame = effects.frame[effects.frame["hit"]].drop_duplicates("perturbation")
    frame = frame.assign(size=frame["estimate"].abs())
    return frame.sort_values(["size", "perturbation"], ascending=[False, True]).head(MOST_HITS)


def _list(effects: ScreenEffects, hits: pd.DataFrame, cited: list[str], anchors: dict[str, str]) -> tuple[Block, ...]:
    if hits.empty:
        return (Paragraph(f"No perturbation is a hit by {effects.screen.hit_rule}."),)
    numbers = (hits[column].astype(float) for column in ("estimate", "p", "fdr"))
    rows = tuple(
        (str(place), name, number(estimate), number(None if p != p else p), number(None if fdr != fdr else fdr),
         f"{'raises' if estimate > 0 else 'lowers'}" if effects.signed else "", refs([evidence], anchors))
        for place, (name, estimate, p, fdr, evidence) in enumerate(
            zip(hits["perturbation"].astype(str), *numbers, cited, strict=True), 1
        )
    )  # fmt: skip
    found = int(effects.frame["hit"].sum())
    caption = f"{found:,} hits by {effects.screen.hit_rule}" + (
        f", the {len(rows)} strongest" if found > len(rows) else ""
    )
    head = ("place", "perturbation", effects.axis, "p (two-sided)", "FDR", "does", "evidence")
    return (with_something(Table(caption, head, rows, frozenset({0, 2, 3, 4}))),)


def _controls(workspace: Workspace, quality: Quality, name: str) -> tuple[Block, ...]:
    if not quality.controls:
        return (Paragraph("The file has no row of negative controls, so the spread that chance gives is not known."),)
    rows = [
        ("rows of negative controls", f"{quality.controls:,}"), ("median", number(quality.controls_median)),
        ("spread (1.4826 MAD)", number(quality.controls_mad)),
    ]  # fmt: skip
    return (facts("Negative controls", rows), *drawn(workspace, [("controls", partial(controls, workspace, name))]))


def _repeat(workspace: Workspace, shown: ShownScreen) -> tuple[Block, ...]:
    name = shown.screen.name
    said = (
        f"The file is {shown.source}, SHA-256 {shown.source_hash}; its numbers are the same however often it is added."
        " FILE stands for further files that were read with it."
    )
    lines = [
        *packs_line(workspace),
        *_adding(workspace, shown),
        line(workspace, act("screen_show", name)),
        line(workspace, act("write_report", "report.html", screen=name)),
    ]
    return Paragraph(said), Lines(tuple(lines))


def _adding(workspace: Workspace, shown: ShownScreen) -> list[str]:
    """The line that adds the screen, with the options that its ingest keeps; none for a screen of cells."""
    with workspace.store.read() as connection:
        ingest = get_ingest(connection, shown.screen.ingest_id)
    known = ingest.arguments
    if ingest.kind != "screen" or "phenotype" not in known:
        return []
    options = {one.name: one.default for kind in (ScreenDescription, Reading) for one in fields(kind)}
    given = {name: known[name] for name, usual in options.items() if known.get(name) and known[name] != usual}
    if known.get("replicate_files"):
        given["replicate_files"] = [FILE] * int(known["replicate_files"])
    return [line(workspace, acts.act("add_screen", shown.source, **given))]
