"""How near genes lie to what a question's words name: a walk over the network from what they match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    return question_matches([question], [named], knowledge)[0]


def question_matches(
    questions: Sequence[Question], named: Sequence[Mapping[str, str]], knowledge: Knowledge
) -> list[npt.NDArray[np.float64] | None]:
    """The same for several questions: all walk at once, which takes less time than one after the other.

    Args:
        questions: What is looked for.
        named: For each, symbol → full name of each gene that it names.
        knowledge: What the words are compared with.
    """
    starts = [_start(question, genes, knowledge) for question, genes in zip(questions, named, strict=True)]
    there = [start / start.sum() for start in starts if start.any()]
    if not there:
        return [None] * len(starts)
    walked = iter(_walk(np.column_stack(there), knowledge).T)
    ends = [next(walked) if start.any() else None for start in starts]
    return [None if end is None else np.log(end / end.max() + FLOOR) for end in ends]


def _start(question: Question, named: Mapping[str, str], knowledge: Knowledge) -> npt.NDArray[np.float64]:
    """What the question names and says of every gene, before the walk."""
    start = knowledge.genes.isin(named).astype(float)
    start += _by_sets(with_declared(matched_sets(question, named, knowledge), question.gene_sets, knowledge), knowledge)
    said = knowledge.texts.likeness(asked_words(question, named))
    start += TEXT_WEIGHT * (said / max(float(said.max(initial=0.0)), 1e-12)) ** TEXT_POWER
    return start


def _by_sets(weights: pd.Series[float], knowledge: Knowledge) -> npt.NDArray[np.float64]:
    """What the matched sets say of each gene, at most 1: a large set says little of each member."""
    heavy = np.zeros(len(knowledge.sets))
    places = knowledge.sets.get_indexer(weights.index)
    heavy[places] = weights.to_numpy(float) / np.sqrt(knowledge.sizes[places])
    total = np.asarray(knowledge.membership @ heavy, dtype=float)
    return total / max(float(total.max(initial=0.0)), 1e-12)


def _walk(start: npt.NDArray[np.float64], knowledge: Knowledge) -> npt.NDArray[np.float64]:
    """Random walks with restart, one in each column; a gene without an edge keeps what it started with."""
    here = start.copy()
    for _ in range(STEPS):
        here = (1 - RESTART) * start + RESTART * (knowledge.network @ here)
    return here
