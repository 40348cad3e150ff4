"""Gene sets: which pathways and processes a gene belongs to, folded into a few dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from db.records import Question
from db.view import View

DIMENSIONS = 128
SMALLEST, LARGEST = 3, 500


class GeneSets:
    """Truncated singular value decomposition of the gene × gene-set membership.

    Membership of sets with `SMALLEST` to `LARGEST` genes is weighted by the inverse document frequency
    ln(genes / size of the set), each gene's row is scaled to unit length, and the left singular vectors times the
    singular values are kept (latent semantic analysis; Deerwester et al. 1990).
    """

    needs = ("pathways", "gobp")
    reads_question = False
    reads_effects = False

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:  # noqa: ARG002
        """Coordinates of each gene that is in a set; see `tools.features.base.FeatureSource`."""
        from scipy.sparse import diags_array
        from sklearn.utils.extmath import randomized_svd

        members = usable_sets(view.gene_sets())
        if members.empty:
            return pd.DataFrame(dtype=float)
        membership, names = _membership(members)
        sizes = np.asarray(membership.sum(axis=0)).ravel()
        weighted = membership @ diags_array(np.log(len(names) / sizes))
        lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        unit = diags_array(1 / np.maximum(lengths, 1e-12)) @ weighted
        count = min(DIMENSIONS, min(unit.shape) - 1)
        if count < 1:
            return pd.DataFrame(dtype=float)
        left, values, _ = randomized_svd(unit.tocsr(), count, random_state=0)
        # Directions without any weight are rounding noise.
        real = values > 1e-6 * values[0]
        left, values = left[:, real], values[real]
        frame = pd.DataFrame(left * values, index=names, columns=[f"set{i:03d}" for i in range(len(values))])
        return frame.reindex(genes[genes.isin(names)])


def usable_sets(members: pd.DataFrame) -> pd.DataFrame:
    """Members of sets of a usable size, each pair once."""
    members = members.drop_duplicates()
    sizes = members.groupby(["collection", "gene_set"])["gene"].transform("size")
    return members[(sizes >= SMALLEST) & (sizes <= LARGEST)]


def _membership(members: pd.DataFrame) -> tuple[Any, pd.Index[str]]:
    """Sparse 0/1 matrix of shape (genes, sets), and the genes of its rows, sorted."""
    from scipy.sparse import coo_array

    rows, names = pd.factorize(members["gene"], sort=True)
    columns = members.groupby(["collection", "gene_set"], sort=True).ngroup().to_numpy()
    shape = (len(names), int(columns.max()) + 1)
    return coo_array((np.ones(len(rows)), (rows, columns)), shape=shape).tocsr(), pd.Index(names)


METHOD = GeneSets
