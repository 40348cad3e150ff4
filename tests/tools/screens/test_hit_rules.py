"""Hit rules, against counts that can be done by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError
from tools.screens.hit_rules import default_rule, foreseen_share, hits, parse_rule


@pytest.fixture
def effects() -> pd.DataFrame:
    """Twenty perturbations, A to T, with estimates -10 … -1, 1 … 10 and an FDR on each side."""
    estimate = [*range(-10, 0), *range(1, 11)]
    frame = pd.DataFrame(
        {"perturbation": list("ABCDEFGHIJKLMNOPQRST"), "estimate": [float(value) for value in estimate]}
    )
    frame["p_low"] = np.linspace(0.001, 0.999, 20)
    frame["p_high"] = 1 - frame["p_low"]
    frame["fdr_low"] = (frame["p_low"] * 2).clip(upper=1)
    frame["fdr_high"] = (frame["p_high"] * 2).clip(upper=1)
    return frame


def named(effects, rule, side="both", published=frozenset()) -> str:
    return "".join(effects.loc[hits(effects, rule, side, published), "perturbation"])


@pytest.mark.parametrize(
    ("rule", "side", "expected"),
    [
        ("top 10%", "both", "AT"),
        ("top 10 %", "low", "AB"),
        ("TOP 10%", "high", "ST"),
        ("top 100%", "low", "ABCDEFGHIJ"),
        ("fdr<0.01", "both", "AT"),
        ("fdr<0.01", "low", "A"),
        ("fdr<.01", "high", "T"),
        ("p < 1e-2", "high", "T"),
        ("lfc<-8", "both", "AB"),
        ("lfc<=-8", "both", "ABC"),
        ("|z|>8", "both", "ABST"),
        ("|beta|>=8", "high", "RST"),
        ("estimate>9 & fdr<0.5", "high", "T"),
        ("score<-8 & fdr<0.01", "both", "A"),
        ("top 20% & lfc>0", "both", "ST"),
    ],
)
def test_a_rule_finds_what_it_says(effects, rule, side, expected):
    assert named(effects, rule, side) == expected


def test_bounds_on_fdr_belong_to_the_side(effects):
    turned = effects.rename(columns={"fdr_low": "fdr_high", "fdr_high": "fdr_low"})
    assert named(turned, "fdr<0.01", "low") == "T"


def test_ties_at_the_cut_are_taken_by_name_whatever_the_row_order(effects):
    effects["estimate"] = 1.0
    assert named(effects, "top 10%") == "AB"
    shuffled = effects.sample(frac=1, random_state=1)
    assert sorted(named(shuffled, "top 10%")) == ["A", "B"]


def test_a_count_of_half_a_row_is_rounded_up(effects):
    assert hits(effects.iloc[:10], "top 25%").sum() == 3  # 2.5


def test_the_share_counts_rows_with_an_estimate_only(effects):
    effects.loc[:9, "estimate"] = np.nan
    assert hits(effects, "top 20%").sum() == 2


def test_unknown_fdr_is_no_hit(effects):
    effects[["fdr_low", "fdr_high"]] = np.nan
    assert hits(effects, "fdr<1").sum() == 0


def test_a_published_list_has_its_own_members_on_either_side(effects):
    assert named(effects, "list:3f0a", "low", {"A", "T", "ZZ"}) == "AT"


def test_the_answer_is_indexed_like_the_effects(effects):
    picked = effects.iloc[[5, 3, 19]]
    assert hits(picked, "top 34%").index.tolist() == [5, 3, 19]
    assert hits(picked, "top 34%").tolist() == [False, False, True]


@pytest.mark.parametrize(
    "rule",
    ["", "best", "top 0%", "top 101%", "top 5", "fdr>0.05", "fdr<0", "fdr<1.5", "|fdr|<0.1", "|lfc<1", "lfc=1",
     "lfc<-1 &", "list:", "lfc<-1 | fdr<0.1", "list:3f & fdr<0.1"],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_the_grammar(rule):
    with pytest.raises(InvalidValueError, match=r"'lfc<-1 & fdr<0\.1'"):
        parse_rule(rule)


def test_the_default_is_fdr_where_the_table_has_it_else_the_top(effects):
    assert default_rule(effects) == "fdr<0.05"
    assert default_rule(effects.assign(fdr_low=np.nan, fdr_high=np.nan)) == "top 5%"
    assert default_rule(effects.assign(fdr_low=np.nan)) == "fdr<0.05"


@pytest.mark.parametrize(
    ("rule", "side", "share", "promised"),
    [
        ("top 2.5 %", "both", 0.025, True),
        ("top 80%", "high", 0.5, True),
        ("fdr<0.05", "low", 0.05, False),
        ("lfc<0 & fdr<0.1", "low", 0.05, False),
        ("list:ab", "both", 0.05, False),
        ("lfc<-1", "low", 0.05, False),
        ("estimate<0", "low", 0.25, False),
        ("|estimate|>0", "both", 0.5, False),
    ],
)
def test_a_rule_lets_foresee_how_common_hits_are(rule, side, share, promised):
    foreseen = foreseen_share(rule, side)
    assert (foreseen.share, foreseen.promised) == (share, promised)


def test_a_bound_on_the_effect_alone_is_doubted_more_than_a_false_discovery_rate_and_a_promise_least():
    top, fdr, bound = (foreseen_share(rule).doubt for rule in ("top 5%", "fdr<0.05", "|z|>2"))
    assert top < fdr < bound
