"""Question match: how near a gene lies to what the question's own words name."""

from __future__ import annotations

import pandas as pd

from db.records import Question
from db.view import View
from tools.genes.knowledge import Knowledge
from tools.genes.named_in_text import VERSION as NAMED_IN_TEXT
from tools.genes.named_in_text import genes_of_question
from tools.genes.question_walk import VERSION as QUESTION_WALK
from tools.genes.question_walk import question_match


class QuestionMatch:
    """How near a gene lies to what the question names.

    Three things start a random walk over STRING, each at most 1 for a gene: that the question names it (by symbol,
    alias or full name, ``IL-2`` as IL2, ``IFN-γ`` as IFNG, or as a positive control); Σ weight / √size over the 40
    gene sets whose names say most of the question (`tools.genes.sets.matched`), over the most that any gene has; and
    `TEXT_WEIGHT` · (what its own name and summary say of the question, over the most that any does)^`TEXT_POWER`.
    Then x ← (1 − r)·s + r·A x with the normalised network A and r = `RESTART` (Köhler et al. 2008), and the match is
    ln(x / max x + `FLOOR`), from −9.2 to 0: shape (genes in a set, in the network or with a text, 1). Words are
    compared by BM25, endings off, with one spelling for each cytokine, so that shared words do not speak alone.
    Nothing but ``question.text`` is read (the phenotype where that is empty), the cell type at lower weight, the
    declared gene sets and the positive controls.

    Args:
        knowledge: What the words are compared with.
    """

    VERSION = ("question_match 2", *NAMED_IN_TEXT, *QUESTION_WALK)
    needs = ("hgnc", "pathways", "string")
    reads_question = True
    reads_effects = False
    reads_knowledge = True

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:
        """Match of each gene that is in a set, in the network or has a text; see `FeatureSource`."""
        named = genes_of_question(question, view)
        match = question_match(question, named, self._knowledge)
        if match is None:
            return pd.DataFrame(dtype=float)
        frame = pd.DataFrame({"match": match}, index=self._knowledge.genes)
        return frame.reindex(genes[genes.isin(frame.index)])


METHOD = QuestionMatch
