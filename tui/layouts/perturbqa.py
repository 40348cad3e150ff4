"""How the figures of PerturbQA are laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, heading, line, notes, share, table

if TYPE_CHECKING:
    from tools.benchmarks.perturbqa_report import PerturbqaReport, TaskReport
    from tools.benchmarks.reasoning.perturbqa_asked import AskedFigures, AskedReport
    from tools.benchmarks.reasoning.perturbqa_votes import Reached, ReasoningFigures, ReasoningReport
    from tools.responses.pair_metrics import Gain


def figures(report: PerturbqaReport) -> list[RenderableType]:
    """The figures as a table, a row for each line and task.

    Args:
        report: The figures.
    """
    columns = [
        Column("line"), Column("task"), Column("setting"), Column("AUROC", right=True),
        Column("90 % interval", right=True), Column("by pairs", right=True, keep=4),
        Column("readouts", right=True, keep=3), Column("ECE (chance)", right=True),
        Column("shuffled genes", right=True, keep=6), Column("frequency", right=True, keep=5),
    ]  # fmt: skip
    rows = [
        (
            one.line, one.task, one.setting, share(one.figures.auroc),
            f"{share(one.figures.low)} – {share(one.figures.high)}", share(one.figures.auroc_weighted),
            str(one.figures.genes_scored), f"{share(one.figures.ece)} ({share(one.figures.ece_if_true)})",
            _shuffled(one),
            share(one.figures.gene_frequency_pooled),
        )
        for one in report.lines
    ]  # fmt: skip
    draws = max((one.shuffled_genes.draws for one in report.lines if one.shuffled_genes), default=0)
    about = f"Setting: {report.setting}." + (f" Shuffled genes: mean and range of {draws} shuffles." if draws else "")
    said = [line(about), table(columns, rows, cut=False), *_compared(report)]
    if report.missing:
        said.append(line(f"More annotation would help: hitscout fetch {' '.join(report.missing)}", "dim"))
    return said


def _shuffled(one: TaskReport) -> str:
    control = one.shuffled_genes
    if control is None:
        return "–"
    return f"{share(control.mean)} ({share(control.low)} – {share(control.high)})"


def _compared(report: PerturbqaReport) -> list[RenderableType]:
    if not report.comparisons:
        return []
    columns = [Column("line"), Column("task"), Column("gain", right=True), Column("90 % interval", right=True)]
    rows = [
        (one.line, one.task, f"{one.gain.gain:+.3f}", f"{one.gain.low:+.3f} – {one.gain.high:+.3f}")
        for one in report.comparisons
    ]
    return [heading("Across less within, on the same draws of test perturbations"), table(columns, rows, cut=False)]


def reasoned(report: ReasoningReport) -> list[RenderableType]:
    """The figures of votes, and of the predictor with them, a row for each line and task.

    Args:
        report: The figures.
    """
    columns = [
        Column("line"), Column("task"), Column("rows", right=True), Column("readouts", right=True),
        Column("votes", right=True), Column("by pairs", right=True), Column("abstained", right=True),
    ]  # fmt: skip
    rows = [
        (one.line, one.task, f"{one.rows:,}", str(one.genes_scored), _reached(one.votes),
         share(one.votes.auroc_weighted), share(one.abstained))
        for one in report.lines
    ]  # fmt: skip
    about = "AUROC within each readout [90 % interval over test perturbations]; without retrieval it is 0.500."
    said = [line(about), table(columns, rows, cut=False), *_votes_controls(report.lines), *_beside(report.lines)]
    if report.missing:
        said.append(line(f"More annotation would help: hitscout fetch {' '.join(report.missing)}", "dim"))
    return said


def _votes_controls(lines: Sequence[ReasoningFigures]) -> list[RenderableType]:
    """Closeness in the graph, shuffled genes, and what pooling rewards."""
    columns = [
        Column("line"), Column("task"), Column("by graph", right=True), Column("votes less it", right=True),
        Column("shuffled genes", right=True), Column("frequency", right=True),
    ]  # fmt: skip
    rows = [
        (one.line, one.task, _reached(one.graph), _gain(one.votes_minus_graph),
         "–" if one.shuffled_genes is None else share(one.shuffled_genes), share(one.gene_frequency_pooled))
        for one in lines
    ]  # fmt: skip
    return [heading("Controls; frequency is of all rows pooled"), table(columns, rows, cut=False)]


def _reached(one: Reached | None) -> str:
    return "–" if one is None else f"{share(one.auroc)} [{share(one.low)}, {share(one.high)}]"


def _gain(one: Gain | None) -> str:
    return "–" if one is None else f"{one.gain:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"


def _beside(lines: Sequence[ReasoningFigures]) -> list[RenderableType]:
    """The predictor, and both together, where they were asked for."""
    if all(one.combined is None for one in lines):
        return []
    columns = [
        Column("line"), Column("task"), Column("predictor", right=True), Column("with votes", right=True),
        Column("gain in pairs", right=True), Column("weight of the vote", right=True),
    ]  # fmt: skip
    rows = [
        (one.line, one.task, _reached(one.predictor), _reached(one.combined), _gain(one.combined_minus_predictor),
         "–" if one.weight is None else share(one.weight))
        for one in lines
    ]  # fmt: skip
    return [heading("The predictor, and both together, on the same rows"), table(columns, rows, cut=False)]


def asked(report: AskedReport) -> list[RenderableType]:
    """The figures of a language model, a row for each line and task, beside votes, predictor and the paper's.

    Args:
        report: The figures.
    """
    columns = [
        Column("line"), Column("task"), Column("rows", right=True), Column("readouts", right=True),
        Column("language model", right=True), Column("abstained", right=True), Column("votes", right=True),
        Column("predictor", right=True), Column("paper: retrieval", right=True), Column("SUMMER", right=True),
    ]  # fmt: skip
    rows = [
        (one.line, one.task, f"{one.rows:,}", str(one.genes_scored), _reached(one.language_model), share(one.abstained),
         _reached(one.votes), _reached(one.predictor), _figure(one.published_retrieval), _figure(one.published))
        for one in report.lines
    ]  # fmt: skip
    about = "AUROC within each readout [90 % interval over test perturbations]; the paper's are over all of its rows."
    return [
        line(f"{report.language_model}, on the rows that it was asked about", "bold"), line(about),
        table(columns, rows, cut=False), *_neighbours(report.lines), *_asked_controls(report.lines),
        line(f"It took {report.usage}."), *notes(report.notes),
    ]  # fmt: skip


def _neighbours(lines: Sequence[AskedFigures]) -> list[RenderableType]:
    """Votes over neighbours that the language model edited, in pairs over votes and predictor."""
    columns = [
        Column("line"), Column("task"), Column("neighbours edited", right=True), Column("less votes", right=True),
        Column("less predictor", right=True), Column("lists", right=True), Column("kept", right=True),
        Column("added", right=True), Column("ignored", right=True), Column("failed", right=True),
    ]  # fmt: skip
    rows = [
        (one.line, one.task, _reached(its.edited), _gain(its.edited_minus_votes), _gain(its.edited_minus_predictor),
         str(its.perturbations), share(its.kept), str(its.added), str(its.ignored), str(its.failed))
        for one in lines if (its := one.neighbours) is not None
    ]  # fmt: skip
    said = [heading("The language model edits who is close, and the kernels count"), table(columns, rows, cut=False)]
    return said if rows else []


def _asked_controls(lines: Sequence[AskedFigures]) -> list[RenderableType]:
    """In pairs over votes and predictor, and what is left without rows, without texts, and with shuffled genes."""
    columns = [
        Column("line"), Column("task"), Column("less votes", right=True), Column("less predictor", right=True),
        Column("no retrieval", right=True), Column("no texts", right=True), Column("shuffled genes", right=True),
        Column("frequency", right=True), Column("made-up rows", right=True),
    ]  # fmt: skip
    rows = [
        (one.line, one.task, _gain(one.language_model_minus_votes), _gain(one.language_model_minus_predictor),
         _reached(one.no_retrieval), _reached(one.no_summaries), _reached(one.shuffled_genes),
         share(one.gene_frequency_pooled), share(one.invented))
        for one in lines
    ]  # fmt: skip
    return [heading("In pairs, and controls; frequency is of these rows pooled"), table(columns, rows, cut=False)]


def _figure(value: float | None) -> str:
    return "–" if value is None else share(value)
