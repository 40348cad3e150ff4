"""Arms of an experiment: the cells of one perturbation, or of the controls, within one batch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
CONTROL = 0
"""Number of the controls among the groups."""


@dataclass(frozen=True, eq=False)
class Arms:
    """Which cell is in which arm; cells are compared with the controls of their own batch alone.

    Attributes:
        groups: Approved names of the perturbations, sorted; group g is ``groups[g - 1]``, group 0 the controls.
        batches: Names of the batches; one empty name where there is one batch only.
        of_cell: The arm of each cell of the file, shape (cells,); -1 where the cell is not used.
        group: The group of each arm, shape (arms,).
        batch: The batch of each arm, shape (arms,).
    """

    groups: tuple[str, ...]
    batches: tuple[str, ...]
    of_cell: Codes
    group: Codes
    batch: Codes

    @classmethod
    def of(cls, groups: tuple[str, ...], batches: tuple[str, ...], group: Codes, batch: Codes) -> Arms:
        """Arms from the group and the batch of each cell.

        Args:
            groups: See `Arms`.
            batches: See `Arms`.
            group: Shape (cells,); -1 where a cell is not used.
            batch: Shape (cells,).
        """
        used = group >= 0
        key = batch * (len(groups) + 1) + group
        distinct, place = np.unique(key[used], return_inverse=True)
        of_cell = np.full(len(group), -1, dtype=np.int64)
        of_cell[used] = place
        return cls(groups, batches, of_cell, distinct % (len(groups) + 1), distinct // (len(groups) + 1))

    @cached_property
    def sizes(self) -> Codes:
        """Cells of each arm, shape (arms,)."""
        return np.bincount(self.of_cell[self.of_cell >= 0], minlength=len(self.group))

    @cached_property
    def control_of(self) -> Codes:
        """The arm of the controls in each arm's batch, shape (arms,)."""
        control = np.full(len(self.batches), -1, dtype=np.int64)
        control[self.batch[self.group == CONTROL]] = np.flatnonzero(self.group == CONTROL)
        return control[self.batch]

    @cached_property
    def group_of_cell(self) -> Codes:
        """The group of each cell of the file, shape (cells,); -1 where it is not used."""
        return np.where(self.of_cell >= 0, self.group[self.of_cell], -1)

    @cached_property
    def cells(self) -> Codes:
        """Cells of each group, the controls first, shape (groups + 1,)."""
        return np.bincount(self.group, weights=self.sizes, minlength=len(self.groups) + 1).astype(np.int64)

    @cached_property
    def weights(self) -> Floats:
        """How much each arm's difference from its controls counts: n m / (n + m), shape (arms,); 0 for controls.

        These are the weights of the smallest variance where all cells vary alike.
        """
        controls = self.sizes[self.control_of].astype(np.float64)
        return np.where(self.group == CONTROL, 0.0, self.sizes * controls / (self.sizes + controls))

    def over_groups(self, values: Floats) -> Floats:
        """Sums over the arms of each perturbation.

        Args:
            values: Shape (arms, genes).

        Returns:
            Shape (groups, genes), controls left out.
        """
        arms = np.flatnonzero(self.group != CONTROL)
        places = (self.group[arms] - 1, arms)
        sums = csr_matrix((np.ones(len(arms)), places), shape=(len(self.groups), len(self.group)))
        return np.asarray(sums @ values)
