"""What each perturbation does to each gene: means of cells, their differences from controls, and tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tools.expression.perturb_seq.cells_grouped.arms import CONTROL, Arms, Floats
from tools.expression.perturb_seq.comparing.gene_blocks import GeneBlock
from tools.expression.perturb_seq.comparing.rank_sums import rank_sums
from tools.expression.perturb_seq.options import Test
from tools.genes.false_discovery import false_discovery_rates

FEWEST_DETECTED = 10
"""A gene that fewer cells show is not tested."""
FEWEST_OF_STRATUM = 5
"""A stratum counts in the test of strata when so many perturbed cells and so many controls are in it."""
EPSILON = 1e-9


@dataclass(frozen=True, eq=False)
class BlockMeans:
    """Means of a block's genes over the cells of each arm, shape (arms, genes).

    Attributes:
        log: Mean of log1p CP10k.
        variance: Its variance between cells (n − 1).
        natural: Mean of CP10k.
        detected: How many cells show the gene, shape (genes,).
    """

    log: Floats
    variance: Floats
    natural: Floats
    detected: npt.NDArray[np.int64]

    @classmethod
    def of(cls, block: GeneBlock, arms: Arms) -> BlockMeans:
        """The means of a block.

        Args:
            block: The genes.
            arms: Who is in which arm.
        """
        flat = arms.of_cell[block.cell] * block.genes + block.gene
        shape, size = (len(arms.group), block.genes), len(arms.group) * block.genes
        cells = arms.sizes[:, None].astype(np.float64)
        total, squares, natural = (
            np.bincount(flat, weights=values, minlength=size).reshape(shape)
            for values in (block.value, block.value**2, np.expm1(block.value))
        )
        variance = np.maximum(squares - total**2 / cells, 0.0) / np.maximum(cells - 1, 1)
        return cls(total / cells, variance, natural / cells, np.bincount(block.gene, minlength=block.genes))


@dataclass(eq=False)
class Differences:
    """Differences of all perturbations from controls, filled block by block.

    Attributes:
        estimate: Difference of the mean log1p CP10k from the controls of the same strata, shape (groups, genes); over
            several strata their mean, weighted by n m / (n + m). It is the natural logarithm of a fold change of
            pseudobulks, ln (1 + a) / (1 + b), a and b being geometric means of 1 + CP10k, less 1.
        standard_error: Its standard error over cells (Welch), or over strata; likewise.
        p: Two-sided p by the test, likewise; NaN where it could not be made.
        fold: log2 fold change of the mean CP10k from that of the controls, likewise (`fold_changes`).
        control: Mean log1p CP10k of all controls, shape (genes,).
        total: Mean log1p CP10k of all cells, shape (genes,).
        spread: Variance of log1p CP10k over all cells, shape (genes,).
        detected: How many cells show the gene, shape (genes,).
    """

    estimate: npt.NDArray[np.float32]
    standard_error: npt.NDArray[np.float32]
    p: Floats
    fold: npt.NDArray[np.float32]
    control: Floats
    total: Floats
    spread: Floats
    detected: npt.NDArray[np.int64]

    @classmethod
    def empty(cls, groups: int, genes: int) -> Differences:
        """Places for what will be found.

        Args:
            groups: How many perturbations.
            genes: How many genes.
        """
        size = (groups, genes)
        return cls(
            estimate=np.zeros(size, dtype=np.float32), standard_error=np.zeros(size, dtype=np.float32),
            p=np.ones(size), fold=np.zeros(size, dtype=np.float32), control=np.zeros(genes), total=np.zeros(genes),
            spread=np.zeros(genes), detected=np.zeros(genes, dtype=np.int64),
        )  # fmt: skip

    @property
    def tested(self) -> npt.NDArray[np.bool_]:
        """Which genes are tested, shape (genes,)."""
        return self.detected >= FEWEST_DETECTED

    def fdr(self) -> Iterator[tuple[int, Floats]]:
        """False discovery rates over the tested genes of one perturbation after the other (Benjamini and Hochberg).

        Yields:
            Number of the perturbation, and a rate for each tested gene, NaN where there is no p.
        """
        for group in range(len(self.p)):
            yield group, false_discovery_rates(self.p[group, self.tested])

    def fill(self, block: GeneBlock, means: BlockMeans, arms: Arms, test: Test) -> None:
        """Takes a block in.

        Args:
            block: The genes.
            means: Their means.
            arms: Who is in which arm.
            test: ``rank-sum`` or ``pseudobulk-t``.
        """
        place = slice(block.first, block.first + block.genes)
        self.detected[place] = means.detected
        cells = arms.sizes[:, None]
        controls = (arms.group == CONTROL)[:, None] * cells
        self.control[place] = (means.log * controls).sum(axis=0) / controls.sum()
        self.total[place] = (means.log * cells).sum(axis=0) / cells.sum()
        squares = (means.variance * (cells - 1) + means.log**2 * cells).sum(axis=0) / cells.sum()
        self.spread[place] = np.maximum(squares - self.total[place] ** 2, 0.0)
        self.fold[:, place] = folds(means.natural, arms)
        if test == "pseudobulk-t":
            estimate, error, p = over_strata(means.log, arms)
        else:
            estimate, error = over_cells(means, arms)
            p = rank_sums(block, arms).p
        self.estimate[:, place], self.standard_error[:, place], self.p[:, place] = estimate, error, p


def over_cells(means: BlockMeans, arms: Arms) -> tuple[Floats, Floats]:
    """Differences from the controls of the same strata, and their standard errors (Welch), shape (groups, genes).

    Args:
        means: Means and variances of arms.
        arms: Who is in which arm.
    """
    weight = arms.weights[:, None]
    difference = means.log - means.log[arms.control_of]
    of_mean = means.variance / arms.sizes[:, None]
    variance = of_mean + of_mean[arms.control_of]
    total = arms.over_groups(weight)
    return arms.over_groups(weight * difference) / total, np.sqrt(arms.over_groups(weight**2 * variance)) / total


def over_strata(log: Floats, arms: Arms) -> tuple[Floats, Floats, Floats]:
    """Student's t of the differences of pseudobulks, paired by stratum: estimate, standard error and p.

    Each stratum with at least `FEWEST_OF_STRATUM` perturbed cells and controls gives one difference. Where there are
    fewer than two, the difference stands without error and p.

    Args:
        log: Mean log1p CP10k of each arm, shape (arms, genes).
        arms: Who is in which arm.

    Returns:
        Each of shape (groups, genes).
    """
    from scipy.special import stdtr

    enough = np.minimum(arms.sizes, arms.sizes[arms.control_of]) >= FEWEST_OF_STRATUM
    used = (enough & (arms.group != CONTROL)).astype(np.float64)[:, None]
    count = arms.over_groups(used)
    difference = (log - log[arms.control_of]) * used
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = arms.over_groups(difference) / count
        squares = arms.over_groups(used * (difference - _spread_out(mean, arms)) ** 2)
        error = np.where(count >= 2, np.sqrt(squares / (count - 1) / count), np.nan)
        t = np.where((mean == 0) & (error == 0), 0.0, mean / error)
        p = np.where(np.isnan(t), np.nan, 2 * stdtr(count - 1, -np.abs(t)))
    return np.nan_to_num(mean), error, np.minimum(p, 1.0)


def _spread_out(of_group: Floats, arms: Arms) -> Floats:
    """Values of groups given to each of their arms; 0 for controls."""
    return np.where((arms.group == CONTROL)[:, None], 0.0, np.nan_to_num(of_group)[np.maximum(arms.group - 1, 0)])


def folds(natural: Floats, arms: Arms) -> Floats:
    """log2 fold changes of mean CP10k from the controls of the same strata, shape (groups, genes).

    Over several strata both means are weighted as differences are.

    Args:
        natural: Mean CP10k of each arm, shape (arms, genes).
        arms: Who is in which arm.
    """
    weight = arms.weights[:, None]
    total = arms.over_groups(weight)
    own, controls = arms.over_groups(weight * natural), arms.over_groups(weight * natural[arms.control_of])
    return fold_changes(own / total, controls / total)


def fold_changes(own: Floats, controls: Floats) -> Floats:
    """log2 (a + ε) / (b + ε), as pdex 0.3 defines fold changes of two pseudobulks; ε is 1e-9.

    Args:
        own: Means of the perturbed cells, not their logarithms.
        controls: Means of controls.
    """
    return np.asarray(np.log2((own + EPSILON) / (controls + EPSILON)))
