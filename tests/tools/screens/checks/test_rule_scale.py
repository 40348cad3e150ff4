"""On which scale a hit rule is read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tools.screens.checks.rule_scale import other_reading

EFFECTS = pd.DataFrame({
    "perturbation": list("ABCDE"), "estimate": [-3.0, -2.0, -1.5, 0.0, 2.0], "p_low": np.nan, "p_high": np.nan,
    "fdr_low": [0.01, 0.01, 0.5, 1, 1], "fdr_high": [1, 1, 1, 1, 0.01],
})  # fmt: skip


def test_a_bound_on_the_effect_says_what_the_files_own_sign_would_give():
    (said,) = other_reading(EFFECTS, "lfc<-1", "both", "lowers")
    assert "positive raises the phenotype: 3 hits" in said
    assert "it would give 1" in said
    assert "`hit_rule='lfc>1'`" in said


@pytest.mark.parametrize(("rule", "mirrored"), [("lfc<-1 & fdr<0.1", "lfc>1 & fdr<0.1"), ("z>=2", "z<=-2")])
def test_only_bounds_on_the_effect_are_turned_over(rule, mirrored):
    assert f"hit_rule={mirrored!r}" in other_reading(EFFECTS, rule, "both", "lowers")[0]


def test_a_side_is_turned_over_too():
    (said,) = other_reading(EFFECTS, "fdr<0.05", "low", "lowers")
    assert "2 hits" in said
    assert "it would give 1" in said
    assert "`side='high'`" in said


@pytest.mark.parametrize(
    ("rule", "side", "meaning"),
    [("lfc<-1", "both", "raises"), ("fdr<0.05", "both", "lowers"), ("|lfc|>1", "both", "lowers"),
     ("top 5%", "both", "lowers"), ("list:3f0a", "low", "lowers")],
)  # fmt: skip
def test_where_both_scales_say_the_same_nothing_is_said(rule, side, meaning):
    assert other_reading(EFFECTS, rule, side, meaning) == ()
