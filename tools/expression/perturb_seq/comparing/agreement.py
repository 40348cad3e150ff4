"""How far the guides of one gene agree: correlation of their pseudobulks' differences from controls."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tools.expression.perturb_seq.cells_grouped.arms import CONTROL, Arms, Floats
from tools.expression.perturb_seq.comparing.differences import BlockMeans
from tools.expression.perturb_seq.comparing.gene_blocks import GeneBlock

FEWEST_CELLS = 10
"""A guide with fewer cells is left out."""
LEAST_SHARE = 0.05
"""Genes that a smaller share of cells shows are left out: they say nothing of a pseudobulk."""


@dataclass(eq=False)
class GuideAgreement:
    """Sums from which correlations follow, filled block by block.

    Attributes:
        pairs: Guides of each perturbation that have enough cells: group → numbers among `of_cell`.
        cells: How many cells each guide has.
    """

    arms: Arms
    of_cell: npt.NDArray[np.int64]
    pairs: dict[int, npt.NDArray[np.int64]]
    cells: npt.NDArray[np.int64]
    _shares: Floats
    _sums: dict[int, Floats] = field(default_factory=dict)
    _products: dict[int, Floats] = field(default_factory=dict)
    _genes: int = 0

    @classmethod
    def of(cls, arms: Arms, guide_of_cell: npt.NDArray[np.int64]) -> GuideAgreement:
        """The guides that can be compared.

        Args:
            arms: Who is in which arm.
            guide_of_cell: Number of each cell's one guide, shape (cells,); -1 where it has none or several.
        """
        group = arms.group_of_cell
        own = np.where(group > CONTROL, guide_of_cell, -1) if len(guide_of_cell) else np.full(len(group), -1)
        # A guide counts within each perturbation that it was found with, so that of a pair it is not the single's.
        keys, codes = np.unique(own[own >= 0] * (len(arms.groups) + 1) + group[own >= 0], return_inverse=True)
        of_cell = np.full(len(group), -1, dtype=np.int64)
        of_cell[own >= 0] = codes
        cells = np.bincount(codes, minlength=len(keys))
        groups = keys % (len(arms.groups) + 1)
        enough = cells >= FEWEST_CELLS
        pairs = {
            int(one): np.flatnonzero((groups == one) & enough)
            for one in np.unique(groups[enough])
            if ((groups == one) & enough).sum() >= 2
        }
        table = np.zeros((len(keys), len(arms.strata)))
        used = of_cell >= 0
        np.add.at(table, (of_cell[used], arms.stratum[arms.of_cell[used]]), 1.0)
        return cls(arms, of_cell, pairs, cells, table / np.maximum(cells, 1)[:, None])

    def fill(self, block: GeneBlock, means: BlockMeans) -> None:
        """Takes a block in.

        Args:
            block: The genes.
            means: Their means over arms.
        """
        kept = means.detected >= LEAST_SHARE * self.arms.sizes.sum()
        if not self.pairs or not kept.any():
            return
        guide = self.of_cell[block.cell]
        used = guide >= 0
        size = len(self.cells) * block.genes
        sums = np.bincount(guide[used] * block.genes + block.gene[used], weights=block.value[used], minlength=size)
        own = sums.reshape(len(self.cells), block.genes)[:, kept] / np.maximum(self.cells, 1)[:, None]
        controls = np.zeros((len(self.arms.strata), block.genes))
        is_control = self.arms.group == CONTROL
        controls[self.arms.stratum[is_control]] = means.log[is_control]
        difference = own - self._shares @ controls[:, kept]
        self._genes += int(kept.sum())
        for group, guides in self.pairs.items():
            rows = difference[guides]
            self._sums[group] = self._sums.get(group, 0.0) + rows.sum(axis=1)
            self._products[group] = self._products.get(group, 0.0) + rows @ rows.T

    def correlations(self) -> dict[int, float]:
        """Mean of the correlations of all pairs of guides, by group; groups with one guide are left out."""
        found = {}
        for group, products in self._products.items():
            covariance = products / self._genes - np.outer(self._sums[group], self._sums[group]) / self._genes**2
            sd = np.sqrt(np.diag(covariance))
            if (sd > 0).all():
                correlation = covariance / np.outer(sd, sd)
                found[group] = float(correlation[np.triu_indices(len(sd), 1)].mean())
        return found
