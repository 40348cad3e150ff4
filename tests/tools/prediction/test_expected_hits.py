"""Expected hits against closed forms and against counting every outcome."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.stats import binom, poisson_binom

from tools.prediction.expected_hits import (
    COMMON_DOUBT,
    DOUBT_AT_FIRST,
    DOUBT_OF_RATE,
    RESULTS_THAT_HALVE_IT,
    common_doubt,
    doubted_distribution,
    expected_of,
    hit_count_distribution,
)


def test_equal_probabilities_give_the_binomial_distribution():
    found = hit_count_distribution([0.3] * 40)
    assert np.allclose(found, binom.pmf(np.arange(41), 40, 0.3), atol=1e-12)


def test_unequal_probabilities_agree_with_counting_every_outcome():
    probabilities = [0.05, 0.4, 0.9, 0.25, 0.6]
    counted = np.zeros(6)
    for outcome in itertools.product((0, 1), repeat=5):
        counted[sum(outcome)] += np.prod([p if hit else 1 - p for p, hit in zip(probabilities, outcome, strict=True)])
    assert np.allclose(hit_count_distribution(probabilities), counted, atol=1e-12)


def test_unequal_probabilities_of_a_whole_round_agree_with_scipys_poisson_binomial():
    probabilities = np.random.default_rng(0).uniform(0, 1, 128)
    probabilities[:2] = 0.0, 1.0
    found = hit_count_distribution(probabilities)
    assert np.allclose(found, poisson_binom.pmf(np.arange(129), probabilities), atol=1e-12)


def test_the_interval_holds_its_level_with_a_tenth_at_most_in_each_tail():
    probabilities = np.random.default_rng(1).uniform(0, 0.5, 128)
    expected = expected_of(probabilities)
    counts = doubted_distribution(probabilities)
    assert expected.mean == pytest.approx(probabilities.sum())
    assert counts[: int(expected.low)].sum() <= 0.1
    assert counts[int(expected.high) + 1 :].sum() <= 0.1 + 1e-12
    # One step narrower would leave more than a tenth in a tail.
    assert counts[: int(expected.low) + 1].sum() > 0.1
    assert counts[int(expected.high) :].sum() > 0.1 - 1e-12


def test_certain_and_impossible_nominations_have_no_spread():
    expected = expected_of([1.0, 1.0, 0.0])
    assert (expected.mean, expected.low, expected.high) == (2.0, 2.0, 2.0)
    assert expected_of([]).mean == 0.0


def test_a_doubt_in_common_is_a_mixture_over_normal_log_odds():
    draws = np.random.default_rng(0).normal(0, 0.5, 200_000)
    p = 1 / (1 + np.exp(-(np.log(0.2 / 0.8) + draws)))
    counted = np.array([np.mean(binom.pmf(k, 30, p)) for k in range(31)])
    assert np.allclose(doubted_distribution([0.2] * 30, 0.5), counted, atol=1e-3)
    assert np.allclose(doubted_distribution([0.2] * 30, 0.0), binom.pmf(np.arange(31), 30, 0.2), atol=1e-12)


def test_a_doubt_in_common_widens_the_interval_and_leaves_the_mean():
    sure, doubting = expected_of([0.2] * 100, doubt=0.0), expected_of([0.2] * 100)
    assert doubting.mean == sure.mean
    assert doubting.low < sure.low
    assert doubting.high > sure.high


def test_a_rule_without_a_share_is_doubted_until_there_are_results():
    assert common_doubt("top 5%", 0) == pytest.approx((COMMON_DOUBT**2 + DOUBT_AT_FIRST**2) ** 0.5)
    assert common_doubt("fdr<0.05", 0) == pytest.approx((COMMON_DOUBT**2 + DOUBT_OF_RATE**2) ** 0.5)
    halved = common_doubt("fdr<0.05", RESULTS_THAT_HALVE_IT)
    assert halved == pytest.approx((COMMON_DOUBT**2 + (DOUBT_OF_RATE / 2) ** 2) ** 0.5)
    assert common_doubt("fdr<0.05", 10**9) == pytest.approx(COMMON_DOUBT)
