"""``benchmark``: published protocols, to the letter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tui.cli import options
from tui.cli.commands._suite import register_suite
from tui.cli.commands.replay import (
    Acquisition,
    Judge,
    NoControls,
    Pool,
    Predictor,
    Rounds,
    RoundSize,
    Seeds,
    Siblings,
    TrainedUntil,
    Words,
    judge_for,
    named,
    render,
)
from tui.cli.frame import command, listed, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tools.benchmarks.cluster_names import GeneSetReport
    from tools.benchmarks.perturbqa_report import PerturbqaReport, TaskReport


def biodiscovery(
    context: typer.Context,
    *,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of ground_truth_X.csv and topmovers_X.npy; else the fetched pack."),
    ] = None,
    screens: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="Which screens X; all of the folder if not given. Repeat it, or use commas."),
    ] = None,
    rounds: Rounds = 5,
    size: RoundSize = None,
    seeds: Seeds = 10,
    pool: Pool = "all",
    siblings: Siblings = False,
    text: Words = "json",
    predictor: Predictor = "",
    acquisition: Acquisition = "",
    no_controls: NoControls = False,
    workers: options.Workers = None,
    language_model: Judge = "",
    trained_until: TrainedUntil = "",
    max_cost: options.MaxCost = None,
    share: options.Share = None,
    agree: options.Agree = False,
) -> None:
    """Plays the screens of BioDiscoveryAgent (arXiv 2405.17631) by its protocol, with every control.

    The headline is the hit ratio without essential genes (CEGv2), which still cost their places.
    """
    from tools.benchmarks.biodiscovery import benchmark_biodiscovery

    session = session_of(context)
    with (
        session.workspace() as workspace,
        judge_for(workspace, language_model, max_cost=max_cost, share=share, agree=agree) as judge,
    ):
        report = benchmark_biodiscovery(
            workspace, data, listed(screens) if screens else None, rounds=rounds, size=size, seeds=seeds, pool=pool,
            siblings=siblings, text=text, judge=judge, controls=not no_controls, workers=workers,
            trained_until=trained_until, **named(predictor, acquisition),
        )  # fmt: skip
    session.give(report, render)


def perturbqa(
    context: typer.Context,
    *,
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of X-de.csv and X-dir.csv; else the fetched packs.")
    ] = None,
    lines: Annotated[
        list[str] | None,
        typer.Option(metavar="A,B", help="Which lines X; all of the folder if not given. Repeat it, or use commas."),
    ] = None,
    setting: Annotated[
        Literal["within", "across", "both"],
        typer.Option(help="Learn from one line, or from other lines' train rows too; both compares them in pairs."),
    ] = "within",
    task: Annotated[
        Literal["responses", "gse"],
        typer.Option(help="Responses of readout genes, or names for clusters of genes (gene-set questions)."),
    ] = "responses",
    seed: Annotated[int, typer.Option(min=0, help="Seed of folds, shuffles and bootstrap.")] = 0,
    no_controls: NoControls = False,
    shuffles: Annotated[int, typer.Option(min=1, help="How often the control with shuffled genes is played.")] = 5,
    workers: options.Workers = None,
) -> None:
    """Predicts which readout genes respond to a perturbation, and which way, in PerturbQA (arXiv 2502.21290).

    The headline is the AUROC within each readout, meaned over readouts; K562 and K562-set never train each other.
    """
    from tools.benchmarks.cluster_names import benchmark_gene_sets
    from tools.benchmarks.perturbqa import benchmark_perturbqa

    session = session_of(context)
    if task == "gse":
        with session.workspace() as workspace:
            named_clusters = benchmark_gene_sets(workspace, data, listed(lines) if lines else None)
        session.give(named_clusters, render_gene_sets)
        return
    with session.workspace() as workspace:
        report = benchmark_perturbqa(
            workspace, data, listed(lines) if lines else None, setting=setting, seed=seed, controls=not no_controls,
            shuffles=shuffles, workers=workers,
        )  # fmt: skip
    session.give(report, render_perturbqa)


def render_perturbqa(report: PerturbqaReport) -> list[RenderableType]:
    """The figures as a table, a row for each line and task.

    Args:
        report: The figures.
    """
    from tui.layouts.format import Column, line, share, table

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


def render_gene_sets(report: GeneSetReport) -> list[RenderableType]:
    """How well clusters were named, a row for each list, and some of the names.

    Args:
        report: The figures.
    """
    from tui.layouts.format import Column, heading, line, share, table

    columns = [
        Column("clusters"), Column("labelled", right=True), Column("named", right=True),
        Column("ROUGE-1 recall", right=True), Column("of three sets", right=True, keep=5),
        Column("other clusters' names", right=True), Column("words", right=True, keep=4),
    ]  # fmt: skip
    rows = [
        (one.clusters, one.labelled, one.named, share(one.rouge1_recall), share(one.rouge1_recall_three),
         share(one.other_names), f"{one.words:.1f}")
        for one in report.lists
    ]  # fmt: skip
    said: list[RenderableType] = [table(columns, rows, cut=False), heading("Some of the largest")]
    shown = [(each.label, each.name, each.genes) for one in report.lists for each in one.examples]
    names = [Column("label", running=True), Column("name", running=True), Column("genes", right=True)]
    return [line("Clusters of genes, named by their most enriched set."), *said, table(names, shown, cut=False)]


def _shuffled(one: TaskReport) -> str:
    from tui.layouts.format import share

    control = one.shuffled_genes
    if control is None:
        return "–"
    return f"{share(control.mean)} ({share(control.low)} – {share(control.high)})"


def _compared(report: PerturbqaReport) -> list[RenderableType]:
    from tui.layouts.format import Column, heading, table

    if not report.comparisons:
        return []
    columns = [Column("line"), Column("task"), Column("gain", right=True), Column("90 % interval", right=True)]
    rows = [
        (one.line, one.task, f"{one.gain.gain:+.3f}", f"{one.gain.low:+.3f} – {one.gain.high:+.3f}")
        for one in report.comparisons
    ]
    return [heading("Across less within, on the same draws of test perturbations"), table(columns, rows, cut=False)]


def _group() -> None:
    """Plays published benchmarks by their protocols."""


def register(app: typer.Typer) -> None:
    """Registers the group.

    Args:
        app: The root.
    """
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, callback=_group)
    examples = [
        "hitscout benchmark biodiscovery --screens IFNG,IL2 --seeds 10",
        "hitscout benchmark biodiscovery --data my-screens --pool nonessential --json",
    ]
    command(group, "biodiscovery", biodiscovery, serves=["benchmark_biodiscovery"], examples=examples)
    command(
        group, "perturbqa", perturbqa, serves=["benchmark_perturbqa", "benchmark_gene_sets"],
        examples=[
            "hitscout benchmark perturbqa --lines k562,rpe1",
            "hitscout benchmark perturbqa --lines k562,rpe1 --setting both --json",
            "hitscout benchmark perturbqa --task gse",
        ],
    )  # fmt: skip
    register_suite(group)
    app.add_typer(group, name="benchmark", help="Plays published benchmarks by their protocols.")
