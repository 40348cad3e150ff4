"""A reference that has been learnt from: vectors of cells, and a head over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from tools.cells.class_means import FittedMeans
from tools.cells.heads.base import FittedHead, Head
from tools.cells.neighbourhood import Neighbourhood
from tools.cells.reading import Texts
from tools.cells.scaling import Floats
from tools.cells.telling_genes import Codes
from tools.cells.vectors.base import CellVectors, FittedCellVectors
from tools.registry import load

FOLDS = 5


@dataclass(frozen=True, eq=False)
class Fitted:
    """What was learnt.

    Attributes:
        vectors: Makes vectors of cells.
        head: Names them.
        means: The mean vector of each label, by which likeness is told whatever the head.
    """

    vectors: FittedCellVectors
    head: FittedHead
    means: FittedMeans

    def told(self, amounts: csr_matrix, *, own_scale: bool) -> tuple[Floats, Floats, Neighbourhood]:
        """What is believed of cells, their vectors, and which are near which.

        Args:
            amounts: Cells × the genes of `vectors.places`.
            own_scale: See `tools.cells.vectors.base.FittedCellVectors`.
        """
        vectors = self.vectors.of(amounts, own_scale=own_scale)
        near = Neighbourhood.of(vectors)
        return self.head.beliefs(vectors, near), vectors, near


def fitted(reference: csr_matrix, codes: Codes, genes: Floats, vectors: str, head: str, *, own_scale: bool) -> Fitted:
    """Learns from labelled cells.

    Args:
        reference: Cells × genes.
        codes: Number of each cell's label, from 0 and without a gap.
        genes: Vectors of the genes.
        vectors: Name of the vectors.
        head: Name of the head.
        own_scale: Whether cells that are asked about will be scaled by themselves.
    """
    of: CellVectors = load("cell_vectors", vectors)()
    over: Head = load("cell_heads", head)()
    made = of.fit(reference, codes, genes)
    own = made.of(reference[:, made.places], own_scale=own_scale)
    return Fitted(made, over.fit(own, codes), FittedMeans.of(own, codes))


def folds(codes: Codes, donors: Texts, rng: np.random.Generator) -> Iterator[tuple[Codes, Codes]]:
    """Cells to learn from and cells that are held out: a donor at a time where there are several, else in five folds.

    Args:
        codes: Number of each cell's label.
        donors: Each cell's, empty where it is not known.
        rng: Draws the folds.

    Yields:
        Places of the ones and of the others.
    """
    known = sorted(set(donors) - {""})
    part: npt.NDArray[np.int64]
    if len(known) > 1 and "" not in set(donors):
        part = np.searchsorted(np.array(known, dtype=object), donors)
    else:
        part = np.empty(len(codes), dtype=np.int64)
        for code in np.unique(codes):
            own = rng.permutation(np.flatnonzero(codes == code))
            part[own] = (np.arange(len(own)) + int(rng.integers(FOLDS))) % FOLDS
    for one in np.unique(part):
        learnt = np.flatnonzero(part != one)
        if len(np.unique(codes[learnt])) > 1:
            yield learnt, np.flatnonzero(part == one)


def recoded(codes: Codes) -> tuple[Codes, Codes]:
    """Numbers without a gap, and the number that each stood for.

    Args:
        codes: Numbers of labels, some of which may be missing.
    """
    there, again = np.unique(codes, return_inverse=True)
    return again.astype(np.int64), there.astype(np.int64)
