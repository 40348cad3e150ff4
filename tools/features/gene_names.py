"""Gene names: what the words of a gene's full name say of its family."""

from __future__ import annotations

import numpy as np
import pandas as pd

from db.records import Question
from db.view import View

DIMENSIONS = 64


class GeneNames:
    """Latent semantic analysis of the genes' names in words, such as "interleukin 2 receptor subunit alpha".

    Words and pairs of words that stand in at least three and at most a tenth of the names, weighted by
    (1 + ln tf) · idf with rows at unit length, and cut down by a truncated singular value decomposition.
    """

    needs = ("hgnc",)
    reads_question = False
    reads_effects = False

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:
        """Coordinates of each gene whose name has a usable word; see `tools.features.base.FeatureSource`."""
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.utils.extmath import randomized_svd

        named = view.genes(question.organism)
        named = named[(named["name"] != "") & (named["locus_type"].isin(["gene with protein product", ""]))]
        if len(named) < 10:
            return pd.DataFrame(dtype=float)
        counter = TfidfVectorizer(sublinear_tf=True, min_df=3, max_df=0.1, ngram_range=(1, 2))
        try:
            weighted = counter.fit_transform(named["name"])
        except ValueError:
            # scikit-learn's word for "no word is left after the limits": the names have nothing in common.
            return pd.DataFrame(dtype=float)
        count = min(DIMENSIONS, min(weighted.shape) - 1)
        if count < 1:
            return pd.DataFrame(dtype=float)
        left, values, _ = randomized_svd(weighted, count, random_state=0)
        # Directions without any weight are rounding noise.
        real = values > 1e-6 * values[0]
        left, values = left[:, real], values[real]
        columns = [f"name{i:02d}" for i in range(len(values))]
        has_word = np.asarray(weighted.getnnz(axis=1) > 0)
        symbols = pd.Index(named["symbol"][has_word], dtype=object)
        frame = pd.DataFrame((left * values)[has_word], index=symbols, columns=columns)
        return frame.reindex(genes[genes.isin(frame.index)])


METHOD = GeneNames
