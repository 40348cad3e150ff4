"""Tables of redundant siRNA activity."""

from __future__ import annotations

import pytest

HEADER = "Symbol,RSA_Down,RSA_Up,Q1,Q3"


def test_p_is_ten_to_the_value_and_the_estimate_is_of_the_stronger_side(read):
    lines = [HEADER, "MAPT,-6,-0.1,-2,-1", "CD5,-0.5,-3,0,2", "LAT,0,0,0,0"]
    table = read("rsa", lines, separator=",", name="table.csv")
    assert table.rows["estimate"].tolist() == [-6, 3, 0]
    assert table.rows["p_low"].tolist() == pytest.approx([1e-6, 10**-0.5, 1])
    assert table.rows["p_high"].tolist() == pytest.approx([10**-0.1, 1e-3, 1])
    assert table.estimate_kind == "signed_log10_p"


def test_a_byte_order_mark_does_not_hide_the_gene_column(read):
    table = read("rsa", ["\ufeff" + HEADER, "MAPT,-6,-0.1,-2,-1"], separator=",", name="table.csv")
    assert table.rows["name"].tolist() == ["MAPT"]


def test_a_value_above_zero_gives_a_p_above_one_for_the_checks_to_find(read):
    assert read("rsa", [HEADER, "MAPT,0.5,-0.1,-2,-1"], separator=",").rows["p_low"][0] > 1


def test_a_missing_side_leaves_no_effect(read):
    rows = read("rsa", [HEADER, "MAPT,-6,,-2,-1", "CD5,-1,-2,0,0"], separator=",").rows
    assert rows["estimate"].isna().tolist() == [True, False]
