"""Cells after a perturbation that nobody made: real control cells, changed until their mean is the predicted one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.expression.expression_responses import CONTROL, Cells, ExpressionResponses, Floats
from tools.expression.gene_folds import Places
from tools.expression.predictors._measured import VERSION as MEASURED
from tools.expression.predictors._measured import Measured

VERSION = ("_cells 1", *MEASURED)


@dataclass(frozen=True)
class CellDrawer:
    """Draws cells, or profiles of responses where there are none.

    Attributes:
        controls: Control cells; None where bulk was learnt from.
        residuals: What rows do beyond the mean of their context, for profiles, n × m.
    """

    controls: Cells | None
    residuals: Floats

    @classmethod
    def of(cls, responses: ExpressionResponses, measured: Measured) -> CellDrawer:
        """Takes the cells of some responses.

        Args:
            responses: What was measured.
            measured: Its rows.
        """
        cells = responses.cells
        return cls(None if cells is None else cells.of(cells.perturbations == CONTROL), measured.residuals)

    def draw(self, mean: Floats, count: int, rng: np.random.Generator, context: str) -> Floats:
        """Cells, count × m.

        Args:
            mean: The predicted response, m.
            count: How many.
            rng: What chance comes from.
            context: Whose controls are changed; all where empty.
        """
        if self.controls is None:
            return mean + self.residuals[rng.integers(len(self.residuals), size=count)]
        own = np.flatnonzero((self.controls.contexts == context) | (context == ""))
        pool = self.controls.expression[own]
        drawn = pool[rng.choice(len(own), size=count, replace=count > len(own))]
        return moved(drawn, pool, mean, rng)


def moved(cells: Floats, pool: Floats, change: Floats, rng: np.random.Generator) -> Floats:
    """Cells whose mean differs from that of their pool by a wanted change.

    A readout that is to fall is lost in some cells. One that is to rise is gained, with an amount that other cells
    show, by some of the cells without it, and where that is not enough it rises in all that have it. So no cell gets
    an amount below zero, nor a small one that no real cell has. Where amounts may be negative all cells are shifted.

    Args:
        cells: Drawn from the pool, n × m.
        pool: Control cells, k × m.
        change: Wanted, m.
        rng: What chance comes from.
    """
    if pool.min() < 0:
        return cells + change
    mean, shown = pool.mean(axis=0), (pool > 0).mean(axis=0)
    amount = np.where(shown > 0, mean / np.maximum(shown, 1e-9), 1.0)
    wanted = np.maximum(mean + change, 0)
    chance = rng.random(cells.shape, dtype=np.float32)
    lost = chance >= np.minimum(wanted / np.maximum(mean, 1e-9), 1)
    gained = np.clip((wanted - mean) / np.maximum(amount * (1 - shown), 1e-9), 0, 1)
    filled = (cells == 0) & (chance < gained)
    found = np.where(lost, 0, cells)
    found[filled] = _amounts(pool, np.nonzero(filled)[1], rng)
    missing = wanted - mean - gained * amount * (1 - shown)
    lifted = np.maximum(missing, 0) / np.maximum(shown + gained * (1 - shown), 1e-9)
    return np.asarray(found + lifted * (found > 0), dtype=np.float32)


def _amounts(pool: Floats, readouts: Places, rng: np.random.Generator) -> Floats:
    """For each readout an amount of some cell that shows it; 1 where none does."""
    from scipy.sparse import csc_array

    held = csc_array(pool)
    counts = np.diff(held.indptr)[readouts]
    places = held.indptr[readouts] + np.floor(rng.random(len(readouts)) * counts).astype(int)
    return np.where(counts > 0, held.data[np.minimum(places, len(held.data) - 1)], 1).astype(np.float32)
