"""How like a cell is to the label that it was given, by the reference's genes and by those of its own file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from tools.cells.class_means import FittedMeans
from tools.cells.fitting import Fitted
from tools.cells.neighbourhood import Neighbourhood, parts_of
from tools.cells.scaling import Floats, Scale
from tools.cells.telling_genes import Codes, class_means
from tools.cells.variable_genes import Moments
from tools.genes.matrices import unit_rows

QUANTILE = 0.02
AXES, SEED = 128, 0
"""Of the random projection."""
RULE = (
    "Likeness is a cell's cosine to the mean cell of its label, plus its lead over the next label, averaged with the"
    " nearest cells. Agreement is the cosine of the average of near cells to that mean cell, over the 2,000 genes that"
    " vary most among the file's own cells. A cell is unlike anything in the reference when either lies below that of"
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

    @classmethod
    def of(
        cls, fit: Fitted, vectors: Floats, reference: csr_matrix, codes: Codes, query: csr_matrix, given: Codes,
        near: Neighbourhood, *, own_scale: bool,
    ) -> Likeness:  # fmt: skip
        """Of cells to the labels that they were given.

        Args:
            fit: What they were named by.
            vectors: Theirs, by that.
            reference: Its cells × the genes by which agreement is told.
            codes: Number of the label of each.
            query: The cells × the same genes.
            given: The label that each was given.
            near: Which of the cells are near which.
            own_scale: Whether they are scaled by themselves.
        """
        agreed = agreement(reference, codes, query, given, near, own_scale=own_scale)
        return cls(likeness(fit.means, vectors, given, near), agreed)

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
    places = Moments.of(query).variable()
    if not len(places):
        return np.zeros(len(given), dtype=np.float32)
    there, here = reference[:, places], query[:, places]
    scale = Scale.of(there)
    means = unit_rows(class_means(scale.scaled(there), codes)).astype(np.float32)
    used = Scale.of(here) if own_scale else scale
    # A profile averaged over near cells is long to average gene by gene. Its product with a label's mean is the average
    # of the products, and its length is kept by a random projection (Johnson and Lindenstrauss).
    turned = np.random.default_rng(SEED).standard_normal((len(places), AXES)).astype(np.float32) / np.sqrt(AXES)
    both = np.hstack([means.T, turned]).astype(np.float32)
    projected = np.zeros((len(given), both.shape[1]), dtype=np.float32)
    for part in parts_of(len(given)):
        projected[part] = used.scaled(here[part]) @ both
    averaged = near.spread(projected)
    length = np.linalg.norm(averaged[:, len(means) :], axis=1)
    return np.asarray(averaged[np.arange(len(given)), given] / np.maximum(length, 1e-9), dtype=np.float32)
