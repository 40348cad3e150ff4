"""MAGeCK MLE gene summaries."""

from __future__ import annotations

import pytest

from db.errors import InvalidValueError, NeedsChoiceError


def header(*conditions: str) -> str:
    parts = ("beta", "z", "p-value", "fdr", "wald-p-value", "wald-fdr")
    return " ".join(["Gene", "sgRNA", *(f"{condition}|{part}" for condition in conditions for part in parts)])


IL2 = "IL2 6 -0.5 -2 0.001 0.01 0.04 0.2"
CD5 = "CD5 5 0.3 1.5 0 0 0.14 0.4"


def test_the_error_is_beta_over_z_and_p_is_walds_split_by_sign(read):
    rows = read("mageck_mle", [header("drug"), IL2, CD5]).rows.set_index("name")
    assert rows["standard_error"].tolist() == pytest.approx([0.25, 0.2])
    assert rows.loc["IL2", ["p_low", "p_high"]].tolist() == pytest.approx([0.02, 0.98])
    assert rows.loc["CD5", ["p_low", "p_high"]].tolist() == pytest.approx([0.93, 0.07])
    assert rows.loc["IL2", ["fdr_low", "fdr_high"]].tolist() == [0.2, 1]
    assert rows["guides"].tolist() == [6, 5]


def test_permutation_p_is_taken_only_when_asked_for_and_zero_is_legal(read):
    table = read("mageck_mle", [header("drug"), IL2, CD5], columns={"p": "p-value"})
    assert table.rows["p_high"].tolist() == pytest.approx([0.9995, 0])
    assert "permutation p is used" in table.remarks[0]
    assert "Wald p is used" in read("mageck_mle", [header("drug"), IL2, CD5]).remarks[0]


def test_conditions_named_rep1_and_rep2_are_replicates(read):
    row = IL2 + " " + CD5.removeprefix("CD5 5 ")
    table = read("mageck_mle", [header("Rep1", "Rep2"), row])
    assert table.rows[["replicate", "estimate", "line"]].to_numpy().tolist() == [["Rep1", -0.5, 2], ["Rep2", 0.3, 2]]


def test_other_conditions_need_a_choice_and_both_answers_work(read):
    lines = [header("low", "high"), IL2 + " " + CD5.removeprefix("CD5 5 ")]
    with pytest.raises(NeedsChoiceError, match=r"`columns=\{'estimate': 'low'\}`") as caught:
        read("mageck_mle", lines)
    assert "`columns={'replicate': 'low,high'}`" in caught.value.suggestion
    assert read("mageck_mle", lines, columns={"estimate": "high"}).rows["estimate"].tolist() == [0.3]
    assert read("mageck_mle", lines, columns={"estimate": "low|beta"}).rows["estimate"].tolist() == [-0.5]
    both = read("mageck_mle", lines, columns={"replicate": "low,high"})
    assert both.rows["replicate"].tolist() == ["low", "high"]


def test_a_condition_that_is_not_there_is_refused_with_those_that_are(read):
    with pytest.raises(InvalidValueError, match="It has: low, high"):
        read("mageck_mle", [header("low", "high"), IL2 + " 1 2 0.5 0.5 0.5 0.5"], columns={"estimate": "medium"})


def test_z_of_zero_leaves_the_error_unknown(read):
    rows = read("mageck_mle", [header("drug"), "IL2 6 0 0 1 1 1 1", CD5]).rows
    assert rows["standard_error"].isna().tolist() == [True, False]
    assert rows["p_low"].tolist()[0] == rows["p_high"].tolist()[0] == 0.5
