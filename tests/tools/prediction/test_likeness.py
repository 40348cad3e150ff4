"""Screens that are alike to the question weigh more as priors, and losing a gene is not activating it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from db.records import Question, Screen
from tools.prediction.design import design
from tools.prediction.likeness import Alike, alike, likeness, modality_warning, weights
from tools.prediction.prior_learner import fit_prior
from tools.prediction.records import Priors

SCREEN = Screen(
    id=1, name="a", study="S", organism="human", cell_type="primary human CD4+ T cells", phenotype="IL-2 production",
    condition="", library="", modality="knockout", method="", readout="sorting on intracellular IL-2", readout_gene="",
    text="", hit_rule="top 5%", side="both", ingest_id=1,
)  # fmt: skip
QUESTION = Question(
    "IL-2 production", cell_type="primary human T cells", readout="sorting on intracellular IL-2", modality="knockout"
)


def test_a_screen_alike_in_every_respect_has_likeness_one_and_one_alike_in_none_has_zero():
    assert likeness(QUESTION, SCREEN) == 1.0
    other = replace(SCREEN, cell_type="A549", phenotype="virus", readout="survival", modality="activation")
    assert likeness(QUESTION, other) == 0.0
    assert likeness(QUESTION, replace(SCREEN, modality="interference")) == pytest.approx(0.875)
    assert likeness(Question(""), SCREEN) == 0.0


def test_what_two_descriptions_share_is_told_part_by_part():
    assert alike(QUESTION, SCREEN) == Alike(phenotype=1.0, cells=1.0, readout=1.0, modality=1.0)
    other = replace(SCREEN, phenotype="IL-2 and IFN-γ", cell_type="", readout="sorting by size", modality="activation")
    assert alike(replace(QUESTION, phenotype="IL-2, TNF"), other) == Alike(0.5, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("IL2 production", "IL-2 production", 1.0),
        ("interleukin 2 secretion", "IL-2 production", 1.0),
        ("interferon gamma", "IFN-γ production", 1.0),
        ("TNF alpha", "TNF-α level", 1.0),
        ("SARS-CoV-2 infection", "IL-2 production", 0.0),
        ("tau protein level", "killing by T cells", 0.0),
    ],
)
def test_a_phenotype_is_known_in_each_of_its_spellings(one, other, share):
    assert likeness(Question(one), replace(SCREEN, phenotype=other)) == pytest.approx(share / 4)


@pytest.mark.parametrize(("one", "other"), [("Vero cells", "A549 cells"), ("IL-2 assay", "SARS-CoV-2 plaques")])
def test_words_that_every_description_has_make_nothing_alike(one, other):
    assert likeness(Question("", cell_type=one, readout=one), replace(SCREEN, cell_type=other, readout=other)) == 0.0


def test_the_question_s_own_weights_are_the_only_ones_whatever_the_case_of_the_name():
    other = replace(SCREEN, id=2, name="b", cell_type="", phenotype="", readout="", modality="")
    asked = replace(QUESTION, screen_weights={"A": 0.5})
    assert weights(asked, [SCREEN, other]) == {1: 0.5, 2: 1.0}


def test_a_loss_of_function_prior_of_an_activation_screen_is_warned_of_and_no_other():
    activation = replace(QUESTION, modality="activation")
    assert "knockout" in modality_warning(activation, [SCREEN])
    assert "near random" in modality_warning(activation, [SCREEN])
    mixed = modality_warning(activation, [SCREEN, replace(SCREEN, modality="activation")])
    assert "1 of 2" in mixed
    assert "near random" not in mixed
    assert modality_warning(QUESTION, [SCREEN, replace(SCREEN, modality="interference")]) == ""
    assert modality_warning(replace(QUESTION, modality=""), [SCREEN]) == ""


def test_a_screen_of_weight_zero_teaches_nothing():
    rng = np.random.default_rng(0)
    names = pd.Index([f"G{i:03d}" for i in range(400)], dtype=object)
    x = rng.normal(size=400)
    table = design({"annotation": pd.DataFrame({"x": x}, index=names)})

    def rows(number: int, sign: float) -> pd.DataFrame:
        return pd.DataFrame(
            {"screen_id": number, "contrast_id": number, "perturbation": names, "estimate": sign * 3 * x}
        )

    # One screen's hits have large x, the other one's small x.
    screens = [replace(SCREEN, id=1, name="up", study="U", side="high")]
    screens.append(replace(screens[0], id=2, name="down", study="D"))
    priors = Priors(tuple(screens), pd.concat([rows(1, 1.0), rows(2, -1.0)], ignore_index=True))

    def learnt(left_out: str) -> float:
        asked = Question("", screen_weights={left_out: 0.0})
        return float(np.corrcoef(fit_prior(table, priors, asked).scores, x)[0, 1])

    assert learnt("down") > 0.5
    assert learnt("up") < -0.5
