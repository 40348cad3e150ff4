"""Tables that look broken are called so."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.screens.checks.plausibility import implausible
from tools.screens.tables.reading import Reading


def rows(count=100, **columns):
    empty = dict.fromkeys(("p_low", "p_high", "fdr_low", "fdr_high"), np.nan)
    return pd.DataFrame({"estimate": np.linspace(-1, 1, count), **empty, **columns})


def test_a_table_of_which_most_is_significant_is_called_broken():
    (said,) = implausible(rows(fdr_low=[0.01] * 60 + [0.9] * 40), "lfc", Reading())
    assert "looks broken" in said
    assert "60 of 100" in said
    assert implausible(rows(fdr_low=[0.01] * 40 + [0.9] * 60), "lfc", Reading()) == ()


def test_genes_significant_on_both_sides_are_counted_and_a_few_are_usual():
    fdr = {count: [0.01] * count + [0.9] * (100 - count) for count in (2, 5)}
    (said,) = implausible(rows(fdr_low=fdr[5], fdr_high=fdr[5]), "lfc", Reading())
    assert "5 are significant on both sides" in said
    assert implausible(rows(fdr_low=fdr[2], fdr_high=fdr[2]), "lfc", Reading()) == ()


def test_effects_between_zero_and_one_or_without_any_below_zero_are_said():
    (chances,) = implausible(rows(estimate=np.linspace(0, 1, 100)), "lfc", Reading())
    assert "between 0 and 1" in chances
    (signless,) = implausible(rows(estimate=np.linspace(0, 9, 100)), "lfc", Reading())
    assert "`positive_means='unsigned'`" in signless
    for kind, meaning in (("bayes_factor", "raises"), ("rank", "raises"), ("lfc", "unsigned")):
        assert implausible(rows(estimate=np.linspace(0, 1, 100)), kind, Reading(positive_means=meaning)) == ()


def test_of_a_few_rows_nothing_is_said():
    assert implausible(rows(count=10, estimate=np.linspace(0, 1, 10), fdr_low=0.0), "lfc", Reading()) == ()
