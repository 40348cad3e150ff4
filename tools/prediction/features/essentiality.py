"""Essentiality: what losing a gene does to growth across cell lines."""

from __future__ import annotations

import pandas as pd

from db.records import Question
from db.view import View
from tools.prediction.features._values import VERSION as VALUES
from tools.prediction.features._values import known_values

PROPERTIES = ("depmap_common_essential", "depmap_selective", "depmap_effect", "depmap_blood_dependent_fraction")


class Essentiality:
    """DepMap's labels and effects of a gene's loss on growth.

    Shape (genes known, 4), columns `PROPERTIES`: whether the gene is common essential, whether it is strongly selective
    (0 or 1), the mean gene effect over cell lines (0 = none, −1 = as a common essential gene), and the share of blood
    cell lines that depend on it (0 to 1); taken as they are, and a number that is not known is NaN. Source: DepMap
    (Tsherniak et al. 2017, Cell 170:564), gene effects by Chronos (Dempster et al. 2021, Genome Biology 22:343).
    """

    VERSION = ("essentiality 1", *VALUES)
    needs = ("depmap",)
    reads_question = False
    reads_effects = False
    reads_knowledge = False

    def features(self, genes: pd.Index[str], question: Question, view: View) -> pd.DataFrame:  # noqa: ARG002
        """Labels and effect of each gene that DepMap knows; see `tools.prediction.features.base.FeatureSource`."""
        return known_values(view, PROPERTIES, genes)


METHOD = Essentiality
