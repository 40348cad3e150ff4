"""The power to see genes respond in perturbed cells, in closed form.

A gene is called when the difference of mean counts, perturbed cells less controls, lies beyond either bound of its
distribution under no change (`score_test`). Its power is the probability of that under the distribution where the
perturbation works in a share of the cells and changes the mean 2^Δ-fold; the mean over genes is the share that is
found. As in sceptre, a gene is tested when at least seven perturbed cells are expected to show it; genes are as strong
as `levels` says (as in scPower: Schmid et al. 2021, Nature Communications 12:6625).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.design.detection import Floats, solved
from tools.design.false_discovery import p_for_power, power_at_rate
from tools.design.perturb_seq.levels import Levels
from tools.design.perturb_seq.score_test import difference

FEWEST_SHOWING = 7.0
"""Perturbed cells that are expected to show a gene that is tested."""
SMALLEST, LARGEST = 0.01, 10.0
FEWEST_CELLS = 10.0


@dataclass(frozen=True)
class Sought:
    """What is to be found in each perturbation.

    Attributes:
        fdr: False discovery rate at which genes are called.
        share: Share of the tested genes that respond.
        power: Share of these that is to be found.
        working: Share of the cells in which the perturbation works.
        controls: Control cells.
    """

    fdr: float
    share: float
    power: float
    working: float
    controls: int


def tested(levels: Levels, cells: float) -> Floats:
    """Which genes are tested, shape (points,): 1 or 0.

    Args:
        levels: How strongly they are expressed.
        cells: Perturbed cells.
    """
    means, own = levels.means, levels.dispersions
    with np.errstate(divide="ignore", invalid="ignore"):
        silent = np.where(own > 1e-9, (1 + own * means) ** (-1 / own), np.exp(-means))
    return (cells * (1 - silent) >= FEWEST_SHOWING).astype(float)


def powers_at_p(levels: Levels, sought: Sought, cells: float, effect: float, p: float) -> Floats:
    """Probability that each gene is called if it responds, shape (points,).

    Args:
        levels: How strongly genes are expressed.
        sought: What is to be found.
        cells: Perturbed cells.
        effect: Log2 fold change.
        p: p-value that is just called.
    """
    mu, own, share = levels.means, levels.dispersions, sought.working
    low, high = difference(mu, own, 1.0, share, cells, sought.controls).bounds(p / 2)
    moved = difference(mu, own, 2.0**effect, share, cells, sought.controls)
    return np.asarray((moved.below(low) + moved.above(high)) * tested(levels, cells))


def power_of(levels: Levels, sought: Sought, cells: float, effect: float) -> float:
    """Share of the responding genes that is found at the wanted false discovery rate.

    Args:
        levels: How strongly genes are expressed.
        sought: What is to be found.
        cells: Perturbed cells.
        effect: Log2 fold change.
    """
    return power_at_rate(
        lambda p: float(powers_at_p(levels, sought, cells, effect, p).mean()), sought.fdr, sought.share
    )


def cells_for(levels: Levels, sought: Sought, effect: float, most: float) -> float | None:
    """Perturbed cells that find the wanted share; None where no number up to `most` does.

    Args:
        levels: How strongly genes are expressed.
        sought: What is to be found.
        effect: Log2 fold change.
        most: Where to end.
    """
    p = p_for_power(sought.fdr, sought.share, sought.power)
    return solved(
        lambda cells: float(powers_at_p(levels, sought, cells, effect, p).mean()), sought.power, FEWEST_CELLS, most
    )


def smallest_effect(levels: Levels, sought: Sought, cells: float) -> float | None:
    """The smallest log2 fold change above zero with which the wanted share is found; None where none is.

    Args:
        levels: How strongly genes are expressed.
        sought: What is to be found.
        cells: Perturbed cells.
    """
    p = p_for_power(sought.fdr, sought.share, sought.power)
    return solved(
        lambda size: float(powers_at_p(levels, sought, cells, size, p).mean()), sought.power, SMALLEST, LARGEST
    )
