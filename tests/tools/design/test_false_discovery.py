"""Where the procedure of Benjamini and Hochberg stops, and how many true effects it finds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control, norm

from tools.design.false_discovery import called, p_for_power, power_at_rate


@pytest.mark.parametrize(("fdr", "share", "power"), [(0.05, 0.01, 0.8), (0.2, 0.3, 0.5), (0.01, 0.001, 0.95)])
def test_at_the_p_value_the_share_of_false_ones_among_what_is_found_is_the_rate_times_that_of_nulls(fdr, share, power):
    p = p_for_power(fdr, share, power)
    false, true = (1 - share) * p, share * power
    assert false / (false + true) == pytest.approx(fdr * (1 - share))
    # And the line of the procedure crosses the distribution of p-values there.
    assert p == pytest.approx(fdr * (false + true))


def test_the_power_at_a_rate_is_the_one_that_its_own_p_value_gives():
    def power(p: float) -> float:
        return float(norm.sf(norm.isf(p) - 3.5))

    found = power_at_rate(power, 0.05, 0.02)
    assert found == pytest.approx(power(p_for_power(0.05, 0.02, found)), abs=1e-8)
    assert 0.4 < found < 0.7
    # It is the largest such power: right above it, the procedure would not stop.
    assert power(p_for_power(0.05, 0.02, found + 0.01)) < found + 0.01


def test_where_no_p_value_is_small_enough_nothing_is_found():
    assert power_at_rate(lambda p: p, 0.05, 0.02) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_called_is_what_scipy_adjusts_to_the_rate_or_below(seed):
    rng = np.random.default_rng(seed)
    p = np.where(rng.random(500) < 0.2, rng.random(500) * 1e-3, rng.random(500))
    assert np.array_equal(called(p, 0.1), false_discovery_control(p) <= 0.1)
    assert called(p, 0.1).any()


def test_of_p_values_that_are_all_large_none_is_called():
    assert not called(np.linspace(0.5, 1, 50), 0.05).any()
