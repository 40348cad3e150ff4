"""Rank-sum tests of all perturbations against controls, from the entries of a sparse matrix that are not zero.

Mann and Whitney 1947, with the normal approximation, the correction for ties and for continuity; over several strata
van Elteren's (1960) sum, which for one stratum is the same test. Zeros are never ranked one by one: they are one tie
below all other values, since expression is not negative.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tools.expression.perturb_seq.cells_grouped.arms import CONTROL, Arms, Codes, Floats
from tools.expression.perturb_seq.comparing.gene_blocks import GeneBlock


@dataclass(frozen=True, eq=False)
class RankSums:
    """Tests of some genes.

    Attributes:
        u: U of each arm against the controls of its stratum: in how many pairs of cells the arm's is higher, a tie
            counting half; shape (arms, genes), NaN for arms of controls.
        p: Two-sided p of each perturbation, shape (groups, genes); 1 where all cells agree.
    """

    u: Floats
    p: Floats


def rank_sums(block: GeneBlock, arms: Arms) -> RankSums:
    """Tests each gene of a block in each perturbation against the controls of the same strata.

    Args:
        block: The genes; no entry is negative.
        arms: Who is in which arm; every arm's stratum has controls.
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
    return np.asarray(np.minimum(2 * ndtr(-z), 1.0))


def _half(arms: Arms) -> Floats:
    """Half of the smallest step that the weighted sum can take, shape (groups, 1)."""
    smallest = np.full(len(arms.groups), np.inf)
    used = arms.group != CONTROL
    weights = 1 / (arms.sizes[used] + arms.sizes[arms.control_of[used]] + 1.0)
    np.minimum.at(smallest, arms.group[used] - 1, weights)
    return smallest[:, None] / 2


def _u_and_ties(block: GeneBlock, arms: Arms) -> tuple[Floats, Floats]:
    """U and the sum of t³ − t over ties of each arm with its controls, both of shape (arms, genes)."""
    ranked = _Ranked.of(block, arms)
    shape, size = (len(arms.group), block.genes), len(arms.group) * block.genes
    test = ~ranked.is_control
    flat, tie = ranked.arm[test] * block.genes + ranked.gene[test], ranked.tie[test]
    zeros_c = ranked.zeros_of_controls(block.genes, arms)[arms.stratum]
    zeros_t = arms.sizes[:, None] - _summed(flat, size).reshape(shape)
    beaten = zeros_c[ranked.arm[test], ranked.gene[test]] + ranked.below()[tie] + ranked.controls[tie] / 2
    u = _summed(flat, size, beaten).reshape(shape) + zeros_t * zeros_c / 2
    of_controls = _summed(ranked.place, block.genes * len(arms.strata), _cubed(ranked.controls))
    ties = _cubed(zeros_t + zeros_c) + of_controls.reshape(block.genes, -1).T[arms.stratum]
    return u, ties + _ties_of_arms(tie, flat, ranked.controls, size).reshape(shape)


@dataclass(frozen=True, eq=False)
class _Ranked:
    """Entries in the order of gene, stratum and value; those of one value are a tie.

    Attributes:
        arm: The arm of each entry, shape (entries,).
        gene: Its gene within the block, likewise.
        tie: The tie that it is of, likewise.
        is_control: Whether it is of a control, likewise.
        where: Gene · strata + stratum, likewise.
        place: The same of each tie, shape (ties,).
        controls: How many controls each tie has, shape (ties,).
    """

    arm: Codes
    gene: Codes
    tie: Codes
    is_control: npt.NDArray[np.bool_]
    where: Codes
    place: Codes
    controls: Floats

    @classmethod
    def of(cls, block: GeneBlock, arms: Arms) -> _Ranked:
        arm = arms.of_cell[block.cell]
        where = block.gene * len(arms.strata) + arms.stratum[arm]
        # The bits of numbers that are not negative are ordered as these are, so that one sort by a whole number does.
        key = where << 32 | block.value.astype(np.float32).view(np.uint32)
        order = np.argsort(key)
        arm, where, fresh = arm[order], where[order], _changes(key[order])
        tie, is_control = np.cumsum(fresh) - 1, arms.group[arm] == CONTROL
        controls = _summed(tie, int(fresh.sum()), is_control.astype(np.float64))
        return cls(arm, block.gene[order], tie, is_control, where, where[fresh], controls)

    def below(self) -> Floats:
        """How many controls of the same gene and stratum, zeros left out, lie below each tie, shape (ties,)."""
        before = np.cumsum(self.controls) - self.controls
        first = _changes(self.place)
        return np.asarray(before - before[first][np.cumsum(first) - 1])

    def zeros_of_controls(self, genes: int, arms: Arms) -> Floats:
        """Controls without expression, shape (strata, genes)."""
        strata, control = len(arms.strata), arms.group == CONTROL
        sizes = _summed(arms.stratum[control], strata, arms.sizes[control].astype(np.float64))
        shown = _summed(self.where[self.is_control], genes * strata).reshape(genes, strata)
        return sizes[:, None] - shown.T


def _changes(codes: Codes) -> npt.NDArray[np.bool_]:
    """Where a sorted list goes on to another value, its beginning counted."""
    changes = np.ones(len(codes), dtype=bool)
    changes[1:] = codes[1:] != codes[:-1]
    return changes


def _ties_of_arms(tie: Codes, flat: Codes, controls: Floats, size: int) -> Floats:
    """What the values of each arm add to t³ − t of its controls, shape (arms · genes,)."""
    # A value that one cell alone has is no tie, and most are such.
    shared = (_summed(tie, len(controls)) + controls)[tie] > 1
    keys, counts = np.unique(tie[shared] * size + flat[shared], return_counts=True)
    own = controls[keys // size]
    return _summed(keys % size, size, _cubed(own + counts) - _cubed(own))


def _summed(codes: Codes, size: int, weights: Floats | None = None) -> Floats:
    """Sums by code, or counts, shape (size,)."""
    return np.bincount(codes, weights=weights, minlength=size).astype(np.float64)


def _cubed(count: Floats) -> Floats:
    return np.asarray(count**3 - count)
