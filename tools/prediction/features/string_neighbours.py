"""STRING neighbourhoods: which genes have the same partners."""

from __future__ import annotations

import pandas as pd

from db.records import Question
from db.view import View
from tools.genes.matrices import VERSION as MATRICES
from tools.genes.matrices import folded, unit_rows
from tools.genes.network import NETWORK, normalised
from tools.genes.network import VERSION as NETWORK_VERSION

DIMENSIONS = 256
OWN = 0.1
"""Weight of a gene among its own neighbours: two that touch are then alike too, not only two that share partners."""


class StringNeighbours:
    """Latent semantic analysis of who neighbours whom in the STRING network.

    The row of a gene is its row of D^-1/2 A D^-1/2 + `OWN`·I, with A the edge weights (largest = 1) and D their sums,
    scaled to unit length; the rows are folded into `DIMENSIONS` (see `tools.genes.matrices`): shape (genes with an
    edge, 256 at most), no unit. Cosines are high within a complex and low beyond it, where those of `string_spectral`
    tell parts of the network apart. Sources: Deerwester et al. 1990, J. Am. Soc. Inf. Sci. 41:391 (the folding);
    STRING, Szklarczyk et al. 2021, Nucleic Acids Research 49:D605 (the edges).
    """

    VERSION = ("string_neighbours 1", *MATRICES, *NETWORK_VERSION)
    needs = ("string",)
    reads_question = False
    reads_effects = False
    reads_knowledge = False

    def known(self, genes: pd.Index[str], question: Question, view: View) -> pd.Index[str]:  # noqa: ARG002
        """Each gene that has an edge; see `tools.prediction.features.base.LateSource`."""
        return genes[genes.isin(view.linked(NETWORK))]

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:  # noqa: ARG002
        """Coordinates of each gene that has an edge; see `tools.prediction.features.base.FeatureSource`."""
        from scipy.sparse import eye_array

        adjacency, names = normalised(view.links(NETWORK))
        if names.empty:
            return pd.DataFrame(dtype=float)
        rows = folded(unit_rows(adjacency + OWN * eye_array(len(names))), DIMENSIONS)
        frame = pd.DataFrame(rows, index=names, columns=[f"neighbours{i:03d}" for i in range(rows.shape[1])])
        return frame.reindex(genes[genes.isin(names)])


METHOD = StringNeighbours
