"""Rank-sum tests of all perturbations against controls, from the entries of a sparse matrix that are not zero.

Mann and Whitney 1947, with the normal approximation, the correction for ties and for continuity; over several batches
van Elteren's (1960) sum, which for one batch is the same test. Zeros are never ranked one by one: they are one tie below
all other values, since expression is not negative.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.expression.perturb_seq.arms import CONTROL, Arms, Codes, Floats
from tools.expression.perturb_seq.gene_blocks import GeneBlock


@dataclass(frozen=True, eq=False)
class RankSums:
    """Tests of some genes.

    Attributes:
        u: U of each arm against the controls of its batch: in how many of all pairs of cells the arm's is higher, a tie
            counting half; shape (arms, genes), NaN for arms of controls.
        p: Two-sided p of each perturbation, shape (groups, genes); 1 where all cells agree.
    """

    u: Floats
    p: Floats


def rank_sums(block: GeneBlock, arms: Arms) -> RankSums:
    """Tests each gene of a block in each perturbation against the controls of the same batches.

    Args:
        block: The genes; no entry is negative.
        arms: Who is in which arm; every arm's batch has controls.
    """
    u, ties = _u_and_ties(block, arms)
    n, m = arms.sizes.astype(np.float64)[:, None], arms.sizes[arms.control_of].astype(np.float64)[:, None]
    total = n + m
    variance = n * m / 12 * ((total + 1) - ties / np.maximum(total * (total - 1), 1.0))
    weight = np.where(arms.group == CONTROL, 0.0, 1 / (arms.sizes + arms.sizes[arms.control_of] + 1.0))[:, None]
    above = arms.over_groups(weight * (u - n * m / 2))
    spread = np.sqrt(arms.over_groups(weight**2 * np.maximum(variance, 0.0)))
    u[arms.group == CONTROL] = np.nan
    return RankSums(u, _p(above, spread, _half(arms)))


def _p(above: Floats, spread: Floats, half: Floats) -> Floats:
    from scipy.special import ndtr

    distance = np.maximum(np.abs(above) - half, 0.0)
    z = np.divide(distance, spread, out=np.zeros_like(distance), where=spread > 0)
    return np.minimum(2 * ndtr(-z), 1.0)


def _half(arms: Arms) -> Floats:
    """Half of the smallest step that the weighted sum can take, shape (groups, 1)."""
    smallest = np.full(len(arms.groups), np.inf)
    used = arms.group != CONTROL
    weights = 1 / (arms.sizes[used] + arms.sizes[arms.control_of[used]] + 1.0)
    np.minimum.at(smallest, arms.group[used] - 1, weights)
    return smallest[:, None] / 2


def _u_and_ties(block: GeneBlock, arms: Arms) -> tuple[Floats, Floats]:
    """U and the sum of t³ − t over ties of each arm with its controls, both of shape (arms, genes)."""
    arm = arms.of_cell[block.cell]
    batches, shape = len(arms.batches), (len(arms.group), block.genes)
    where = block.gene * batches + arms.batch[arm]
    order = np.lexsort((block.value, where))
    arm, gene, where, value = arm[order], block.gene[order], where[order], block.value[order]
    is_control = arms.group[arm] == CONTROL
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (where[1:] != where[:-1]) | (value[1:] != value[:-1])
    tie = np.cumsum(fresh) - 1
    controls = np.bincount(tie, weights=is_control) if len(order) else np.zeros(0)
    below = _below(controls, where[fresh])

    zeros_c = _zeros_of_controls(where[is_control], block.genes, arms)
    test = ~is_control
    flat = arm[test] * block.genes + gene[test]
    beaten = zeros_c.T[arms.batch[arm[test]], gene[test]] + below[tie[test]] + controls[tie[test]] / 2
    size = len(arms.group) * block.genes
    u = np.bincount(flat, weights=beaten, minlength=size).reshape(shape)
    zeros_t = arms.sizes[:, None] - np.bincount(flat, minlength=size).reshape(shape)
    zeros = zeros_c.T[arms.batch]
    u += zeros_t * zeros / 2
    per_place = np.bincount(where[fresh], weights=_cubed(controls), minlength=block.genes * batches)
    ties = _cubed(zeros_t + zeros) + per_place.reshape(block.genes, batches).T[arms.batch]
    return u, ties + _ties_of_arms(tie[test], flat, controls, size).reshape(shape)


def _below(controls: Floats, where: Codes) -> Floats:
    """How many controls of the same gene and batch, zeros left out, lie below each distinct value."""
    if not len(where):
        return controls
    before = np.cumsum(controls) - controls
    first = np.ones(len(where), dtype=bool)
    first[1:] = where[1:] != where[:-1]
    return before - before[first][np.cumsum(first) - 1]


def _zeros_of_controls(where: Codes, genes: int, arms: Arms) -> Floats:
    """Controls without expression, shape (genes, batches)."""
    batches = len(arms.batches)
    sizes = np.zeros(batches)
    control = arms.group == CONTROL
    sizes[arms.batch[control]] = arms.sizes[control]
    return sizes[None, :] - np.bincount(where, minlength=genes * batches).reshape(genes, batches)


def _ties_of_arms(tie: Codes, flat: Codes, controls: Floats, size: int) -> Floats:
    """What the values of each arm add to t³ − t of its controls, shape (arms · genes,)."""
    if not len(tie):
        return np.zeros(size)
    # A value that one cell alone has is no tie, and most are such.
    shared = (np.bincount(tie, minlength=len(controls)) + controls)[tie] > 1
    keys, counts = np.unique(tie[shared] * size + flat[shared], return_counts=True)
    own = controls[keys // size]
    return np.bincount(keys % size, weights=_cubed(own + counts) - _cubed(own), minlength=size)


def _cubed(count: Floats) -> Floats:
    return count**3 - count
