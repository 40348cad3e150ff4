"""How the figures of a replay are laid out for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, fields, heading, line, number, share, spoken_line, table
from tui.layouts.reliability import reliability

if TYPE_CHECKING:
    from tools.replays.records import Spread
    from tools.replays.replay import ReplayReport, ScreenReport

MEMORY = {
    "possible": "memory possible: the language model may have read this screen's results",
    "excluded": "memory excluded: the screen is newer than the language model",
}


def replayed(report: ReplayReport) -> Sequence[RenderableType]:
    """The figures of a replay.

    Args:
        report: The figures.
    """
    parts: list[RenderableType] = [*setting_of(report)]
    if report.usage is not None:
        parts.append(line(f"The language model took {report.usage}."))
    for one in report.screens:
        parts += one_screen(one)
    if len(report.screens) > 1:
        parts += [heading("All screens"), _all_screens(report.screens)]
        means = {key: value for key, value in report.mean().items() if not key.startswith("enrichment")}
        parts += [line(f"Mean {key.replace('_', ' ')}: {share(value)}") for key, value in means.items()]
        parts += enrichment(report)
        parts += [line(f"Calibration over all screens: {_joined(report.calibration())}")]
        parts += reliability(report.reliability())
    return parts


def setting_of(report: ReplayReport) -> list[RenderableType]:
    """The setting in one line, and what of the figures it makes one.

    Args:
        report: The figures.
    """
    setting = ", ".join(
        f"{key.replace('_', ' ')} {value}" for key, value in report.setting.items() if value is not None
    )
    said: list[RenderableType] = [line(f"Setting: {setting}")]
    if report.setting.get("pool") == "specific":
        said.append(
            line(
                "Fitness genes are no candidates, so every hit is a specific one and all three shares are the same; for"
                " the shares that others published: --pool all.",
                "dim",
            )
        )
    return said


def enrichment(report: ReplayReport) -> list[RenderableType]:
    """How many times more hits than random picks find, over the genome-wide screens; nothing without such.

    Args:
        report: The figures.
    """
    mean, count = report.mean(), len(report.genome_wide)
    if not count:
        return []
    last, first = mean["enrichment_genome_wide"], mean["enrichment_first_genome_wide"]
    return [
        line(
            f"Enrichment over random ({report.setting.get('log_enrichment_of')}, geometric mean of {count} genome-wide"
            f" {'screen' if count == 1 else 'screens'}): {last:.2f} × after all rounds, {first:.2f} × after the first.",
            "bold",
        )
    ]


def _all_screens(screens: Sequence[ScreenReport]) -> RenderableType:
    columns = [
        Column("screen"), Column("specific", right=True), Column("80 % interval", keep=6),
        Column("without essential", right=True), Column("all hits", right=True, keep=5),
        Column("random", right=True, keep=7), Column("log enrichment", right=True),
        Column("first round", right=True),
    ]  # fmt: skip
    rows = []
    for one in screens:
        spread, random = one.hit_ratio_specific, one.controls.get("random")
        rows.append(
            (one.name, share(spread.mean), _interval(spread), share(one.hit_ratio_nonessential.mean),
             share(one.hit_ratio.mean), share(random.hit_ratio if random else None), share(one.log_enrichment),
             share(one.log_enrichment_first))
        )  # fmt: skip
    return table(columns, rows, cut=False)


def _interval(spread: Spread) -> str:
    return f"{share(spread.low)} – {share(spread.high)}"


def one_screen(one: ScreenReport) -> Sequence[RenderableType]:
    """One screen's figures.

    Args:
        one: The figures.
    """
    columns = [
        Column("round", right=True), Column("tested", right=True), Column("hits", right=True),
        Column("specific", right=True), Column("without essential", right=True), Column("all hits", right=True),
    ]  # fmt: skip
    rows = [
        (r.round, number(r.tested), f"{r.hits:.1f}", share(r.hit_ratio_specific), share(r.hit_ratio_nonessential),
         share(r.hit_ratio))
        for r in one.by_round
    ]  # fmt: skip
    spread, nonessential = one.hit_ratio_specific, one.hit_ratio_nonessential
    specific = "" if one.hits_specific is None else f"{one.hits_specific:,} specific, "
    about = {
        "library": f"{one.library_size:,} perturbations, {one.hits:,} hits ({specific}{one.hits_nonessential:,} not"
        " essential)",
        "at the end": f"{share(spread.mean)} specific (80 % interval {_interval(spread)});"
        f" {share(nonessential.mean)} without essential ({_interval(nonessential)})",
        "FDR recall": _joined(one.fdr_recall or {}),
        "calibration": _joined(one.calibration),
        "log enrichment": f"{share(one.log_enrichment)}, after the first round {share(one.log_enrichment_first)}",
        "learnt from": [f"{p.screen} ({p.relation}, Spearman {number(p.spearman, 2)})" for p in one.priors],
        "not learnt from": [f"{e.screen}: {e.why}" for e in one.excluded],
        "slots": None if one.slots is None else f"{one.slots[0]:.1f} filled by grade, {one.slots[1]:.1f} of them hits",
        "memory": MEMORY.get(one.memory),
        "warnings": [spoken_line(one) for one in one.warnings],
    }
    title = f"{one.name} ({one.study})" if one.study else one.name
    return [
        heading(title), fields(about), table(columns, rows, cut=False), line(""), controls(one),
        *reliability(one.reliability), line(f"{one.seconds:.0f} s of computing", "dim"),
    ]  # fmt: skip


def controls(one: ScreenReport) -> RenderableType:
    """What the controls reach beside the replay itself; a pack that one needs is named.

    Args:
        one: The figures.
    """
    columns = [
        Column("control"), Column("specific", right=True), Column("without essential", right=True),
        Column("all hits", right=True), Column("needs", running=True, keep=5),
    ]  # fmt: skip
    own = (one.hit_ratio_specific.mean, one.hit_ratio_nonessential.mean, one.hit_ratio.mean)
    rows: list[tuple[str, ...]] = [("(this replay)", *map(share, own), " ")]
    for name, pair in one.controls.items():
        packs = one.missing.get(name, ())
        # Without a pack to name, the pool itself leaves the control nothing to choose from.
        said = f"hitscout fetch {' '.join(packs)}" if packs else "nothing in this pool"
        missing = said if pair is None else " "
        shares = (pair.hit_ratio_specific, pair.hit_ratio_nonessential, pair.hit_ratio) if pair else (None,) * 3
        rows.append((name, *map(share, shares), missing))
    return table(columns, rows, cut=False)


def _joined(figures: Mapping[str, float]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {share(value)}" for key, value in figures.items())
