"""How a screen read by single cells is laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, fields, heading, line, notes, number, share, spoken_line, table
from tui.layouts.screen import noted

if TYPE_CHECKING:
    from tools.expression.perturb_seq.added import AddedPerturbSeq
    from tools.expression.perturb_seq.quality import CellQuality, PerturbationQuality

SHOWN = 20
"""Perturbations in the table of quality; the others are in the JSON."""


def added(added: AddedPerturbSeq) -> Sequence[RenderableType]:
    """What became of a file of cells, with its quality.

    Args:
        added: The report.
    """
    screen, context, quality = added.screen, added.context, added.quality
    state = "was in the store already; nothing was written" if added.already_present else "added"
    about = {
        "phenotype": screen.phenotype,
        "cell type": screen.cell_type,
        "modality": screen.modality,
        "perturbations": added.effects,
        "hits": f"{added.hits:,} by {screen.hit_rule}, side {screen.side}",
        "responses": f"{context.rows:,} in {context.name}: {context.perturbations:,} perturbations ×"
        f" {context.readouts:,} genes",
        "cells kept": added.sampled_cells,
    }
    parts: list[RenderableType] = [line(f"{screen.name}: {state}", "bold"), fields(about)]
    parts += [heading("How it was read"), *(line(f"– {spoken_line(one)}") for one in added.remarks)]
    parts += [heading("Quality"), fields(_quality(quality)), *_perturbations(quality)]
    parts += noted("Kept aside", added.kept_aside) + noted("Used with a flag", added.flags)
    return [*parts, *notes(added.warnings)]


def _quality(quality: CellQuality) -> dict[str, object]:
    moved = f"; {quality.moved} of {quality.targets} by a fifth or more the way of the modality"
    within = f"{quality.strata} of {', '.join(quality.stratum_columns)}" if quality.stratum_columns else "one"
    return {
        "cells": f"{quality.cells_used:,} of {quality.cells_read:,} used, {quality.controls:,} of them controls",
        "genes": f"{quality.tested:,} of {quality.genes:,} tested",
        "strata": within,
        "targets": "none of them is measured well enough to tell" if quality.target_share is None
        else f"median {share(quality.target_share)} of the controls' expression, {quality.targets} measured"
        + ("" if quality.moved is None else moved),
        "guides": None
        if quality.agreement is None
        else f"median correlation {number(quality.agreement)} of the guides of a gene",
        "doublets": None
        if quality.several_guides is None
        else f"{quality.several_guides:.1%} of the cells with a guide have guides of several genes",
    }  # fmt: skip


def _perturbations(quality: CellQuality) -> list[RenderableType]:
    """The perturbations to which most genes respond."""
    ordered = sorted(quality.perturbations, key=lambda one: (-one.responding, one.perturbation))
    columns = [
        Column("perturbation"), Column("cells", right=True), Column("guides", right=True),
        Column("agreement", right=True), Column("target left", right=True), Column("respond", right=True),
        Column("most clearly, log2 fold change", running=True, keep=5),
    ]  # fmt: skip
    parts: list[RenderableType] = [table(columns, [_row(one) for one in ordered[:SHOWN]], cut=False)]
    if len(ordered) > SHOWN:
        parts.append(line(f"{SHOWN} of {len(ordered):,} perturbations; --json has all.", "dim"))
    return parts


def _row(one: PerturbationQuality) -> tuple[object, ...]:
    left = ", ".join("–" if share_ is None else share(share_) for share_ in one.target_share)
    return (
        one.perturbation, one.cells, one.guides or "–", "–" if one.agreement is None else number(one.agreement), left,
        one.responding, ", ".join(one.strongest_told),
    )  # fmt: skip
