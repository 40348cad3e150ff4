"""Questions of the priors: how near a gene lies to what each visible screen asked."""

from __future__ import annotations

import pandas as pd

from db.records import Question, Screen
from db.view import View
from tools.genes.knowledge import Knowledge
from tools.genes.named_in_text import VERSION as NAMED_IN_TEXT
from tools.genes.named_in_text import genes_of_texts
from tools.genes.question_walk import VERSION as QUESTION_WALK
from tools.genes.question_walk import question_matches


class QuestionsOfPriors:
    """The match of `question_matches` with the question of each visible screen.

    Shape (genes in a set, in the network or with a text, visible screens with a question), columns the ids of the
    screens. It tells what a question is worth: how often the genes that one names come out of the screen that asked it.

    Args:
        knowledge: What the words are compared with.
    """

    VERSION = ("questions_of_priors 1", *NAMED_IN_TEXT, *QUESTION_WALK)
    needs = ("hgnc", "pathways", "string")
    reads_question = False
    reads_effects = True
    reads_knowledge = True

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:
        """Matches of each gene; see `tools.prediction.features.base.FeatureSource`."""
        screens = view.screens()
        asked = [question_of(screen) for screen in screens]
        named = genes_of_texts([one.text for one in asked], view, question.organism)
        matches = question_matches(asked, named, self._knowledge)
        columns = {str(screen.id): match for screen, match in zip(screens, matches, strict=True) if match is not None}
        frame = pd.DataFrame(columns, index=self._knowledge.genes)
        return frame.reindex(genes[genes.isin(frame.index)]) if columns else pd.DataFrame(dtype=float)


def question_of(screen: Screen) -> Question:
    """What a screen asked, as a campaign on it would.

    Args:
        screen: The screen.
    """
    return Question(screen.phenotype, cell_type=screen.cell_type, text=screen.text or screen.phenotype)


METHOD = QuestionsOfPriors
