"""Gene sets: which pathways and processes a gene belongs to, folded into a few dimensions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from db.records import Question
from db.view import View
from tools.genes.knowledge import VERSION as KNOWLEDGE
from tools.genes.knowledge import Knowledge
from tools.genes.matrices import VERSION as MATRICES
from tools.genes.matrices import folded, unit_rows

DIMENSIONS = 256


class GeneSets:
    """Truncated singular value decomposition of the gene × gene-set membership.

    Membership of sets of 3 to 500 genes (`tools.genes.sets.members`) is weighted by the inverse document frequency
    ln(genes / size of the set) (Spärck Jones 1972), each gene's row is scaled to unit length, and the rows are folded
    into `DIMENSIONS` (see `tools.genes.matrices`; Deerwester et al. 1990): shape (genes in a set, 256 at most), no
    unit. Sources of the sets: MSigDB (Liberzon et al. 2015, Cell Systems 1:417), Reactome (Gillespie et al. 2022,
    Nucleic Acids Research 50:D687) and the Gene Ontology (its Consortium 2023, Genetics 224:iyad031).

    Args:
        knowledge: Which gene is in which set.
    """

    VERSION = ("gene_sets 1", *MATRICES, *KNOWLEDGE)
    needs = ("pathways", "gobp")
    reads_question = False
    reads_effects = False
    reads_knowledge = True

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:  # noqa: ARG002
        """Coordinates of each gene that is in a set; see `tools.prediction.features.base.FeatureSource`."""
        from scipy.sparse import diags_array

        there = np.diff(self._knowledge.membership.indptr) > 0
        if not there.any():
            return pd.DataFrame(dtype=float)
        membership, names = self._knowledge.membership[there].astype(float), self._knowledge.genes[there]
        rows = folded(unit_rows(membership @ diags_array(np.log(len(names) / self._knowledge.sizes))), DIMENSIONS)
        frame = pd.DataFrame(rows, index=names, columns=[f"set{i:03d}" for i in range(rows.shape[1])])
        return frame.reindex(genes[genes.isin(names)])


METHOD = GeneSets
