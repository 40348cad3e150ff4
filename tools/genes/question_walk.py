"""How near genes lie to what a question's words name: a walk over the network from what they match."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from db.records import Question
from tools.genes.knowledge import Knowledge
from tools.genes.sets.matched import VERSION as MATCHED
from tools.genes.sets.matched import asked_words, matched_sets, with_declared

VERSION = ("question_walk 2", *MATCHED)
RESTART = 0.8
STEPS = 6
FLOOR = 1e-4
"""What counts of a gene that the walk never reaches, as a share of the gene that it reaches most."""
TEXT_WEIGHT, TEXT_POWER = 0.5, 3
"""A gene whose own text says most of the question is named by it; one that shares a word is not."""


def question_match(
    question: Question, named: Mapping[str, str], knowledge: Knowledge
) -> npt.NDArray[np.float64] | None:
    """The match of every gene of the knowledge with a question, shape (genes,); None where nothing matches.

    Args:
        question: What is looked for.
        named: Symbol → full name of each gene that it names.
        knowledge: What the words are compared with.
    """
    start = knowledge.genes.isin(named).astype(float)
    start += _by_sets(with_declared(matched_sets(question, named, knowledge), question.gene_sets, knowledge), knowledge)
    said = knowledge.texts.likeness(asked_words(question, named))
    start += TEXT_WEIGHT * (said / max(float(said.max(initial=0.0)), 1e-12)) ** TEXT_POWER
    if not start.any():
        return None
    walked = _walk(start / start.sum(), knowledge)
    return np.asarray(np.log(walked / walked.max() + FLOOR), dtype=float)


def _by_sets(weights: pd.Series[float], knowledge: Knowledge) -> npt.NDArray[np.float64]:
    """What the matched sets say of each gene, at most 1: a large set says little of each member."""
    heavy = np.zeros(len(knowledge.sets))
    places = knowledge.sets.get_indexer(weights.index)
    heavy[places] = weights.to_numpy(float) / np.sqrt(knowledge.sizes[places])
    total = np.asarray(knowledge.membership @ heavy, dtype=float)
    return total / max(float(total.max(initial=0.0)), 1e-12)


def _walk(start: npt.NDArray[np.float64], knowledge: Knowledge) -> npt.NDArray[np.float64]:
    """Random walk with restart; a gene without an edge keeps what it started with."""
    here = start.copy()
    for _ in range(STEPS):
        here = (1 - RESTART) * start + RESTART * (knowledge.network @ here)
    return here
