"""What names of columns look like."""

from __future__ import annotations

import pytest

from tools.screens.checks.column_names import found_columns, left_unread, looks_like


@pytest.mark.parametrize(
    ("column", "field"),
    [
        *((name, "p") for name in (
            "p", "P.Value", "pvals", "p-Wert", "pval_synth", "Mann-Whitney p-value", "valeur p", "valor-p", "p.low",
            "Pr(>|t|)",
            "ttest pvalue", "neg|p-value", "p-waarde", "PValue",
        )),
        *((name, "fdr") for name in (
            "FDR", "padj", "adj.P.Val", "pvals_adj", "q-value",
            "BH adj_pvalue", "adj. p-Wert", "locfdr", "q", "fdr_supp",
        )),
        *((name, "z") for name in ("z", "Z-score", "normZ", "drug|z", "zscore_mean")),
        *((name, "guides") for name in ("num", "numObs", "number_of_guide_elements", "sgRNA count_average")),
        *((name, "standard_error") for name in ("SE", "lfcSE", "std err")),
        *((name, "") for name in ("gene", "lfc", "-log10 p", "logP", "AveExpr", "TP53", "phenotype", "beta", "size")),
    ],
)  # fmt: skip
def test_a_name_tells_the_field_in_many_spellings(column, field):
    assert looks_like(column) == field


def test_columns_are_found_whatever_sign_stands_between_their_words():
    wanted = {"p_low": ("negpvalue",), "fdr_low": ("negfdr",)}
    for columns in (["neg|p-value", "neg|fdr"], ["neg.p.value", "neg.fdr"], ["neg_p_value", "NEG FDR"]):
        assert list(found_columns(columns, wanted).values()) == columns
    assert found_columns(["gene"], wanted) == {}


def test_what_is_not_read_is_named_with_the_mapping_that_takes_it():
    columns = ["gene", "lfc", "pval_synth", "pval_supp", "p-Wert", "numObs"]
    (said,) = left_unread(columns, {"gene": "gene", "estimate": "lfc"})
    for mapping in ("'p_low': 'pval_synth'", "'p_high': 'pval_supp'", "'p': 'p-Wert'", "'guides': 'numObs'"):
        assert mapping in said
    assert left_unread(columns[:2], {"gene": "gene", "estimate": "lfc"}) == ()
    assert "p-Wert" not in "".join(left_unread(columns, {"estimate": "lfc", "p": "other", "guides": "numObs"}))
