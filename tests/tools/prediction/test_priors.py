"""Which screens may be priors, case by case."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from db.records import Question, Screen
from tools.prediction.priors import relation_to_question, spearman, strength_ranks
from tools.prediction.records import Priors
from tools.screens.strength import strength


def screen(**changes) -> Screen:
    values = {
        "id": 1, "name": "s", "study": "Schmidt 2022", "organism": "human", "cell_type": "T cells",
        "phenotype": "IL-2 production", "condition": "", "library": "", "modality": "interference", "method": "",
        "readout": "", "readout_gene": "", "text": "", "hit_rule": "top 5%", "side": "both", "ingest_id": 1,
    }  # fmt: skip
    return Screen(**{**values, **changes})


QUESTION = Question("IL-2 production", study="Schmidt 2022", cell_type="T cells", modality="interference")


@pytest.mark.parametrize(
    ("changes", "relation"),
    [
        ({}, "copy"),
        ({"study": "SCHMIDT 2022", "phenotype": "il-2 Production"}, "copy"),
        ({"library": "another", "condition": "donor 2"}, "copy"),
        ({"modality": ""}, "copy"),
        ({"cell_type": ""}, "copy"),
        ({"phenotype": "IFN-gamma production"}, "sibling"),
        ({"cell_type": "CD8 T cells"}, "sibling"),
        ({"modality": "activation"}, "sibling"),
        ({"study": "Freimer 2022"}, "other"),
        ({"study": ""}, "undeclared"),
    ],
)
def test_a_screen_stands_to_a_question_as_declared(changes, relation):
    assert relation_to_question(QUESTION, screen(**changes)) == relation


def test_the_rank_correlation_is_spearman_s_over_shared_names_and_none_for_few():
    rng = np.random.default_rng(0)
    a = pd.Series(rng.normal(size=400).round(1), index=[f"G{i}" for i in range(400)])
    b = (a * 0.5 + rng.normal(size=400)).round(1)[::-1]
    assert spearman(a, b) == pytest.approx(spearmanr(a, b[a.index]).statistic)
    assert spearman(a, b[:299]) is None
    assert spearman(a, pd.Series(1.0, index=a.index)) is None


def test_strength_points_to_the_side_of_the_hits():
    effects = pd.Series([-2.0, 1.0])
    assert strength(effects, "both").tolist() == [2.0, 1.0]
    assert strength(effects, "low").tolist() == [2.0, -1.0]
    assert strength(effects, "high").tolist() == [-2.0, 1.0]


def test_ranks_are_within_a_contrast_on_its_screens_side_and_pairs_are_left_out():
    effects = pd.DataFrame(
        {
            "screen_id": [1, 1, 1, 2, 2, 1],
            "contrast_id": [10, 10, 10, 20, 20, 10],
            "perturbation": ["A", "B", "C", "A", "B", "A+B"],
            "estimate": [-3.0, 2.0, 1.0, -3.0, 2.0, 9.0],
        }
    )
    ranks = strength_ranks(Priors((screen(), screen(id=2, name="t", side="high")), effects))
    np.testing.assert_allclose(ranks[10].to_numpy(), [2.5 / 3, 1.5 / 3, 0.5 / 3])
    np.testing.assert_allclose(ranks[20].to_numpy(), [0.25, 0.75, np.nan])
