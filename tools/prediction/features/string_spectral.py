"""STRING: where a gene lies in the network of protein associations."""

from __future__ import annotations

import numpy as np
import pandas as pd

from db.records import Question
from db.view import View
from tools.genes.network import NETWORK, normalised
from tools.genes.network import VERSION as NETWORK_VERSION

DIMENSIONS = 128
TOLERANCE = 1e-4
"""Relative accuracy of the eigenvalues: far below what any ranking can feel."""


class StringSpectral:
    """Spectral embedding of the STRING network.

    The leading eigenvectors of D^-1/2 A D^-1/2, each scaled by the root of its eigenvalue where that is positive
    (Ng, Jordan and Weiss 2001): shape (genes with an edge, 128 at most), no unit. A holds the edge weights (largest =
    1; STRING, Szklarczyk et al. 2021, Nucleic Acids Research 49:D605) and D their sums; the start vector is fixed and
    signs are set, so that the same network gives the same numbers.
    """

    VERSION = ("string_spectral 1", *NETWORK_VERSION)
    needs = ("string",)
    reads_question = False
    reads_effects = False
    reads_knowledge = False

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:  # noqa: ARG002
        """Coordinates of each gene that has an edge; see `tools.prediction.features.base.FeatureSource`."""
        from scipy.sparse.linalg import eigsh

        laplacian, names = normalised(view.links(NETWORK))
        if names.empty:
            return pd.DataFrame(dtype=float)
        count = min(DIMENSIONS, len(names) - 1)
        start = np.random.default_rng(0).standard_normal(len(names))
        values, vectors = eigsh(laplacian, k=count, which="LA", v0=start, tol=TOLERANCE)
        order = np.argsort(-values)
        vectors = vectors[:, order] * np.sqrt(np.maximum(values[order], 0))
        largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(count)]
        vectors = vectors * np.where(largest < 0, -1.0, 1.0)
        frame = pd.DataFrame(vectors, index=names, columns=[f"string{i:03d}" for i in range(count)])
        return frame.reindex(genes[genes.isin(names)])


METHOD = StringSpectral
