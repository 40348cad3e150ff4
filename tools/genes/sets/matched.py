"""Gene sets whose names are most alike to the words of a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.records import Question
from tools.genes.knowledge import VERSION as KNOWLEDGE
from tools.genes.knowledge import Knowledge
from tools.genes.texts.words import words_of

VERSION = ("matched 2", *KNOWLEDGE)
CLOSEST_SETS = 40
MOST_COVERED = 1.5
"""A name that says the question's words more than fully says them in a shorter name, no better."""
NAMED_WEIGHT = 0.5
"""What a word counts of the full name of a gene that the question names, beside the question's own."""
CELL_WEIGHT = 0.3
"""The same of a word of the cell type."""


def asked(question: Question) -> str:
    """The question's text as one line, or its phenotype where it has none.

    Args:
        question: What is looked for.
    """
    return (question.text or question.phenotype).replace("\n", ". ")


def asked_words(question: Question, named: Mapping[str, str]) -> dict[str, float]:
    """The words of a question, and how much each counts: its own fully, those of what it names and of its cells less.

    Args:
        question: What is looked for.
        named: Symbol → full name of each gene that it names.
    """
    weights = dict.fromkeys(words_of(asked(question)), 1.0)
    for symbol, name in named.items():
        for word in (*words_of(name), symbol.lower()):
            weights.setdefault(word, NAMED_WEIGHT)
    for word in words_of(question.cell_type):
        weights.setdefault(word, CELL_WEIGHT)
    return weights


def matched_sets(question: Question, named: Mapping[str, str], knowledge: Knowledge) -> pd.Series[float]:
    """Gene sets whose names are most alike to the question's words.

    The weight of a set is c² · ln(genes / size), c being how much of the question its name says: the words that it
    shares, weighed by `asked_words`, over what all of the question's own words could say (at most `MOST_COVERED`).

    Args:
        question: What is looked for.
        named: Symbol → full name of each gene that it names.
        knowledge: The gene sets and their names.

    Returns:
        Weight by collection and gene set, at most `CLOSEST_SETS`, heaviest first.
    """
    weights = asked_words(question, named)
    own = knowledge.titles.telling(word for word, weight in weights.items() if weight == 1.0)
    if own <= 0:
        return pd.Series(dtype=float, index=knowledge.sets[:0])
    covered = np.minimum(knowledge.titles.likeness(weights) / own, MOST_COVERED)
    values = covered**2 * _rarity(knowledge)
    best = np.argsort(-values, kind="stable")[:CLOSEST_SETS]
    best = best[values[best] > 0]
    return pd.Series(values[best], index=knowledge.sets[best], dtype=float)


def _rarity(knowledge: Knowledge) -> npt.NDArray[np.float64]:
    return np.asarray(np.log(max(len(knowledge.genes), 2) / knowledge.sizes), dtype=float)


def with_declared(weights: pd.Series[float], declared: Sequence[str], knowledge: Knowledge) -> pd.Series[float]:
    """Weights of gene sets with those that a question declares, which count as if their names were its own words.

    Args:
        weights: Weight by collection and gene set, as `matched_sets` gives them.
        declared: Names of gene sets, ``collection:name``.
        knowledge: The gene sets.
    """
    named = {tuple(one.split(":", 1)) for one in declared if ":" in one}
    there = np.flatnonzero(knowledge.sets.isin(named)) if named else np.array([], dtype=int)
    if len(there) == 0:
        return weights
    rarity = pd.Series(_rarity(knowledge)[there], index=knowledge.sets[there], dtype=float)
    joined: pd.Series[float] = pd.concat([weights[~weights.index.isin(rarity.index)], rarity])
    return joined.sort_values(ascending=False, kind="stable")
