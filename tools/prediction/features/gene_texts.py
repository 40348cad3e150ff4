"""Gene texts: what the words of a gene's name and of its RefSeq summary say of what it does."""

from __future__ import annotations

import numpy as np
import pandas as pd

from db.records import Question
from db.view import View
from tools.genes.matrices import VERSION as MATRICES
from tools.genes.matrices import folded
from tools.genes.texts.texts import VERSION as TEXTS
from tools.genes.texts.texts import texts_of

FEWEST = 10


class GeneTexts:
    """Latent semantic analysis of "name. summary" of every protein-coding gene.

    Words that stand in at least a few and at most a tenth of the texts, weighted by (1 + ln tf) · idf with idf =
    1 + ln((1 + texts) / (1 + texts with the word)) and rows at unit length, and folded into a few dimensions (see
    `tools.genes.matrices`; Deerwester et al. 1990): shape (genes with a usable word, 96 at most, or 64 by names
    alone), no unit. A gene without summary has its name alone; where the store has no summaries at all, pairs of words
    count too: names are short. Sources: summaries of NCBI RefSeq (O'Leary et al. 2016, Nucleic Acids Research 44:D733),
    names of HGNC (Seal et al. 2023, Nucleic Acids Research 51:D1003).
    """

    VERSION = ("gene_texts 1", *MATRICES, *TEXTS)
    needs = ("hgnc", "gene-summaries")
    reads_question = False
    reads_effects = False

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:
        """Coordinates of each gene whose text has a usable word; see `tools.prediction.features.base.FeatureSource`."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        texts, limits = texts_of(view, question)
        if len(texts) < FEWEST:
            return pd.DataFrame(dtype=float)
        counter = TfidfVectorizer(
            sublinear_tf=True, min_df=limits.fewest, max_df=0.1, ngram_range=(1, limits.longest), stop_words=limits.stop
        )
        try:
            weighted = counter.fit_transform(texts)
        except ValueError:
            # scikit-learn's word for "no word is left after the limits": the texts have nothing in common.
            return pd.DataFrame(dtype=float)
        rows = folded(weighted, limits.dimensions)
        has_word = np.asarray(weighted.getnnz(axis=1) > 0)
        symbols = pd.Index(texts.index[has_word], dtype=object)
        frame = pd.DataFrame(rows[has_word], index=symbols, columns=[f"text{i:02d}" for i in range(rows.shape[1])])
        return frame.reindex(genes[genes.isin(frame.index)])


METHOD = GeneTexts
