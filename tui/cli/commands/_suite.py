"""``benchmark suite``: methods compared in pairs over the screens that they are chosen by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tui.cli import options
from tui.cli.commands.replay import Acquisition, Pool, Rounds, Seeds, Siblings, Words, reliability
from tui.cli.frame import command, listed, session_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tools.benchmarks.suite import Gain, SuiteReport
    from tools.replays.replay import ScreenReport


def suite(
    context: typer.Context,
    *,
    predictors: Annotated[
        list[str] | None,
        typer.Option(
            metavar="A,B", help="Predictors; the first is compared with all others. Repeat it, or use commas."
        ),
    ] = None,
    screens: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Play this screen of the suite alone. Repeat it for more."),
    ] = None,
    rounds: Rounds = 5,
    seeds: Seeds = 3,
    pool: Pool = "all",
    siblings: Siblings = False,
    text: Words = "json",
    acquisition: Acquisition = "",
    workers: options.Workers = None,
) -> None:
    """Compares predictors in pairs over the development suite, by which methods are chosen.

    A gain counts when its lower bound over studies is above zero and no screen loses by more than a standard error.
    """
    from tools.benchmarks.suite import benchmark_suite
    from tools.prediction.computed_list import DEFAULT_ACQUISITION

    session = session_of(context)
    with session.workspace() as workspace:
        report = benchmark_suite(
            workspace, listed(predictors) if predictors else ("blend",), screens=screens or None, rounds=rounds,
            seeds=seeds, pool=pool, siblings=siblings, text=text, workers=workers,
            acquisition=acquisition or DEFAULT_ACQUISITION,
        )  # fmt: skip
    session.give(report, render_suite)


def render_suite(report: SuiteReport) -> list[RenderableType]:
    """What each comparison says, then a row for each screen.

    Args:
        report: The figures.
    """
    from tui.layouts.format import heading, line

    setting = ", ".join(f"{key} {value}" for key, value in report.setting.items() if value is not None)
    said: list[RenderableType] = [line(f"Setting: {setting}"), heading("Gains in log enrichment, over studies")]
    said += [_gains(report.gains), heading("Screens"), _screens(report.screens)]
    said += [heading("Trust in nominations: all rounds, and without the first one"), _trust(report)]
    said += [heading("Nominations of all screens"), *reliability(report.reliability())]
    if report.missing:
        packs = " ".join(dict.fromkeys(report.missing.values()))
        said.append(line(f"Not at hand: {', '.join(report.missing)} (hitscout fetch {packs})", "dim"))
    return said


def _gains(gains: tuple[Gain, ...]) -> RenderableType:
    from tui.layouts.format import Column, share, table

    columns = [
        Column("method"), Column("over"), Column("gain", right=True), Column("90 % interval", right=True),
        Column("studies", right=True), Column("loses on", running=True),
    ]  # fmt: skip
    rows = [
        (
            one.method, one.over, share(one.mean), f"{share(one.low)} – {share(one.high)}", str(one.studies),
            ", ".join(one.losses) or "none",
        )
        for one in gains
    ]  # fmt: skip
    return table(columns, rows, cut=False)


def _screens(screens: tuple[ScreenReport, ...]) -> RenderableType:
    from tui.layouts.format import Column, share, table

    names = ("hits", "without essential", "random", "log enrichment")
    columns = [Column("screen"), *(Column(name, right=True) for name in names)]
    rows = []
    for one in screens:
        random = one.controls.get("random")
        by_chance = share(random.hit_ratio_nonessential if random else None)
        found = share(one.hit_ratio_nonessential.mean)
        rows.append((one.name, f"{one.hits:,}", found, by_chance, share(one.log_enrichment)))
    return table(columns, rows, cut=False)


def _trust(report: SuiteReport) -> RenderableType:
    from tui.layouts.format import Column, share, table

    keys = ("slope", "observed_over_expected", "log_loss_skill", "coverage80")
    columns = [Column("screen"), *(Column(name, right=True) for name in ("slope", "O/E", "skill", "coverage") * 2)]
    every = [(one.name, one.calibration, one.calibration_learnt) for one in report.screens]
    every.append(("all together", report.calibration(), report.calibration(after=1)))
    rows = [(name, *(share(held[key]) for held in both for key in keys)) for name, *both in every]
    return table(columns, rows, cut=False)


def register_suite(group: typer.Typer) -> None:
    """Registers the command in its group.

    Args:
        group: The group ``benchmark``.
    """
    examples = ["hitscout benchmark suite --seeds 3", "hitscout benchmark suite --predictors blend,prior --json"]
    command(group, "suite", suite, serves=["benchmark_suite"], examples=examples)
