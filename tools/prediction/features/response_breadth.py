"""Response breadth: how many genes respond when this one is knocked down in CD4 T cells."""

from __future__ import annotations

import pandas as pd

from db.records import Question
from db.view import View
from tools.prediction.features._values import VERSION as VALUES
from tools.prediction.features._values import known_values

PROPERTIES = (
    "cd4_response_breadth", "cd4_response_breadth_rest", "cd4_response_breadth_stim8h", "cd4_response_breadth_stim48h",
    "cd4_knockdown_effect", "cd4_donor_agreement",
)  # fmt: skip


class ResponseBreadth:
    """What a knockdown does to the transcriptome of CD4 T cells, whatever the genes that respond.

    Shape (genes known, 6), columns `PROPERTIES`: ln(1 + n) with n the number of responding genes, first of the mean n
    over conditions and then of n at rest and after 8 and 48 hours of stimulation; the knockdown's effect on its own
    target (z-like, negative = knocked down); the correlation between donors (−1 to 1); the last two are means over
    conditions. Only knockdowns that were measured and had enough response are known: a gene without a row is not known
    to be without response, and a number that is not known is NaN. Source: Zhu, Dann et al. 2025 (pack
    ``cd4-response``).
    """

    VERSION = ("response_breadth 1", *VALUES)
    needs = ("cd4-response",)
    reads_question = False
    reads_effects = False
    reads_knowledge = False

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:  # noqa: ARG002
        """Breadth for each gene that was knocked down; see `tools.prediction.features.base.FeatureSource`."""
        return known_values(view, PROPERTIES, genes)


METHOD = ResponseBreadth
