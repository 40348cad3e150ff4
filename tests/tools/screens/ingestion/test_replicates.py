"""Combining replicates, against scipy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tools.screens.ingestion.replicates import combine, fisher
from tools.screens.tables.rows import NUMBER_FIELDS


@pytest.fixture
def rows() -> pd.DataFrame:
    """Three donors of thirty genes; the last gene was seen in one donor only."""
    rng = np.random.default_rng(5)
    genes = [f"G{number:02}" for number in range(30)]
    frame = pd.DataFrame([(gene, donor) for gene in genes for donor in "abc"], columns=["perturbation", "replicate"])
    frame = frame.drop(index=[87, 88]).reset_index(drop=True)
    for field in NUMBER_FIELDS:
        frame[field] = rng.uniform(0.001, 1, len(frame))
    return frame.assign(
        line=range(2, 2 + len(frame)), name=frame["perturbation"], gene_id=1, second_gene_id=pd.NA,
        guides=pd.array([4, 5, 6] * 29 + [4], dtype="Int64"),
    )  # fmt: skip


def test_the_estimate_is_the_mean_and_its_error_the_spread_of_the_replicates(rows):
    combined = combine(rows).set_index("perturbation")
    own = rows.loc[rows["perturbation"] == "G03", "estimate"]
    assert combined.loc["G03", "estimate"] == pytest.approx(own.mean())
    assert combined.loc["G03", "standard_error"] == pytest.approx(stats.sem(own))
    assert combined.loc["G03", "guides"] == 6


def test_one_replicate_keeps_its_own_error_and_p(rows):
    combined = combine(rows).set_index("perturbation")
    own = rows[rows["perturbation"] == "G29"].iloc[0]
    assert combined.loc["G29", "standard_error"] == own["standard_error"]
    assert combined.loc["G29", "p_low"] == pytest.approx(own["p_low"])


def test_p_of_a_side_is_fishers_and_fdr_is_computed_anew(rows):
    combined = combine(rows)
    by_gene = rows.groupby("perturbation")["p_low"]
    expected = by_gene.apply(lambda p: stats.combine_pvalues(p, "fisher").pvalue).to_numpy()
    assert np.allclose(combined["p_low"], expected)
    assert np.allclose(combined["fdr_low"], stats.false_discovery_control(expected))


def test_p_that_one_replicate_lacks_is_not_combined(rows):
    rows.loc[rows["perturbation"].eq("G05") & rows["replicate"].eq("b"), "p_high"] = np.nan
    combined = combine(rows).set_index("perturbation")
    assert np.isnan(combined.loc["G05", "p_high"])
    assert np.isnan(combined.loc["G05", "fdr_high"])
    assert not np.isnan(combined.loc["G05", "p_low"])


def test_row_order_does_not_matter(rows):
    shuffled = combine(rows.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(combine(rows).drop(columns="line"), shuffled.drop(columns="line"))


def test_p_of_zero_stays_zero():
    assert fisher(np.array([-np.inf]), np.array([2])).tolist() == [0.0]
