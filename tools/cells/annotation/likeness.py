"""How like a cell is to the label that it was given, by the reference's genes and by those of its own file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from tools.cells.class_means import FittedMeans
from tools.cells.neighbourhood import Neighbourhood, parts_of
from tools.cells.scaling import Floats, Scale
from tools.cells.telling_genes import Codes, class_means
from tools.cells.variable_genes import Moments
from tools.genes.matrices import unit_rows

QUANTILE = 0.02
RULE = (
    "Likeness is a cell's cosine to the mean cell of its label, plus its lead over the next label, averaged with the"
    " nearest cells. Agreement is the cosine to that mean cell over the 2,000 genes that vary most among the file's own"
    " cells, averaged likewise. A cell is unlike anything in the reference when either lies below that of"
    f" {1 - QUANTILE:.0%} of the reference's own cells of the label, each named while it was held out."
)
ACROSS = (
    " Across species these limits are lowered by how much less like the file's cells are in all: the median over labels"
    " of the ratio of medians, by the measure that has fallen more, but to two fifths at most."
)


@dataclass(frozen=True, eq=False)
class Likeness:
    """Both measures of some cells.

    Attributes:
        likeness: By the genes that tell the reference's labels apart, n.
        agreement: By the genes that vary most among the cells themselves, n: a kind of cell that the reference lacks
            is told by genes that tell nothing apart there.
    """

    likeness: Floats
    agreement: Floats

    def of_cells(self, places: Codes) -> Likeness:
        """Those of some of the cells.

        Args:
            places: Their numbers, or which.
        """
        return Likeness(self.likeness[places], self.agreement[places])


def likeness(means: FittedMeans, vectors: Floats, codes: Codes, near: Neighbourhood) -> Floats:
    """The likeness of cells to their labels, see `RULE`: n.

    Args:
        means: Of the labels.
        vectors: Of the cells.
        codes: The label that each was given.
        near: Which of the cells are near which.
    """
    cosines, rows = means.cosines(vectors), np.arange(len(vectors))
    own = cosines[rows, codes]
    cosines[rows, codes] = -np.inf
    return near.spread((2 * own - cosines.max(axis=1))[:, None])[:, 0]


def agreement(
    reference: csr_matrix, codes: Codes, query: csr_matrix, given: Codes, near: Neighbourhood, *, own_scale: bool
) -> Floats:
    """The agreement of cells with their labels, see `RULE`: n, 0 where no gene varies among them.

    Args:
        reference: Its cells × genes.
        codes: Number of each one's label.
        query: The cells × the same genes.
        given: The label that each was given.
        near: Which of the cells are near which.
        own_scale: Whether they are scaled by themselves.
    """
    found = np.zeros(len(given), dtype=np.float32)
    places = Moments.of(query).variable()
    if not len(places):
        return found
    there, here = reference[:, places], query[:, places]
    scale = Scale.of(there)
    means = unit_rows(class_means(scale.scaled(there), codes)).astype(np.float32)
    used = Scale.of(here) if own_scale else scale
    for part in parts_of(len(given)):
        found[part] = (unit_rows(used.scaled(here[part])) * means[given[part]]).sum(axis=1)
    return near.spread(found[:, None])[:, 0]
