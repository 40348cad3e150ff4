"""A stated sample of a file's cells, kept so that cells can be predicted later: some of each perturbation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tools.expression.perturb_seq.cells_grouped.arms import CONTROL, Arms

MOST_CELLS = 5_000
MOST_CONTROLS = 1_000


def sampled_cells(arms: Arms, seed: int = 0) -> npt.NDArray[np.int64]:
    """Cells spread evenly over perturbations, and controls spread evenly over strata.

    No more than `MOST_CELLS`, of which no more than `MOST_CONTROLS` controls; a perturbation with few cells gives all
    of them. The same file gives the same cells.

    Args:
        arms: Who is in which arm.
        seed: Of the choice.

    Returns:
        Numbers of cells, ascending.
    """
    rng = np.random.default_rng(seed)
    group = arms.group_of_cell
    is_control = group == CONTROL
    stratum = np.where(arms.of_cell >= 0, arms.stratum[arms.of_cell], -1)
    controls = _evenly(np.flatnonzero(is_control), stratum[is_control], MOST_CONTROLS, rng)
    perturbed = group > CONTROL
    others = _evenly(np.flatnonzero(perturbed), group[perturbed], MOST_CELLS - len(controls), rng)
    return np.sort(np.concatenate([controls, others]))


def _evenly(
    cells: npt.NDArray[np.int64], of: npt.NDArray[np.int64], most: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Up to so many of some cells, in turns: the first of each kind, the second of each, and so on."""
    mixed = rng.permutation(len(cells))
    kinds = of[mixed]
    order = np.argsort(kinds, kind="stable")
    starts = np.r_[0, np.flatnonzero(np.diff(kinds[order])) + 1] if len(order) else np.zeros(0, dtype=np.int64)
    turn = np.empty(len(cells), dtype=np.int64)
    turn[order] = np.arange(len(cells)) - np.repeat(starts, np.diff(np.r_[starts, len(cells)]))
    # Of kinds whose turn is the last that is let in, chance says which.
    chosen = mixed[np.lexsort((rng.random(len(cells)), turn))[:most]]
    return np.asarray(cells[chosen])
