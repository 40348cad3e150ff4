"""``benchmark``: published protocols, to the letter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tui import options
from tui.commands.replay import (
    Acquisition,
    NoControls,
    Pool,
    Predictor,
    Rounds,
    RoundSize,
    Seeds,
    Siblings,
    Words,
    named,
    render,
)
from tui.frame import command, listed, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tools.perturbqa import PerturbqaReport


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
) -> None:
    """Plays the screens of BioDiscoveryAgent (arXiv 2405.17631) by its protocol, with every control.

    The headline is the hit ratio without essential genes (CEGv2), which still cost their places.
    """
    from tools.benchmarks import benchmark_biodiscovery

    session = session_of(context)
    with session.workspace() as workspace:
        report = benchmark_biodiscovery(
            workspace, data, listed(screens) if screens else None, rounds=rounds, size=size, seeds=seeds, pool=pool,
            siblings=siblings, text=text, controls=not no_controls, workers=workers, **named(predictor, acquisition),
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
        Literal["within", "across"],
        typer.Option(help="Learn from one line, or from other lines' train rows too: two different settings."),
    ] = "within",
    seed: Annotated[int, typer.Option(min=0, help="Seed of folds, shuffle and bootstrap.")] = 0,
    no_controls: NoControls = False,
    workers: options.Workers = None,
) -> None:
    """Predicts which readout genes respond to a perturbation, and which way, in PerturbQA (arXiv 2502.21290).

    The headline is the AUROC within each readout, meaned over readouts; K562 and K562-set never train each other.
    """
    from tools.perturbqa import benchmark_perturbqa

    session = session_of(context)
    with session.workspace() as workspace:
        report = benchmark_perturbqa(
            workspace, data, listed(lines) if lines else None, setting=setting, seed=seed, controls=not no_controls,
            workers=workers,
        )  # fmt: skip
    session.give(report, render_perturbqa)


def render_perturbqa(report: PerturbqaReport) -> list[RenderableType]:
    """The figures as a table, a row for each line and task.

    Args:
        report: The figures.
    """
    from tui.format import Column, line, share, table

    columns = [
        Column("line"), Column("task"), Column("AUROC", right=True), Column("90 % interval", right=True),
        Column("by pairs", right=True), Column("readouts", right=True), Column("calibration error", right=True),
        Column("shuffled", right=True), Column("pooled frequency", right=True),
    ]  # fmt: skip
    rows = [
        (
            one.line, one.task, share(one.figures.auroc), f"{share(one.figures.low)} – {share(one.figures.high)}",
            share(one.figures.auroc_weighted), str(one.figures.genes_scored), share(one.figures.ece),
            share(one.shuffled_genes), share(one.figures.gene_frequency_pooled),
        )
        for one in report.lines
    ]  # fmt: skip
    said = [line(f"Setting: {report.setting}."), table(columns, rows, cut=False)]
    if report.missing:
        said.append(line(f"More annotation would help: hitscout fetch {' '.join(report.missing)}", "dim"))
    return said


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
        group, "perturbqa", perturbqa, serves=["benchmark_perturbqa"],
        examples=[
            "hitscout benchmark perturbqa --lines k562,rpe1",
            "hitscout benchmark perturbqa --setting across --json",
        ],
    )  # fmt: skip
    app.add_typer(group, name="benchmark", help="Plays published benchmarks by their protocols.")
