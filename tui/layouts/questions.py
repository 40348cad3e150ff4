"""How the figures of fresh questions are laid out for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, line, number, share, table

if TYPE_CHECKING:
    from tools.benchmarks.questions import QuestionsReport


def figures(report: QuestionsReport) -> list[RenderableType]:
    """A row for each question, then what they say together.

    Args:
        report: The figures.
    """
    columns = [
        Column("phenotype", running=True), Column("cell type"), Column("found", right=True),
        Column("share", right=True), Column("median rank", right=True), Column("in the list", running=True),
    ]  # fmt: skip
    rows = [
        (one.phenotype, one.cell_type, f"{one.found} of {one.textbook}", share(one.found / one.textbook),
         number(one.median_rank), one.genes_found)
        for one in report.questions
    ]  # fmt: skip
    overlap = "–" if report.median_overlap is None else number(report.median_overlap)
    chance = share(report.size / report.candidates)
    out = ", ".join(dict.fromkeys(name for one in report.questions for name in one.not_counted))
    said: list[RenderableType] = [
        line(f"First lists of {report.size} of {report.candidates:,} genes; pool: {report.pool}."),
        table(columns, rows, cut=False),
        line(f"Mean share of textbook genes in the list: {share(report.mean_recall)} (by chance {chance})."),
        line(f"Median of genes that two lists share: {overlap} of {report.size}."),
    ]
    if out:
        said.append(line(f"Not counted, as they are no candidates: {out}.", "dim"))
    return [*said, line(f"Source of the textbook genes: {report.source}.", "dim")]
