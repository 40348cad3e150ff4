"""How predicted expression is laid out for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.text import Text

from tui.layouts.format import Column, heading, line, notes, number, share, table, width

if TYPE_CHECKING:
    from tools.expression.unseen.measured import MeasuredProfile
    from tools.expression.unseen.prediction import PredictedExpression, ReadoutChange
    from tools.expression.unseen.sampling import SampledExpression


def predicted(found: PredictedExpression) -> list[RenderableType]:
    """The surest changes, what speaks for them, and what was measured.

    Args:
        found: The prediction.
    """
    parts: list[RenderableType] = [line(_about(found), "bold")]
    parts.append(_changes(found.changes))
    if found.neighbours:
        parts += [heading("Measured perturbations that speak for it"), _neighbours(found)]
    if found.profiles:
        parts += [heading("Beside what was measured of it"), _profiles(found.profiles)]
    if found.points:
        parts.append(_plot(found))
    parts += notes(found.notes)
    if found.missing:
        parts.append(line(f"More knowledge of genes would help: hitscout fetch {' '.join(found.missing)}", "dim"))
    return parts


def sampled(found: SampledExpression) -> list[RenderableType]:
    """What was written, and the prediction behind it.

    Args:
        found: The cells that were drawn.
    """
    said = f"{found.cells:,} cells after {found.prediction.perturbation} (log1p CP10k) are in {found.path}."
    return [line(said, "bold"), *predicted(found.prediction)]


def _about(found: PredictedExpression) -> str:
    where = f" in {found.within}" if found.within else ""
    seen = "learnt from" if found.seen else "never seen"
    return (
        f"{found.perturbation}{where}, {seen}: {found.predictor} on {found.perturbations:,} perturbations of"
        f" {', '.join(found.learnt_from)}; the surest {len(found.changes):,} of {found.readouts:,} readout genes."
    )


def _changes(changes: Sequence[ReadoutChange]) -> RenderableType:
    columns = [
        Column("readout"), Column("predicted", right=True), Column("sd", right=True),
        Column("average", right=True, keep=6), Column("measured", keep=7, running=True),
    ]  # fmt: skip
    rows = [
        (
            f"{one.readout} (perturbed)" if one.perturbed else one.readout,
            f"{one.mean:+.3f}",
            number(one.sd),
            f"{one.average:+.3f}",
            "; ".join(f"{each.estimate:+.3f} ({each.table})" for each in one.measured),
        )
        for one in changes
    ]
    return table(columns, rows, cut=False)


def _neighbours(found: PredictedExpression) -> RenderableType:
    columns = [Column("weight", right=True), Column("perturbation"), Column("evidence", keep=3)]
    rows = [(share(one.weight), one.perturbation, one.evidence) for one in found.neighbours]
    return table(columns, rows, cut=False)


def _profiles(profiles: Sequence[MeasuredProfile]) -> RenderableType:
    columns = [
        Column("table"), Column("learnt from"), Column("readout genes", right=True), Column("r", right=True),
        Column("r beyond the average", right=True),
    ]  # fmt: skip
    rows = [
        (one.table, "yes" if one.seen else "no", one.readouts, number(one.pearson), number(one.beyond_average))
        for one in profiles
    ]
    return table(columns, rows, cut=False)


def _plot(found: PredictedExpression) -> RenderableType:
    """Predicted against measured changes of readout genes, a dot each."""
    import plotext

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(min(width(), 90) - 1, 20)
    plotext.title(f"{found.perturbation}: predicted (across) and measured in {found.profiles[0].table} (up)")
    plotext.scatter([one[0] for one in found.points], [one[1] for one in found.points], marker="braille")
    return Text(plotext.uncolorize(plotext.build()))
