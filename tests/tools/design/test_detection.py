"""The power of one test, against scipy's noncentral t and normal distributions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import nct, norm, t

from tools.design.detection import Test as Detection
from tools.design.detection import solved


@pytest.mark.parametrize("degrees", [4, 49, 249])
@pytest.mark.parametrize("effect", [0.5, 3.0, 6.0])
def test_with_controls_power_is_that_of_the_noncentral_t(degrees, effect):
    p, spread = 1e-3, 0.4
    bound = t.isf(p / 2, degrees)
    # Where the other tail is below any digit, scipy has no number for it.
    other = np.nan_to_num(nct.cdf(-bound, degrees, effect / spread))
    expected = nct.sf(bound, degrees, effect / spread) + other
    found = Detection(degrees).power(p, effect, spread, spread)
    assert found == pytest.approx(expected, rel=1e-8)


def test_without_controls_to_count_power_is_that_of_the_normal():
    expected = norm.sf(norm.isf(0.005) - 3) + norm.cdf(-norm.isf(0.005) - 3)
    assert Detection().power(0.01, 3.0, 1.0, 1.0) == pytest.approx(expected, rel=1e-12)
    assert Detection(one_sided=True).power(0.01, 3.0, 1.0, 1.0) == pytest.approx(norm.sf(norm.isf(0.01) - 3), rel=1e-12)


def test_a_true_effect_that_spreads_wider_than_the_null_is_simulated_as_the_closed_form_has_it():
    rng, runs, controls = np.random.default_rng(1), 200_000, 30
    spread = 0.5 * np.sqrt(rng.chisquare(controls - 1, runs) / (controls - 1))
    statistics = rng.normal(1.5, 0.8, runs) / spread
    test = Detection(controls - 1)
    seen = (test.p_of(statistics) <= 0.01).mean()
    assert seen == pytest.approx(test.power(0.01, 1.5, 0.8, 0.5), abs=4 * math.sqrt(0.25 / runs))


@pytest.mark.parametrize("test", [Detection(), Detection(9), Detection(one_sided=True)], ids=str)
def test_no_effect_is_called_as_often_as_the_p_value_says(test):
    assert test.power(0.03, 0.0, 0.7, 0.7) == pytest.approx(0.03, rel=1e-6)


def test_an_effect_far_beyond_the_spread_is_sure_to_be_found():
    assert Detection(249).power(1e-4, 40.0, 1.0, 1.0) == pytest.approx(1.0)


def test_p_values_are_those_of_t():
    statistics = np.array([-2.5, 0.0, 4.0])
    np.testing.assert_allclose(Detection(11).p_of(statistics), 2 * t.sf(np.abs(statistics), 11))
    np.testing.assert_allclose(Detection(11, one_sided=True).p_of(statistics), t.sf(statistics, 11))


def test_what_is_not_reached_has_no_answer_and_what_is_reached_at_once_has_the_first():
    assert solved(lambda x: 1 - 1 / x, 0.9, 2.0, 1e4) == pytest.approx(10, rel=1e-5)
    assert solved(lambda x: 0.5, 0.9, 2.0, 1e4) is None
    assert solved(lambda x: 0.95, 0.9, 2.0, 1e4) == 2.0
