"""Tables of one side of a rank test."""

from __future__ import annotations

import pytest

HEADER = "id,num,pos|score,pos|p-value,pos|fdr,pos|rank,pos|goodsgrna"


def test_the_other_side_stays_unknown(read):
    table = read("one_sided", [HEADER, "ACE2,4,1e-13,2.5e-7,0.0002,1,3", "CD5,4,1,1,1,2,0"], separator=",")
    assert table.rows["estimate"].tolist() == pytest.approx([13, 0])
    assert table.rows["p_high"].tolist() == [2.5e-7, 1]
    assert table.rows["fdr_high"].tolist() == [0.0002, 1]
    assert table.rows[["p_low", "fdr_low"]].isna().all(axis=None)
    assert "the other is unknown" in table.remarks[0]


def test_the_negative_side_alone_gives_negative_estimates(read):
    table = read("one_sided", [HEADER.replace("pos|", "neg|"), "ACE2,4,1e-3,0.01,0.05,1,3"], separator=",")
    assert table.rows["estimate"].tolist() == pytest.approx([-3])
    assert table.rows["p_low"].tolist() == [0.01]
    assert table.rows["p_high"].isna().all()


def test_a_value_of_zero_is_stronger_than_any_other_and_finite(read):
    rows = read("one_sided", [HEADER, "ACE2,4,0,0,0,1,3", "CD5,4,1e-8,0.1,0.1,2,0"], separator=",").rows
    assert rows["estimate"].tolist() == pytest.approx([8.30103, 8])


def test_with_a_fold_change_that_one_is_the_estimate(read):
    table = read("one_sided", [HEADER + ",pos|lfc", "ACE2,4,1e-13,2.5e-7,0.0002,1,3,2.2"], separator=",")
    assert (table.rows["estimate"].tolist(), table.estimate_kind) == ([2.2], "lfc")
