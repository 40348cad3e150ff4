"""MAGeCK MLE gene summaries."""

from __future__ import annotations

import pytest

from db.errors import InvalidValueError, NeedsChoiceError


def header(*conditions: str) -> str:
    parts = ("beta", "z", "p-value", "fdr", "wald-p-value", "wald-fdr")
    return " ".join(["Gene", "sgRNA", *(f"{condition}|{part}" for condition in conditions for part in parts)])


IL2 = "IL2 6 -0.5 -2 0.001 0.01 0.04 0.2"
CD5 = "CD5 5 0.3 1.5 0 0 0.14 0.4"


def test_the_error_is_beta_over_z_and_p_is_that_of_permutations_split_by_sign(read):
    table = read("mageck_mle", [header("drug"), IL2, CD5])
    rows = table.rows.set_index("name")
    assert "permutation p is used" in table.remarks[0]
    assert rows["standard_error"].tolist() == pytest.approx([0.25, 0.2])
    assert rows.loc["IL2", ["p_low", "p_high"]].tolist() == pytest.approx([0.0005, 0.9995])
    assert rows.loc["CD5", ["p_low", "p_high"]].tolist() == pytest.approx([1, 0])
    assert rows.loc["IL2", ["fdr_low", "fdr_high"]].tolist() == [0.01, 1]


@pytest.mark.parametrize("named", ["wald-p-value", "drug|wald-p-value"])
def test_walds_p_is_taken_only_when_asked_for(read, named):
    table = read("mageck_mle", [header("drug"), IL2, CD5], columns={"p": named})
    rows = table.rows.set_index("name")
    assert "Wald p is used" in table.remarks[0]
    assert rows.loc["IL2", ["p_low", "p_high"]].tolist() == pytest.approx([0.02, 0.98])
    assert rows.loc["CD5", ["p_low", "p_high"]].tolist() == pytest.approx([0.93, 0.07])
    assert rows.loc["IL2", ["fdr_low", "fdr_high"]].tolist() == [0.2, 1]
    assert rows["guides"].tolist() == [6, 5]


def test_without_permutations_walds_p_is_used(read):
    columns = [name for name in header("drug").split() if name not in ("drug|p-value", "drug|fdr")]
    table = read("mageck_mle", [" ".join(columns), "IL2 6 -0.5 -2 0.04 0.2"])
    assert "Wald p is used" in table.remarks[0]
    assert table.rows.loc[0, ["p_low", "fdr_low"]].tolist() == pytest.approx([0.02, 0.2])


@pytest.mark.parametrize("sign", [".", "_"])
def test_columns_that_r_named_are_read_the_same(read, sign):
    names = header("my.drug").replace("|", sign).replace("-", sign)
    for estimate in ({}, {"estimate": f"my.drug{sign}beta"}, {"estimate": "my.drug"}):
        rows = read("mageck_mle", [names, IL2, CD5], columns=estimate).rows.set_index("name")
        assert rows.loc["IL2", ["estimate", "p_low", "fdr_low"]].tolist() == pytest.approx([-0.5, 0.0005, 0.01])


def test_tests_that_disagree_on_a_whole_side_are_said_and_only_the_one_that_finds_more_is_offered(read):
    lines = [f"UP{n} 4 1 1.2 0 0 0.3 0.6" for n in range(5)] + [f"DOWN{n} 4 -1 -5 0 0 0 0" for n in range(5)]
    told = read("mageck_mle", [header("drug"), *lines]).remarks[1:]
    assert len(told) == 1
    assert "5 genes rise" in told[0]
    assert "none by that of Wald p" in told[0]
    assert "columns=" not in told[0]
    walds = read("mageck_mle", [header("drug"), *lines], columns={"p": "wald-p-value"}).remarks[1:]
    assert "`columns={'p': 'p-value'}`" in walds[0]
    assert read("mageck_mle", [header("drug"), *lines[5:]]).remarks[1:] == ()


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
