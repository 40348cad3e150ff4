"""Evidence for one side only."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError
from tools.screens.checks.evidence_sides import as_evidence, both_ends, side_of_evidence, to_one_side

EFFECTS = pd.DataFrame({"perturbation": ["A", "B", "C"], "estimate": [-8.0, 3.0, -1.0]})


def test_p_and_fdr_go_to_the_side_that_positive_speaks_for_and_the_other_is_unknown():
    rows = to_one_side(pd.DataFrame({"p": [0.01], "fdr": [0.2]}), "p", "fdr")
    assert rows.loc[0, ["p_high", "fdr_high"]].tolist() == [0.01, 0.2]
    assert rows.loc[0, ["p_low", "fdr_low"]].isna().all()


def test_bayes_factors_have_one_side_and_the_other_is_refused():
    assert side_of_evidence("bayes_factor", "lowers", "both") == "low"
    assert side_of_evidence("bayes_factor", "raises", "high") == "high"
    assert side_of_evidence("lfc", "lowers", "both") == "both"
    with pytest.raises(InvalidValueError, match="speak for the low side only"):
        side_of_evidence("bayes_factor", "lowers", "high")


def test_what_lies_beyond_zero_is_learnt_from_as_no_effect():
    assert as_evidence(EFFECTS, "bayes_factor", "lowers")["estimate"].tolist() == [-8, 0, -1]
    assert as_evidence(EFFECTS, "bayes_factor", "raises")["estimate"].tolist() == [0, 3, 0]
    assert as_evidence(EFFECTS, "lfc", "lowers")["estimate"].tolist() == [-8, 3, -1]


def test_the_strongest_are_shown_on_the_known_side_alone():
    assert both_ends(EFFECTS, "bayes_factor", "lowers", 2) == ((("A", -8.0), ("C", -1.0)), ())
    assert both_ends(EFFECTS, "lfc", "raises", 1) == ((("A", -8.0),), (("B", 3.0),))
    assert both_ends(EFFECTS.assign(estimate=np.abs(EFFECTS["estimate"])), "z", "unsigned", 1) == ((), (("A", 8.0),))
