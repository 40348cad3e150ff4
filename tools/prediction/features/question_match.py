"""Question match: how near a gene lies to the genes and gene sets that the question's own words name."""

from __future__ import annotations

import numpy as np
import pandas as pd

from db.records import Question
from db.view import View
from tools.genes.named_in_text import VERSION as NAMED_IN_TEXT
from tools.genes.named_in_text import genes_of_question
from tools.genes.network import NETWORK, normalised
from tools.genes.network import VERSION as NETWORK_VERSION
from tools.genes.sets.matched import VERSION as MATCHED
from tools.genes.sets.matched import asked, matched_sets, shared_words, standardised, with_declared
from tools.genes.sets.members import VERSION as MEMBERS
from tools.genes.sets.members import usable_sets
from tools.genes.texts.encoders import Encoder
from tools.genes.texts.texts import ENCODED, texts_of
from tools.genes.texts.texts import VERSION as TEXTS

RESTART = 0.5
STEPS = 12
FLOOR = 1e-6
TEXT_WEIGHT = 0.25
"""Weight of the likeness of texts beside that of the walk over the network."""


class QuestionMatch:
    """How near a gene lies to what the question names, and how alike its own text is to the question's.

    The first part is a random walk with restart over STRING. Names of genes in the text (symbols, aliases and full
    names, ``IL-2`` as IL2, ``IFN-γ`` as IFNG) start with weight one in all; so do the members of the `CLOSEST_SETS`
    gene sets whose names are most alike to the text with the full names of the genes found in it. Then
    x ← (1 − r)·s + r·A x with the normalised network A and r = `RESTART` (Köhler et al. 2008), of which ln(x + 10⁻⁶)
    counts. The second part is how alike the gene's name and summary are to the question. Both are standardised over
    the genes; the second counts `TEXT_WEIGHT`.

    Texts are compared by the cosine of their sentence vectors where there is an encoder (`tools.genes.texts.vectors`),
    which knows that killing by NK cells is natural killer cell mediated cytotoxicity; elsewhere by that of tf-idf,
    for which words have to be shared. Nothing but ``question.text`` is read (the phenotype where that is empty), and
    the positive controls.

    Args:
        encoder: The one that the store's vectors of gene texts come from; None to compare words.
    """

    VERSION = ("question_match 1", *NAMED_IN_TEXT, *NETWORK_VERSION, *MATCHED, *MEMBERS, *TEXTS)
    needs = ("hgnc", "pathways", "string")
    reads_question = True
    reads_effects = False

    def __init__(self, encoder: Encoder | None = None) -> None:
        self._encoder = encoder

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:
        """Nearness of each gene in a set or the network; see `tools.prediction.features.base.FeatureSource`."""
        named = genes_of_question(question, view)
        members = usable_sets(view.gene_sets())
        matched = with_declared(matched_sets(question, view, members, self._encoder), question, members)
        joined = members.join(matched.rename("weight"), on=["collection", "gene_set"], how="inner")
        start = _start(named, joined.groupby("gene")["weight"].sum())
        alike = alike_texts(question, view, named, self._encoder)
        if start.empty and alike.empty:
            return pd.DataFrame(dtype=float)
        walked = _walk(start, view.edges(NETWORK)) if len(start) else start
        everyone = pd.Index(sorted({*walked.index, *members["gene"], *alike.index}), dtype=object)
        near = np.log(walked.reindex(everyone).fillna(0.0).to_numpy(float) + FLOOR)
        worded = alike.reindex(everyone).fillna(alike.min() if len(alike) else 0.0).to_numpy(float)
        frame = pd.DataFrame({"match": standardised(near) + TEXT_WEIGHT * standardised(worded)}, index=everyone)
        return frame.reindex(genes[genes.isin(everyone)])


def alike_texts(question: Question, view: View, named: list[str], encoder: Encoder | None = None) -> pd.Series[float]:
    """How alike each gene's name and summary are to the question; empty where nothing can be compared.

    The cosine of the sentence vectors, or else the root of that of tf-idf between the text and the question's words
    with the texts of the genes that it names.

    Args:
        question: What is looked for.
        view: Where names, summaries and their vectors come from.
        named: Genes that the question names: what is written of them belongs to it.
        encoder: The one that the store's vectors come from; None to compare words.
    """
    # The vectors are those of human genes.
    if encoder is not None and question.organism == "human":
        vectors = view.gene_embedding(ENCODED)
        cosines = vectors.to_numpy(float) @ encoder.encode([asked(question)])[0].astype(float)
        return pd.Series(cosines, index=vectors.index.astype(object))
    texts, _ = texts_of(view, question)
    words = " ".join([asked(question), *texts.reindex(named).dropna()])
    shared = shared_words(words, texts.str.lower(), min_df=2, max_df=0.1)
    alike = pd.Series(np.sqrt(shared), index=texts.index)
    return alike if alike.max() > 0 else alike[:0]


def _start(named: list[str], weights: pd.Series[float]) -> pd.Series[float]:
    """Where the walk starts: half on the named genes, half on the sets' members."""
    genes = pd.Series(1.0 / max(len(named), 1), index=pd.Index(named, dtype=object), dtype=float)
    members = weights / weights.sum() if len(weights) else weights
    total = genes.add(members, fill_value=0.0)
    return total / total.sum() if len(total) else total


def _walk(start: pd.Series[float], edges: pd.DataFrame) -> pd.Series[float]:
    """Random walk with restart; without edges it stays where it started."""
    network, names = normalised(edges)
    if names.empty:
        return start
    inside = start.reindex(names).fillna(0.0).to_numpy(float)
    here = inside.copy()
    for _ in range(STEPS):
        here = (1 - RESTART) * inside + RESTART * (network @ here)
    walked = pd.Series(here, index=names)
    outside = start[~start.index.isin(names)] * (1 - RESTART)
    return pd.concat([walked, outside])


METHOD = QuestionMatch
