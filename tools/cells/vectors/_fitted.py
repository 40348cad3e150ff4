"""Fits that several ways to make vectors share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from tools.cells.scaling import Floats, Scale
from tools.cells.telling_genes import Codes
from tools.cells.vectors.base import FittedCellVectors
from tools.genes.matrices import unit_rows

ROWS = 4_096
"""Cells that are dense at once."""


@dataclass(frozen=True, eq=False)
class Scaled:
    """Scaled amounts of some genes, times a matrix where there is one.

    Attributes:
        places: See `tools.cells.vectors.base.FittedCellVectors`.
        scale: Of the reference.
        turned: Genes × d; None leaves the scaled amounts as they are.
    """

    places: Codes
    scale: Scale
    turned: Floats | None = None

    def of(self, amounts: csr_matrix, *, own_scale: bool) -> Floats:
        """See `tools.cells.vectors.base.FittedCellVectors`."""
        scale = Scale.of(amounts) if own_scale else self.scale
        return by_rows(amounts, lambda part: self._of(scale.scaled(part)))

    def _of(self, scaled: Floats) -> Floats:
        return scaled if self.turned is None else scaled @ self.turned


@dataclass(frozen=True, eq=False)
class Plain:
    """What each cell gives by itself, without a scale.

    Attributes:
        places: See `tools.cells.vectors.base.FittedCellVectors`.
        made: Makes vectors of some cells' amounts.
    """

    places: Codes
    made: Callable[[csr_matrix], Floats]

    def of(self, amounts: csr_matrix, *, own_scale: bool) -> Floats:  # noqa: ARG002 - the protocol's
        """See `tools.cells.vectors.base.FittedCellVectors`."""
        return by_rows(amounts, self.made)


@dataclass(frozen=True, eq=False)
class Together:
    """Several vectors beside each other, each of length one times its weight.

    Attributes:
        parts: The fits and their weights.
    """

    parts: Sequence[tuple[FittedCellVectors, float]]

    @property
    def places(self) -> Codes:
        """See `tools.cells.vectors.base.FittedCellVectors`."""
        return np.unique(np.concatenate([one.places for one, _ in self.parts]))

    def of(self, amounts: csr_matrix, *, own_scale: bool) -> Floats:
        """See `tools.cells.vectors.base.FittedCellVectors`."""
        own = [amounts[:, np.searchsorted(self.places, one.places)] for one, _ in self.parts]
        made = [
            weight * unit_rows(one.of(part, own_scale=own_scale))
            for (one, weight), part in zip(self.parts, own, strict=True)
        ]
        return np.hstack(made)


def by_rows(amounts: csr_matrix, made: Callable[[csr_matrix], Floats]) -> Floats:
    """Vectors of many cells, a few thousand dense at once.

    Args:
        amounts: Cells × genes.
        made: Makes vectors of some of them.
    """
    parts = [made(amounts[start : start + ROWS]) for start in range(0, amounts.shape[0], ROWS)]
    return np.vstack(parts).astype(np.float32, copy=False)
