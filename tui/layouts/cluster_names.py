"""How names for clusters of genes are laid out for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, heading, line, number, share, table

if TYPE_CHECKING:
    from tools.benchmarks.cluster_names import GeneSetReport


def figures(report: GeneSetReport) -> list[RenderableType]:
    """How well clusters were named, a row for each list, and some of the names.

    Args:
        report: The figures.
    """
    columns = [
        Column("clusters"), Column("named by"), Column("labelled", right=True), Column("named", right=True),
        Column("ROUGE-1 recall", right=True), Column("of three sets", right=True, keep=5),
        Column("others' names", right=True), Column("likeness", right=True),
        Column("of others", right=True, keep=4), Column("words", right=True, keep=4),
    ]  # fmt: skip
    rows = [
        (one.clusters, one.by, one.labelled, one.named, share(one.rouge1_recall), share(one.rouge1_recall_three),
         share(one.other_names), number(one.likeness), number(one.likeness_of_others), f"{one.words:.1f}")
        for one in report.lists
    ]  # fmt: skip
    said: list[RenderableType] = [table(columns, rows, cut=False), heading("Some of the largest")]
    shown = [(each.label, each.name, each.genes) for one in report.lists for each in one.examples]
    names = [Column("label", running=True), Column("name", running=True), Column("genes", right=True)]
    told = line("Clusters of genes, named by their most enriched set or by a language model.", "bold")
    return [told, *said, table(names, shown, cut=False)]
