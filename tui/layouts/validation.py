"""How lists of genes to test again are laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, heading, line, notes, number, share, table

if TYPE_CHECKING:
    from tools.benchmarks.validation import ValidationReport
    from tools.screens.validation.validating import Validation

SHOWN = 25


def listed(found: Validation) -> Sequence[RenderableType]:
    """A list to test again.

    Args:
        found: What the tool gave.
    """
    kind = " that are no fitness genes" if found.specific else ""
    columns = [
        Column("", right=True), Column("gene"), Column("chance", right=True), Column("effect", right=True),
        Column("FDR", right=True), Column("growth"),
    ]  # fmt: skip
    rows = [
        (one.rank, one.perturbation, share(one.chance), number(one.estimate),
         None if one.fdr is None else number(one.fdr, 2), "fitness gene" if one.fitness else "")
        for one in found.genes[:SHOWN]
    ]  # fmt: skip
    parts: list[RenderableType] = [
        line(f"{found.screen}: the {found.size:,} genes{kind} that a repeat is likeliest to find again", "bold"),
        line(
            f"A repeat would find {found.expected:.0f} of them; of as many by the size of the effect alone"
            f" {found.expected_by_effect:.0f}, at random {found.expected_at_random:.0f}."
        ),
        table(columns, rows),
    ]
    if found.size > SHOWN:
        parts.append(line(f"The first {SHOWN} of {found.size:,}."))
    if found.out is not None:
        parts.append(line(f"All are in {found.out}."))
    return [*parts, *notes(found.notes)]


def report(found: ValidationReport) -> Sequence[RenderableType]:
    """Figures of lists to test again.

    Args:
        found: What the benchmark gave.
    """
    columns = [
        Column("pool"), Column("size", right=True), Column("by chance", right=True), Column("by effect", right=True),
        Column("by FDR", right=True), Column("over effect", right=True), Column("90 % interval", right=True),
        Column("over FDR", right=True), Column("90 % interval", right=True),
    ]  # fmt: skip
    rows = [
        (one.pool, one.size, number(one.chance), number(one.effect), number(one.fdr), f"{one.over_effect:+.3f}",
         f"{one.low:+.3f} – {one.high:+.3f}", f"{one.over_fdr:+.3f}", f"{one.fdr_low:+.3f} – {one.fdr_high:+.3f}")
        for one in found.rows
    ]  # fmt: skip
    calibration = [
        Column("screen"), Column("from"), Column("judged on"), Column("foretold", right=True),
        Column("seen", right=True),
        Column("calibration error", right=True),
    ]  # fmt: skip
    told = [
        (one.screen, one.chosen_from, one.judged_on, number(one.foretold), number(one.seen),
         number(one.calibration_error))
        for one in found.directions
    ]  # fmt: skip
    return [
        heading("Share of a list that the other replicate finds among its strongest 5 %"), table(columns, rows),
        heading("The 1,000 likeliest genes"), table(calibration, told),
        heading("Weights learnt on all of them"),
        *(
            line("; ".join(f"{name} {value:.5f}" for name, value in one.items()))
            for one in (found.weights, found.weights_without_p)
        ),
        line(f"{found.seconds:.0f} seconds."),
    ]  # fmt: skip
