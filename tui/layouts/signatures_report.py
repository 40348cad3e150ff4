"""How the figures of `benchmark signatures` are laid out for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, heading, line, number, share, table

if TYPE_CHECKING:
    from tools.benchmarks.expression.report import SignatureSetReport, SignaturesReport


def figures(report: SignaturesReport) -> list[RenderableType]:
    """A table for each set of data.

    Args:
        report: The figures.
    """
    said: list[RenderableType] = [
        line(
            f"Signatures are the gene sets of {report.collection}; genes are known by {', '.join(report.sources)}."
            " Figures are Spearman's correlation of predicted and measured scores over held-out genes, means over"
            " signatures, with 90 % intervals by a bootstrap over genes; 0 is chance."
        )
    ]
    for one in report.sets:
        said += _set(one)
    if report.missing:
        said.append(line(f"More knowledge of genes would help: hitscout fetch {' '.join(report.missing)}", "dim"))
    return [*said, line(f"{report.seconds:,.0f} seconds", "dim")]


def _set(one: SignatureSetReport) -> list[RenderableType]:
    columns = [
        Column("predictor"), Column("Spearman", right=True), Column("90 % interval", right=True),
        Column("signatures above 0", right=True), Column("default less this", right=True),
        Column("90 % interval of that", right=True),
    ]  # fmt: skip
    pairs = {pair.over: pair for pair in one.pairs}
    rows = [
        (
            f"{member.name}{' (default)' if member.default else ''}", number(member.spearman),
            f"{member.low:+.3f} – {member.high:+.3f}", share(member.above),
            f"{pairs[member.name].gain:+.3f}" if member.name in pairs else None,
            f"{pairs[member.name].low:+.3f} – {pairs[member.name].high:+.3f}" if member.name in pairs else None,
        )
        for member in one.members
    ]  # fmt: skip
    again = "" if one.again is None else f" Two measurements of {one.again_genes} genes agree at {number(one.again)}."
    title = heading(f"{one.name}: {one.genes:,} genes held out, {one.signatures} signatures")
    return [title, table(columns, rows, cut=False), *([line(again.strip())] if again else [])]
