"""How designs are laid out for people: the answer in a sentence, then the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, line, notes, number, share, table

if TYPE_CHECKING:
    from tools.design.detectable import DetectableEffect
    from tools.design.perturb_seq.plan import PerturbSeqDesign
    from tools.design.pictures import DrawnDetectableEffect, DrawnPerturbSeqDesign, DrawnScreenDesign
    from tools.design.pooled.plan import ScreenDesign
    from tools.design.simulated import Simulated


def screen(design: ScreenDesign) -> list[RenderableType]:
    """A pooled screen that is planned.

    Args:
        design: The design.
    """
    priced = any(one.cost for one in design.options)
    columns = [
        Column("guides", right=True), Column("replicates", right=True), Column("cells/guide", right=True),
        Column("reads/guide", right=True, keep=4), Column("effect", right=True), Column("power", right=True),
        Column("library", right=True, keep=3), Column("cells", right=True), Column("reads", right=True, keep=5),
        *([Column("cost", right=True)] if priced else []),
    ]  # fmt: skip
    rows = [
        (one.guides, one.replicates, one.coverage, one.reads, number(one.effect), share(one.power), one.library,
         _million(one.cells), _million(one.total_reads), *([number(one.cost)] if priced else []))
        for one in design.options
    ]  # fmt: skip
    about = (
        f"{design.hits:,} hits among {design.genes:,} genes; a guide without an effect varies by"
        f" {number(design.guide_sd)} in all replicates and {number(design.replicate_sd)} in one (log2), as in"
        f" {design.noise}."
    )
    return [
        line(design.answer, "bold"), line(about), table(columns, rows, cut=False), *_simulated(design.simulated),
        *notes(design.notes),
    ]  # fmt: skip


def detectable(found: DetectableEffect) -> list[RenderableType]:
    """What a finished screen could show.

    Args:
        found: What was found.
    """
    shared = "" if found.shared_spread is None else f", of which replicates share {number(found.shared_spread)}"
    about = (
        f"Effects of genes that have none spread by {number(found.spread)}{shared}, told by {found.told_by};"
        f" {found.beyond:,} of {found.genes:,} genes measured {number(found.effect)} or more."
    )
    columns = [
        Column("replicates", right=True), Column("spread", right=True), Column("smallest effect", right=True),
        Column(f"power at {number(found.effect)}", right=True), Column(""),
    ]  # fmt: skip
    rows = [
        (one.replicates, number(one.spread), number(one.effect), share(one.power), "now" if one.measured else " ")
        for one in found.replicates
    ]
    shown = [table(columns, rows, cut=False)] if rows else []
    return [line(found.answer, "bold"), line(about), *shown, *_simulated(found.simulated), *notes(found.notes)]


def perturb_seq(design: PerturbSeqDesign) -> list[RenderableType]:
    """Perturbed single cells that are planned.

    Args:
        design: The design.
    """
    priced = any(one.cost for one in design.options)
    columns = [
        Column("cells", right=True), Column("effect", right=True), Column("found", right=True),
        Column("power", right=True), Column("genes tested", right=True, keep=4), Column("cells in all", right=True),
        Column("reads", right=True, keep=5), *([Column("cost", right=True)] if priced else []),
    ]  # fmt: skip
    rows = [
        (one.cells, number(one.effect), f"{one.found:.1f}", share(one.power), one.tested, one.sequenced,
         _million(one.reads), *([number(one.cost)] if priced else []))
        for one in design.options
    ]  # fmt: skip
    about = (
        f"{design.genes:,} genes, the median one with {number(design.median_count)} counts in a cell of"
        f" {design.umis:,.0f} and a dispersion of {number(design.median_dispersion)}, as in {design.expression};"
        f" {design.control_cells:,} control cells."
    )
    return [
        line(design.answer, "bold"), line(about), table(columns, rows, cut=False), *_simulated(design.simulated),
        *notes(design.notes),
    ]  # fmt: skip


def drawn_screen(drawn: DrawnScreenDesign) -> list[RenderableType]:
    """A pooled screen that was drawn.

    Args:
        drawn: The picture, and what it shows.
    """
    return [*screen(drawn.design), line(f"Drawn: {drawn.path}")]


def drawn_detectable(drawn: DrawnDetectableEffect) -> list[RenderableType]:
    """What a finished screen could show, drawn.

    Args:
        drawn: The picture, and what it shows.
    """
    return [*detectable(drawn.found), line(f"Drawn: {drawn.path}")]


def drawn_perturb_seq(drawn: DrawnPerturbSeqDesign) -> list[RenderableType]:
    """Perturbed single cells that were drawn.

    Args:
        drawn: The picture, and what it shows.
    """
    return [*perturb_seq(drawn.design), line(f"Drawn: {drawn.path}")]


def _simulated(found: Simulated | None) -> list[RenderableType]:
    if found is None:
        return []
    return [
        line(
            f"{found.runs:,} simulated: {share(found.power)} ± {share(found.power_error)} of what is there was found,"
            f" and {share(found.false_share)} ± {share(found.false_share_error)} of what was found is false."
        )
    ]


def _million(value: float) -> str:
    """A large number in millions, as people say it."""
    return f"{value / 1e6:,.0f} M" if value >= 1e7 else f"{value / 1e6:.1f} M"
