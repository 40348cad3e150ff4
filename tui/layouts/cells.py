"""How named cells, and the figures of `benchmark cells`, are laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, heading, line, notes, number, table

if TYPE_CHECKING:
    from tools.benchmarks.cells.report import CellsReport, CellsSet
    from tools.cells.annotation.result import AnnotatedCells, ConfusionRow

MOST_CALLED = 4


def named(found: AnnotatedCells) -> list[RenderableType]:
    """What the cells were called, by what, and how far it can be trusted.

    Args:
        found: The named cells.
    """
    across = "" if found.organism == found.reference_organism else f" of {found.reference_organism}"
    parts: list[RenderableType] = [
        line(
            f"{found.file}: {found.cells:,} {found.organism} cells, named by {found.reference}{across} over"
            f" {found.genes:,} genes ({found.vectors}, {found.head}).",
            "bold",
        ),
        line(f"{found.unlike:,} cells are unlike anything in the reference. {found.rule}"),
        _labels(found),
    ]
    if any(one.sets for one in found.labels):
        parts += [heading("What their cells are like"), _described(found)]
    if found.confusion:
        parts += [heading("What the file itself calls them"), confusion(found.confusion, "not in the reference")]
    if found.accuracy is not None:
        parts.append(
            line(f"Accuracy {number(found.accuracy)}, macro-F1 {number(found.macro_f1)}, over labels of the reference.")
        )
    parts.append(line(f"The reference's own cells, held out: accuracy {number(found.held_out_accuracy)}."))
    if found.out is not None:
        parts.append(line(f"A row for each cell is in {found.out}.", "bold"))
    return [*parts, *notes(found.notes)]


def _labels(found: AnnotatedCells) -> RenderableType:
    columns = [
        Column("label"), Column("cells", right=True), Column("probability", right=True),
        Column("in reference", right=True), Column("genes that speak for it"),
    ]  # fmt: skip
    rows = [
        (one.label, f"{one.cells:,}", number(one.probability), f"{one.reference_cells:,}", ", ".join(one.genes))
        for one in found.labels
    ]
    return table(columns, rows, cut=False)


def _described(found: AnnotatedCells) -> RenderableType:
    rows = [(one.label, one.description) for one in found.labels if one.description]
    return table([Column("label"), Column("what it is like", running=True)], rows, cut=False)


def confusion(found: Sequence[ConfusionRow], unknown: str) -> RenderableType:
    """What cells with each label of the file were called.

    Args:
        found: A row for each label.
        unknown: What is said of a label that could not be given.
    """
    columns = [Column("its own label"), Column("cells", right=True), Column("called here")]
    rows = []
    for one in found:
        most = [f"{label} {count:,}" for label, count in list(one.named.items())[:MOST_CALLED]]
        rest = len(one.named) - len(most)
        label = one.label if one.known else f"{one.label} ({unknown})"
        rows.append((label, f"{one.cells:,}", ", ".join(most) + (f" and {rest} more" if rest else "")))
    return table(columns, rows, cut=False)


def figures(report: CellsReport) -> list[RenderableType]:
    """The figures: a table for each set and direction, pairs, and what few reference cells reach.

    Args:
        report: The figures.
    """
    parts: list[RenderableType] = []
    for one in report.sets:
        parts += _set(one)
    return [*parts, *notes(report.notes), line(f"{report.seconds:,.0f} seconds", "dim")]


def _set(one: CellsSet) -> list[RenderableType]:
    columns = [
        Column("vectors"), Column("genes by"), Column("head"), Column("accuracy", right=True),
        Column("90 % interval", right=True), Column("macro-F1", right=True), Column("90 % interval", right=True),
    ]  # fmt: skip
    rows = [
        (
            f"{row.vectors}{' (default)' if row.default else ''}", row.genes_by, row.head, number(row.accuracy),
            f"{number(row.low)} – {number(row.high)}", number(row.macro_f1),
            f"{number(row.f1_low)} – {number(row.f1_high)}",
        )
        for row in one.rows
    ]  # fmt: skip
    title = (
        f"{one.name}, {one.direction}: {one.cells:,} cells of {one.labels} labels, held out by {one.held_out_by},"
        f" {one.genes:,} genes"
    )
    parts = [
        heading(title), table(columns, rows, cut=False), heading("In pairs"), _pairs(one),
        heading("With few cells of each label in the reference"), _few(one),
    ]  # fmt: skip
    if any(row.within_one is not None for row in one.rows):
        parts += [heading("Stages"), _stages(one)]
    if one.strangers:
        parts += [
            heading("Unlike anything in the reference"), _strangers(one),
            line(f"Expected calibration error of the default's probabilities: {number(one.calibration_error)}."),
        ]  # fmt: skip
    return parts


def _stages(one: CellsSet) -> RenderableType:
    columns = [
        Column("vectors"), Column("genes by"), Column("head"), Column("Spearman", right=True),
        Column("within one stage", right=True),
    ]  # fmt: skip
    rows = [
        (row.vectors, row.genes_by, row.head, number(row.stage_spearman), number(row.within_one)) for row in one.rows
    ]
    return table(columns, rows, cut=False)


def _strangers(one: CellsSet) -> RenderableType:
    columns = [
        Column("left out of the reference"), Column("cells", right=True), Column("of these flagged", right=True),
        Column("of others flagged", right=True),
    ]  # fmt: skip
    rows = [
        (row.label or "none", f"{row.cells:,}", number(row.flagged), number(row.known_flagged))
        for row in one.strangers
    ]  # fmt: skip
    return table(columns, rows, cut=False)


def _pairs(one: CellsSet) -> RenderableType:
    columns = [
        Column("of"), Column("over"), Column("metric"), Column("gain", right=True), Column("90 % interval", right=True),
    ]  # fmt: skip
    rows: Sequence[tuple[str, ...]] = [
        (pair.of, pair.over, pair.metric, f"{pair.gain:+.4f}", f"{pair.low:+.4f} – {pair.high:+.4f}")
        for pair in one.pairs
    ]
    return table(columns, rows, cut=False)


def _few(one: CellsSet) -> RenderableType:
    columns = [
        Column("cells", right=True), Column("vectors"), Column("genes by"), Column("head"),
        Column("accuracy", right=True), Column("macro-F1", right=True), Column("over expression", right=True),
        Column("90 % interval", right=True),
    ]  # fmt: skip
    rows = [
        (
            row.cells_per_label, row.vectors, row.genes_by, row.head, number(row.accuracy), number(row.macro_f1),
            f"{row.gain:+.4f}", f"{row.low:+.4f} – {row.high:+.4f}",
        )
        for row in one.few
    ]  # fmt: skip
    return table(columns, rows, cut=False)
