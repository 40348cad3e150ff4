"""What a head is: it learns labels from vectors of cells, and says what it believes of others."""

from __future__ import annotations

from typing import Protocol

from tools.cells.neighbourhood import Neighbourhood
from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes

DEFAULT = "spread_mean"
"""The head that is used where none is named: `benchmark cells` says why."""


class FittedHead(Protocol):
    """What a fit gives; there is no unfitted state."""

    def beliefs(self, vectors: Floats, near: Neighbourhood | None = None) -> Floats:
        """What is believed of cells, cells × labels; each row sums to one.

        Args:
            vectors: Of all cells that are asked about: a head may use how they lie to each other.
            near: Which of them are near which, where that is known already.
        """
        ...


class Head(Protocol):
    """One way to learn."""

    def fit(self, vectors: Floats, codes: Codes) -> FittedHead:
        """Learns from labelled cells.

        Args:
            vectors: Cells × d.
            codes: Number of each cell's label, from 0 and without a gap.
        """
        ...
