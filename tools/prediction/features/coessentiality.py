"""Co-essentiality: which genes are needed by the same cell lines."""

from __future__ import annotations

import pandas as pd

from db.records import Question
from db.view import View

EMBEDDING = "coessentiality"


class Coessentiality:
    """Coordinates of each gene in an embedding of DepMap's gene effects over cancer cell lines.

    Genes whose loss hurts the same lines often work together (Wainberg et al. 2021, Nature Genetics 53:638). The
    coordinates are those of the pack, unchanged: shape (genes known, 32), no unit, likeness by cosine. Source of the
    gene effects: DepMap, Tsherniak et al. 2017, Cell 170:564; of the embedding: see the pack ``coessentiality``.
    """

    VERSION = ("coessentiality 1",)
    needs = ("coessentiality",)
    reads_question = False
    reads_effects = False
    reads_knowledge = False

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:  # noqa: ARG002
        """Coordinates of each gene that the embedding holds; see `tools.prediction.features.base.FeatureSource`."""
        frame = view.gene_embedding(EMBEDDING)
        if frame.empty:
            return pd.DataFrame(dtype=float)
        frame = frame.astype(float).set_axis([f"coessential{i:02d}" for i in range(frame.shape[1])], axis=1)
        return frame.reindex(genes[genes.isin(frame.index)])


METHOD = Coessentiality
