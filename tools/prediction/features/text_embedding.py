"""Text embedding: what a sentence encoder makes of a gene's name and summary."""

from __future__ import annotations

import numpy as np
import pandas as pd

from db.records import Question
from db.view import View
from tools.genes.texts.texts import ENCODED
from tools.genes.texts.texts import VERSION as TEXTS

DIMENSIONS = 64
FEWEST = 2


class TextEmbedding:
    """Principal components of the sentence vectors of "SYMBOL: name. summary".

    The vectors of the store (made by `tools.genes.texts.vectors`: word vectors, MiniLM, or any embedding service) are
    centred, so that what all gene texts have in common does not make every pair alike, and turned to their leading
    principal components: (X − x̄) V with V the first `DIMENSIONS` eigenvectors of (X − x̄)ᵀ(X − x̄), the sign of each
    set by its largest entry. Shape (genes encoded, 64 at most), no unit. Sources: MiniLM, Wang et al. 2020, NeurIPS
    33:5776, as a sentence encoder, Reimers and Gurevych 2019, EMNLP; principal components, Hotelling 1933.
    """

    VERSION = ("text_embedding 1", *TEXTS)
    needs = ("wordllama",)
    reads_question = False
    reads_effects = False
    reads_knowledge = False

    def known(self, genes: pd.Index[str], question: Question, view: View) -> pd.Index[str]:  # noqa: ARG002
        """Each gene whose text was encoded; see `tools.prediction.features.base.LateSource`."""
        encoded = view.embedded(ENCODED)
        return genes[genes.isin(encoded if len(encoded) >= FEWEST else ())]

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:  # noqa: ARG002
        """Coordinates of each gene whose text was encoded; see `tools.prediction.features.base.FeatureSource`."""
        frame = view.gene_embedding(ENCODED)
        if len(frame) < FEWEST:
            return pd.DataFrame(dtype=float)
        values = frame.to_numpy(float)
        values = values - values.mean(axis=0)
        sizes, axes = np.linalg.eigh(values.T @ values)
        leading = axes[:, np.argsort(-sizes)[:DIMENSIONS]]
        turned = values @ leading
        largest = turned[np.abs(turned).argmax(axis=0), np.arange(turned.shape[1])]
        turned = turned * np.where(largest < 0, -1.0, 1.0)
        columns = [f"sentence{i:02d}" for i in range(turned.shape[1])]
        made = pd.DataFrame(turned, index=frame.index, columns=columns)
        return made.reindex(genes[genes.isin(made.index)])


METHOD = TextEmbedding
