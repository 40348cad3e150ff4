"""Pictures of designs: power against cells, or the smallest effect against replicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tools.design.detectable import DetectableEffect, detectable_effect
from tools.design.detection import Floats
from tools.design.perturb_seq.plan import PerturbSeqDesign, cells_setting, design_perturb_seq
from tools.design.perturb_seq.power import power_of as power_of_cells
from tools.design.perturb_seq.wish import CellsWish
from tools.design.pooled.options import REPLICATES_FROM_ONE
from tools.design.pooled.plan import ScreenDesign, design_screen, screen_setting
from tools.design.pooled.power import power_of
from tools.design.pooled.wish import ScreenWish
from tools.drawing.style import COLOURS, SHAPES, drawn, picture_place
from tools.parameters import takes_fields
from tools.workspace import Workspace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_POINTS = 25
_FOUND = "share of the hits that is found"


@dataclass(frozen=True)
class DrawnScreenDesign:
    """A picture of a pooled screen that is planned.

    Attributes:
        path: The picture.
        design: What it shows.
    """

    path: str
    design: ScreenDesign


@dataclass(frozen=True)
class DrawnDetectableEffect:
    """A picture of what a finished screen could show.

    Attributes:
        path: The picture.
        found: What it shows.
    """

    path: str
    found: DetectableEffect


@dataclass(frozen=True)
class DrawnPerturbSeqDesign:
    """A picture of perturbed single cells that are planned.

    Attributes:
        path: The picture.
        design: What it shows.
    """

    path: str
    design: PerturbSeqDesign


@dataclass(frozen=True, eq=False)
class _Curve:
    name: str
    x: Floats
    y: Floats


@takes_fields
def draw_screen_design(
    workspace: Workspace, wish: ScreenWish, out: Path, *, overwrite: bool = False
) -> DrawnScreenDesign:
    """Draws the power of a pooled screen against the cells of each guide, a line for each number of replicates.

    Where the spread of a pilot holds the noise of cells, power is drawn against replicates.

    Args:
        workspace: The workspace.
        wish: What is wished for.
        out: The picture: .png or .svg.
        overwrite: Whether a file that is there is replaced.

    Raises:
        InvalidValueError: No screen can meet the wish, or the file's ending is another.
        NotFoundError: There is no such pilot.
        RefusedFileError: It may not be written there.
    """
    target = picture_place(workspace, out, overwrite=overwrite)
    design = design_screen(workspace, wish)
    setting, _ = screen_setting(workspace, wish)
    best, effect = design.best, wish.effect or design.best.effect

    def at(guides: int, replicates: int, coverage: float) -> float:
        return power_of(setting.pool(guides, replicates, coverage), setting.noise, setting.wanted, effect)

    if setting.noise.counted:
        cells = np.geomspace(50, 2000, _POINTS)
        curves = [
            _Curve(f"{n} replicate{'s' * (n > 1)}", cells, np.array([at(best.guides, n, c) for c in cells]))
            for n in sorted({*REPLICATES_FROM_ONE, best.replicates})
        ]
        x, mark = f"cells a guide in each arm ({best.guides} guides a gene)", best.coverage
    else:
        tried = np.arange(1.0, max(6, best.replicates) + 1)
        curves = [
            _Curve(f"{g} guides a gene", tried, np.array([at(g, int(n), best.coverage) for n in tried]))
            for g in sorted({one.guides for one in design.options})
        ]
        x, mark = "replicates", best.replicates
    title = f"Log2 fold change {effect:.2g}, false discovery rate {wish.fdr:g}"
    _draw(target, curves, (x, _FOUND), title, (mark, wish.power), overwrite=overwrite)
    return DrawnScreenDesign(str(target), design)


def draw_detectable_effect(
    workspace: Workspace, screen: str, out: Path, *, fdr: float = 0.05, power: float = 0.8, hits: int | None = None,
    replicates: int | None = None, simulate: int = 0, seed: int = 0, overwrite: bool = False,
) -> DrawnDetectableEffect:  # fmt: skip
    """Draws the smallest effect that a finished screen could show against how many of its hits are found.

    There is a line for each number of replicates, where it is known how many there are.

    Args:
        workspace: The workspace.
        screen: Name of the screen.
        out: The picture: .png or .svg.
        fdr: False discovery rate at which hits are called.
        power: Share of the hits that is to be found.
        hits: How many hits there are; those by the screen's own rule where none are given.
        replicates: How many replicates its effects rest on, where the store has them not one by one.
        simulate: How many screens are simulated to check the power.
        seed: Of what is simulated.
        overwrite: Whether a file that is there is replaced.

    Raises:
        NotFoundError: There is no such screen; near names are given.
        InvalidValueError: The screen has no sizes of effects, the wish cannot be met, or the file's ending is another.
        RefusedFileError: It may not be written there.
    """
    target = picture_place(workspace, out, overwrite=overwrite)
    found = detectable_effect(
        workspace, screen, fdr=fdr, power=power, hits=hits, replicates=replicates, simulate=simulate, seed=seed
    )
    powers = np.linspace(0.05, 0.95, 19)
    # One spread and another number of replicates differ by a factor alone.
    ratios = {
        f"{r.replicates} replicate{'s' * (r.replicates > 1)}{' (now)' * r.measured}": r.spread for r in found.replicates
    }
    base = np.array([
        detectable_effect(workspace, screen, fdr=fdr, power=float(p), hits=hits, replicates=replicates).effect
        for p in powers
    ])  # fmt: skip
    curves = [
        _Curve(name, base * spread / found.spread, powers)
        for name, spread in (ratios or {"as it is": found.spread}).items()
    ]
    x = f"effect ({found.estimate_kind})"
    title = f"{found.screen}, false discovery rate {fdr:g}"
    _draw(target, curves, (x, _FOUND), title, (found.effect, power), overwrite=overwrite)
    return DrawnDetectableEffect(str(target), found)


@takes_fields
def draw_perturb_seq_design(
    workspace: Workspace, wish: CellsWish, out: Path, *, overwrite: bool = False
) -> DrawnPerturbSeqDesign:
    """Draws how many responding genes are found against the cells of each perturbation, for three sizes of effect.

    Args:
        workspace: The workspace.
        wish: What is wished for.
        out: The picture: .png or .svg.
        overwrite: Whether a file that is there is replaced.

    Raises:
        InvalidValueError: No number of cells can meet the wish, or the file's ending is another.
        NotFoundError: There is no such pilot.
        RefusedFileError: It may not be written there.
    """
    target = picture_place(workspace, out, overwrite=overwrite)
    design = design_perturb_seq(workspace, wish)
    levels, sought = cells_setting(workspace, wish)
    best = design.best
    cells = np.geomspace(20, max(2000, 2 * best.cells), _POINTS)
    curves = [
        _Curve(
            f"log2 fold change {effect:.2g}", cells,
            wish.responding * np.array([power_of_cells(levels, sought, c, effect) for c in cells]),
        )
        for effect in (best.effect, best.effect * 2, best.effect / 2)
    ]  # fmt: skip
    y = f"of {wish.responding} responding genes found"
    title = f"{levels.umis:,.0f} counts a cell, false discovery rate {wish.fdr:g}"
    _draw(target, curves, ("cells a perturbation", y), title, (best.cells, best.found), overwrite=overwrite)
    return DrawnPerturbSeqDesign(str(target), design)


def _draw(
    target: Path, curves: Sequence[_Curve], axes: tuple[str, str], title: str, mark: tuple[float, float], *,
    overwrite: bool,
) -> None:  # fmt: skip
    drawn(target, lambda figure: _lines(figure, curves, axes, title, mark), overwrite=overwrite)


def _lines(
    figure: Figure, curves: Sequence[_Curve], axes: tuple[str, str], title: str, mark: tuple[float, float]
) -> None:
    """Draws curves with a shape each, and the place that the answer tells."""
    plot = figure.add_subplot()
    for number, curve in enumerate(curves):
        plot.plot(
            curve.x, curve.y, color=COLOURS[number % len(COLOURS)], marker=SHAPES[number % len(SHAPES)], markersize=4,
            label=curve.name,
        )  # fmt: skip
    plot.axvline(mark[0], color="#666666", linewidth=1, linestyle=":")
    plot.axhline(mark[1], color="#666666", linewidth=1, linestyle=":")
    if max(curve.x.max() for curve in curves) / min(curve.x.min() for curve in curves) > 20:
        plot.set_xscale("log")
        low, high = plot.get_xlim()
        ticks = [step * 10**power for power in range(6) for step in (1, 2, 5) if low <= step * 10**power <= high]
        plot.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
        plot.minorticks_off()
    plot.set(xlabel=axes[0], ylabel=axes[1], title=title)
    plot.set_ylim(bottom=0)
    plot.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside right upper", frameon=False)
