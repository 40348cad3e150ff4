"""Gene sets whose names are most alike to the words of a question."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.records import Question
from db.view import View
from tools.genes.named_in_text import COMMON, WORD, genes_of_question
from tools.genes.named_in_text import VERSION as NAMED_IN_TEXT
from tools.genes.sets.members import VERSION as MEMBERS
from tools.genes.sets.members import titles_of, usable_sets
from tools.genes.texts.encoders import Encoder

VERSION = ("matched 1", *NAMED_IN_TEXT, *MEMBERS)
CLOSEST_SETS = 40
LEAST_SHARED = 0.2
"""Cosine of tf-idf from which on a gene set's name counts as alike to the question."""
LEAST_APART = 2.5
"""The same for an encoder's cosine, in standard deviations above the mean over all names: encoders differ in scale."""


def standardised(values: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.floating[Any]]:
    """Values less their mean, in standard deviations; zeros where all are alike.

    Args:
        values: Numbers of shape (n,).
    """
    deviation = float(values.std())
    return (values - values.mean()) / deviation if deviation > 1e-12 else np.zeros_like(values)


def shared_words(query: str, texts: Iterable[str], **limits: float) -> npt.NDArray[np.floating[Any]]:
    """Cosine of tf-idf of each text with the query's words; zeros where no text has a usable one.

    Args:
        query: Plain words; those of `COMMON` do not count.
        texts: n texts in small letters.
        **limits: Of scikit-learn's vectoriser, such as ``min_df``.

    Returns:
        Shape (n,), in [0, 1].
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = list(texts)
    words = [word for word in re.findall(WORD, query.lower()) if word not in COMMON]
    counter = TfidfVectorizer(sublinear_tf=True, stop_words="english", token_pattern=WORD, **limits)
    try:
        return np.asarray((counter.fit_transform(texts) @ counter.transform([" ".join(words)]).T).toarray().ravel())
    except ValueError:
        # scikit-learn's word for a vocabulary that is empty.
        return np.zeros(len(texts))


def asked(question: Question) -> str:
    """The question's text as one line, or its phenotype where it has none.

    Args:
        question: What is looked for.
    """
    return (question.text or question.phenotype).replace("\n", ". ")


def matched_sets(
    question: Question, view: View, members: pd.DataFrame, encoder: Encoder | None = None
) -> pd.Series[float]:
    """Gene sets whose names are most alike to the question's words.

    Args:
        question: What is looked for.
        view: Where the names of genes come from.
        members: Columns collection, gene_set and gene.
        encoder: What compares texts by their sense; None to compare words.

    Returns:
        Weight (likeness · ln(genes / size)) by collection and gene set, at most `CLOSEST_SETS`, heaviest first.
    """
    words = view.genes(question.organism).set_index("symbol")["name"]
    named = genes_of_question(question, view)
    query = " ".join([asked(question), *(str(words.get(gene, "")) for gene in named)])
    sizes = usable_sets(members).groupby(["collection", "gene_set"]).size()
    if sizes.empty:
        return pd.Series(dtype=float, index=sizes.index)
    titles = titles_of(sizes.index.get_level_values(1))
    alike = _sharing(query, titles) if encoder is None else _standing_out(query, titles, encoder)
    best = np.argsort(-alike, kind="stable")[:CLOSEST_SETS]
    best = best[alike[best] > 0]
    rarity = np.log(max(members["gene"].nunique(), 2) / sizes.to_numpy())
    weights = pd.Series((alike * rarity)[best], index=sizes.index[best], dtype=float)
    return weights.sort_values(ascending=False, kind="stable")


def _sharing(query: str, titles: list[str]) -> npt.NDArray[np.floating[Any]]:
    """Cosine of tf-idf of each title with the query, 0 up to `LEAST_SHARED`."""
    cosines = shared_words(query, titles)
    return np.where(cosines > LEAST_SHARED, cosines, 0.0)


def _standing_out(query: str, titles: list[str], encoder: Encoder) -> npt.NDArray[np.floating[Any]]:
    """Cosine of each title's sentence vector with the query's, standardised over the titles; 0 up to `LEAST_APART`."""
    vectors = encoder.encode([query, *titles]).astype(float)
    apart = standardised(vectors[1:] @ vectors[0])
    return np.where(apart > LEAST_APART, apart, 0.0)


def with_declared(weights: pd.Series[float], question: Question, members: pd.DataFrame) -> pd.Series[float]:
    """Weights of gene sets with those that the question declares, which count as if their names were its own words.

    Args:
        weights: Weight by collection and gene set, as `matched_sets` gives them.
        question: What is looked for; its ``gene_sets`` are written ``collection:name``.
        members: Columns collection, gene_set and gene.
    """
    named = [tuple(one.split(":", 1)) for one in question.gene_sets if ":" in one]
    if not named:
        return weights
    sizes = usable_sets(members).groupby(["collection", "gene_set"]).size()
    declared = sizes[sizes.index.isin(named)]
    total = max(members["gene"].nunique(), 2)
    rarity = declared.map(lambda size: float(np.log(total / size))).astype(float)
    others = weights[~weights.index.isin(declared.index)]
    joined: pd.Series[float] = pd.concat([others, rarity])
    return joined.sort_values(ascending=False, kind="stable")
