"""How the comparison of methods over the development suite is laid out for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, heading, line, share, table
from tui.layouts.reliability import reliability
from tui.layouts.replay import enrichment, setting_of

if TYPE_CHECKING:
    from tools.benchmarks.suite import Gain, SuiteReport
    from tools.replays.replay import ScreenReport


def figures(report: SuiteReport) -> list[RenderableType]:
    """What each comparison says, then a row for each screen.

    Args:
        report: The figures.
    """
    said: list[RenderableType] = [*setting_of(report), heading("Gains in log enrichment, over studies")]
    said += [_gains(report.gains), heading("Screens"), _screens(report.screens), *enrichment(report)]
    said += [heading("Trust in nominations: all rounds, and without the first one"), _trust(report)]
    said += [heading("Nominations of all screens"), *reliability(report.reliability())]
    if report.left_out:
        said.append(line(f"Without any hit in this pool: {', '.join(report.left_out)}", "dim"))
    if report.missing:
        packs = " ".join(dict.fromkeys(report.missing.values()))
        said.append(line(f"Not at hand: {', '.join(report.missing)} (hitscout fetch {packs})", "dim"))
    return said


def _gains(gains: tuple[Gain, ...]) -> RenderableType:
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
    names = ("hits", "specific", "without essential", "all hits", "random", "log enrichment", "first round")
    columns = [Column("screen"), *(Column(name, right=True) for name in names)]
    rows = []
    for one in screens:
        random = one.controls.get("random")
        found = (one.hit_ratio_specific.mean, one.hit_ratio_nonessential.mean, one.hit_ratio.mean)
        figures = (*found, random.hit_ratio if random else None, one.log_enrichment, one.log_enrichment_first)
        rows.append((one.name, f"{one.hits:,}", *map(share, figures)))
    return table(columns, rows, cut=False)


def _trust(report: SuiteReport) -> RenderableType:
    keys = ("slope", "observed_over_expected", "log_loss_skill", "coverage80")
    columns = [Column("screen"), *(Column(name, right=True) for name in ("slope", "O/E", "skill", "coverage") * 2)]
    every = [(one.name, one.calibration, one.calibration_learnt) for one in report.screens]
    every.append(("all together", report.calibration(), report.calibration(after=1)))
    rows = [(name, *(share(held[key]) for held in both for key in keys)) for name, *both in every]
    return table(columns, rows, cut=False)
