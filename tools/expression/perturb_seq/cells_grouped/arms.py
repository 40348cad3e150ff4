"""Arms of an experiment: the cells of one perturbation, or of the controls, within one stratum."""

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
    """Which cell is in which arm; cells are compared with the controls of their own stratum alone.

    Attributes:
        groups: Approved names of the perturbations, sorted; group g is ``groups[g - 1]``, group 0 the controls.
        strata: Names of the strata; one empty name where there is one stratum only.
        of_cell: The arm of each cell of the file, shape (cells,); -1 where the cell is not used.
        group: The group of each arm, shape (arms,).
        stratum: The stratum of each arm, shape (arms,).
    """

    groups: tuple[str, ...]
    strata: tuple[str, ...]
    of_cell: Codes
    group: Codes
    stratum: Codes

    @classmethod
    def of(cls, groups: tuple[str, ...], strata: tuple[str, ...], group: Codes, stratum: Codes) -> Arms:
        """Arms from the group and the stratum of each cell.

        Args:
            groups: See `Arms`.
            strata: See `Arms`.
            group: Shape (cells,); -1 where a cell is not used.
            stratum: Shape (cells,).
        """
        used = group >= 0
        key = stratum * (len(groups) + 1) + group
        distinct, place = np.unique(key[used], return_inverse=True)
        of_cell = np.full(len(group), -1, dtype=np.int64)
        of_cell[used] = place
        return cls(groups, strata, of_cell, distinct % (len(groups) + 1), distinct // (len(groups) + 1))

    @cached_property
    def sizes(self) -> Codes:
        """Cells of each arm, shape (arms,)."""
        return np.bincount(self.of_cell[self.of_cell >= 0], minlength=len(self.group))

    @cached_property
    def control_of(self) -> Codes:
        """The arm of the controls in each arm's stratum, shape (arms,)."""
        control = np.full(len(self.strata), -1, dtype=np.int64)
        control[self.stratum[self.group == CONTROL]] = np.flatnonzero(self.group == CONTROL)
        return control[self.stratum]

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
