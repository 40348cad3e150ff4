"""How the figures of `benchmark expression` are laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, heading, line, number, table

if TYPE_CHECKING:
    from tools.benchmarks.expression.report import ExpressionReport, Pair, SetReport


def figures(report: ExpressionReport) -> list[RenderableType]:
    """The figures: a table for each set, and the default against the others over all of them.

    Args:
        report: The figures.
    """
    said: list[RenderableType] = [
        line(
            f"Genes are known by {', '.join(report.sources)}. b is the training mean, r a second measurement, and the"
            " score is (value - b) / (r - b). Intervals are 90 %, by a bootstrap over genes."
        )
    ]
    for one in report.sets:
        said += _set(one)
    said += [heading("The default less each other, over the genes of all sets"), _pairs(report.pooled)]
    if report.missing:
        said.append(line(f"More annotation would help: hitscout fetch {' '.join(report.missing)}", "dim"))
    return [*said, line(f"{report.seconds:,.0f} seconds", "dim")]


def _set(one: SetReport) -> list[RenderableType]:
    columns = [
        Column("metric"), Column("predictor"), Column("value", right=True), Column("90 % interval", right=True),
        Column("b", right=True), Column("r", right=True), Column("score", right=True),
    ]  # fmt: skip
    rows = [
        (
            metric, f"{member.name}{' (default)' if member.default else ''}", number(found.value),
            f"{number(found.low)} – {number(found.high)}", number(found.b), number(found.r), number(found.score),
        )
        for metric in one.members[0].metrics
        for member in one.members
        for found in [member.metrics[metric]]
    ]  # fmt: skip
    title = f"{one.name}: {one.genes:,} genes held out, {one.perturbations:,} rows"
    pairs = heading(f"{one.name}: the default less each other")
    return [heading(title), table(columns, rows, cut=False), pairs, _pairs(one.pairs)]


def _pairs(pairs: Sequence[Pair]) -> RenderableType:
    columns = [
        Column("over"), Column("metric"), Column("gain", right=True), Column("90 % interval", right=True),
    ]  # fmt: skip
    rows = [(one.over, one.metric, f"{one.gain:+.4f}", f"{one.low:+.4f} – {one.high:+.4f}") for one in pairs]
    return table(columns, rows, cut=False)
