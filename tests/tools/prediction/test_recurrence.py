"""How strongly genes came out of other screens, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from db.records import Question, Screen
from tools.prediction.records import Priors
from tools.prediction.recurrence import COLUMNS, PriorStrengths, hits_in_studies

A = Screen(
    id=1, name="a", study="S", organism="human", cell_type="Jurkat", phenotype="IL-2 production", condition="",
    library="", modality="knockout", method="", readout="", readout_gene="", text="", hit_rule="top 5%", side="both",
    ingest_id=1,
)  # fmt: skip
B = replace(A, id=2, name="b", cell_type="A549", phenotype="virus", modality="interference")
C = replace(A, id=3, name="c", study="T", cell_type="A549", modality="activation")
ASKED = Question("IL-2", cell_type="A549 cells", modality="knockout")
STRENGTHS = PriorStrengths(
    pd.Index(["X", "Y", "Z"], dtype=object), (1, 2, 3),
    np.array([[2.5, 1.0, 0.1], [0.2, 1.5, np.nan], [np.nan, np.nan, 3.0]]), ("s", "s", "t"), (A, B, C),
)  # fmt: skip


def test_screens_are_averaged_studies_counted_once_and_likeness_weighs():
    found = pd.DataFrame(STRENGTHS.columns(ASKED, np.arange(3)), index=STRENGTHS.genes, columns=COLUMNS)
    expected = pd.DataFrame(
        {
            "mean": [3.6 / 4, 1.7 / 3, 3 / 2], "largest": [2.5, 1.5, 3], "second": [0.1, 0, 0], "hits": [1, 1, 1],
            "strong_hits": [1, 0, 1], "studies": [2, 1, 1], "like_phenotype": [2.6 / 2.5, 0.2 / 1.5, 3 / 1.5],
            "like_cells": [1.1 / 2.5, 1.5 / 1.5, 3 / 1.5], "like_both": [0.1 / 1.5, 0, 3 / 1.5],
            "like_modality": [3.0 / 2, 0.95 / 2, 0],
        },
        index=STRENGTHS.genes, dtype=float,
    )  # fmt: skip
    pd.testing.assert_frame_equal(found, expected)


def test_without_another_study_nothing_recurs():
    assert STRENGTHS.others("s").tolist() == [2]
    assert not STRENGTHS.columns(ASKED, np.array([], dtype=np.intp)).any()
    assert STRENGTHS.columns(ASKED, STRENGTHS.others("s")).shape == (3, len(COLUMNS))


def test_strengths_come_from_ranks_within_each_screen_on_its_own_side():
    effects = pd.DataFrame(
        {"screen_id": 1, "contrast_id": 10, "perturbation": ["X", "Y"], "estimate": [-3.0, 2.0]}, index=[0, 1]
    )
    found = PriorStrengths.of(Priors((replace(A, side="low"),), effects), pd.Index(["Y", "X", "Z"], dtype=object))
    np.testing.assert_allclose(found.surprise, -np.log10([[0.75], [0.25], [np.nan]]))
    assert (found.contrasts, found.studies) == ((10,), ("s",))
    assert found.measured[:, 0].tolist() == [True, True, False]


def test_hits_are_counted_by_study():
    ranks = pd.DataFrame({1: [0.99, 0.5, np.nan], 2: [0.98, 0.5, 0.2], 3: [0.1, 0.96, np.nan]}, index=["A", "B", "C"])
    assert hits_in_studies(ranks, ["s", "s", "t"]).to_dict() == {"A": 1.0, "B": 1.0, "C": 0.0}
