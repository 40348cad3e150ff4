"""How the figures of a replay are laid out for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType

from tui.layouts.format import Column, fields, heading, line, number, share, spoken_line, table
from tui.layouts.reliability import reliability

if TYPE_CHECKING:
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
    setting = ", ".join(f"{key} {value}" for key, value in report.setting.items() if value is not None)
    parts: list[RenderableType] = [line(f"Setting: {setting}")]
    if report.usage is not None:
        parts.append(line(f"The language model took {report.usage}."))
    for one in report.screens:
        parts += one_screen(one)
    if len(report.screens) > 1:
        columns = [
            Column("screen"), Column("hit ratio", right=True, keep=5), Column("without essential", right=True),
            Column("80 % interval", keep=6), Column("random", right=True, keep=7), Column("log enrichment", right=True),
        ]  # fmt: skip
        rows = []
        for one in report.screens:
            spread, random = one.hit_ratio_nonessential, one.controls.get("random")
            interval = f"{spread.low:.3f} – {spread.high:.3f}"
            rows.append(
                (one.name, share(one.hit_ratio.mean), share(spread.mean), interval,
                 share(random.hit_ratio_nonessential if random else None), share(one.log_enrichment))
            )  # fmt: skip
        parts += [heading("All screens"), table(columns, rows, cut=False)]
        parts += [line(f"Mean {key.replace('_', ' ')}: {share(value)}") for key, value in report.mean().items()]
        parts += [line(f"Calibration over all screens: {_joined(report.calibration())}")]
        parts += reliability(report.reliability())
    return parts


def one_screen(one: ScreenReport) -> Sequence[RenderableType]:
    """One screen's figures.

    Args:
        one: The figures.
    """
    columns = [
        Column("round", right=True), Column("tested", right=True), Column("hits", right=True),
        Column("hit ratio", right=True), Column("without essential", right=True),
    ]  # fmt: skip
    rows = [
        (r.round, number(r.tested), f"{r.hits:.1f}", share(r.hit_ratio), share(r.hit_ratio_nonessential))
        for r in one.by_round
    ]
    spread = one.hit_ratio_nonessential
    about = {
        "library": f"{one.library_size:,} perturbations, {one.hits:,} hits ({one.hits_nonessential:,} not essential)",
        "at the end": f"{spread.mean:.3f} without essential (80 % interval {spread.low:.3f} – {spread.high:.3f})",
        "FDR recall": _joined(one.fdr_recall or {}),
        "calibration": _joined(one.calibration),
        "log enrichment": share(one.log_enrichment),
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
        Column("control"), Column("hit ratio", right=True), Column("without essential", right=True),
        Column("needs", running=True, keep=5),
    ]  # fmt: skip
    rows: list[tuple[str, str, str, str]] = [
        ("(this replay)", share(one.hit_ratio.mean), share(one.hit_ratio_nonessential.mean), " ")
    ]
    for name, pair in one.controls.items():
        packs = one.missing.get(name, ())
        # Without a pack to name, the pool itself leaves the control nothing to choose from.
        said = f"hitscout fetch {' '.join(packs)}" if packs else "nothing in this pool"
        missing = said if pair is None else " "
        both = (pair.hit_ratio, pair.hit_ratio_nonessential) if pair else (None, None)
        rows.append((name, share(both[0]), share(both[1]), missing))
    return table(columns, rows, cut=False)


def _joined(figures: Mapping[str, float]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {share(value)}" for key, value in figures.items())
