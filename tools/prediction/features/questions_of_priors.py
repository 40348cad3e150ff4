"""Questions of the priors: how near a gene lies to what each visible screen asked."""

from __future__ import annotations

import pandas as pd

from db.records import Question, Screen
from db.view import View
from tools.genes.knowledge import Knowledge
from tools.genes.named_in_text import VERSION as NAMED_IN_TEXT
from tools.genes.named_in_text import named_genes
from tools.genes.question_walk import VERSION as QUESTION_WALK
from tools.genes.question_walk import question_match


class QuestionsOfPriors:
    """The match of `question_match` with the question of each visible screen.

    Shape (genes in a set, in the network or with a text, visible screens with a question), columns the ids of the
    screens. It tells what a question is worth: how often the genes that one names come out of the screen that asked it.

    Args:
        knowledge: What the words are compared with.
    """

    VERSION = ("questions_of_priors 1", *NAMED_IN_TEXT, *QUESTION_WALK)
    needs = ("hgnc", "pathways", "string")
    reads_question = False
    reads_effects = True
    reads_words = True

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:
        """Matches of each gene; see `tools.prediction.features.base.FeatureSource`."""
        with view.at_once():
            screens = view.screens()
            names, synonyms = view.genes(question.organism), view.synonyms(question.organism)
        full: pd.Series[str] = names.set_index("symbol")["name"]
        columns = {}
        for screen in screens:
            one = question_of(screen)
            named = {symbol: str(full.get(symbol, "")) for symbol in named_genes(one.text, synonyms, full)}
            match = question_match(one, named, self._knowledge)
            if match is not None:
                columns[str(screen.id)] = match
        frame = pd.DataFrame(columns, index=self._knowledge.genes)
        return frame.reindex(genes[genes.isin(frame.index)]) if columns else pd.DataFrame(dtype=float)


def question_of(screen: Screen) -> Question:
    """What a screen asked, as a campaign on it would.

    Args:
        screen: The screen.
    """
    return Question(screen.phenotype, cell_type=screen.cell_type, text=screen.text or screen.phenotype)


METHOD = QuestionsOfPriors
