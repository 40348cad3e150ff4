"""Response breadth: how many genes respond when this one is knocked down in CD4 T cells."""

from __future__ import annotations

import pandas as pd

from db.records import Question
from db.view import View
from tools.features._values import known_values

PROPERTIES = (
    "cd4_response_breadth", "cd4_response_breadth_rest", "cd4_response_breadth_stim8h", "cd4_response_breadth_stim48h",
    "cd4_knockdown_effect", "cd4_donor_agreement",
)  # fmt: skip


class ResponseBreadth:
    """What a knockdown does to the transcriptome of CD4 T cells, whatever the genes that respond.

    Columns: ln(1 + responding genes), its mean over conditions and for each condition; the knockdown's effect on its
    own target; the correlation between donors. Only knockdowns that were measured and had enough response are known:
    a gene without a row is not known to be without response, and a number that is not known is NaN.
    """

    needs = ("cd4-response",)
    reads_question = False
    reads_effects = False

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:  # noqa: ARG002
        """Breadth for each gene that was knocked down; see `tools.features.base.FeatureSource`."""
        return known_values(view, PROPERTIES, genes)


METHOD = ResponseBreadth
