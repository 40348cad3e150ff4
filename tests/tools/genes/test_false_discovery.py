"""False discovery rates, against closed forms and scipy."""

from __future__ import annotations

import numpy as np
from scipy import stats
from scipy.stats import false_discovery_control

from tools.genes.false_discovery import false_discovery_rates


def test_adjusted_p_values_are_those_of_benjamini_and_hochberg_in_any_order():
    p = np.array([0.01, 0.02, 0.03, 0.04, 1.0])
    np.testing.assert_allclose(false_discovery_rates(p), [0.05, 0.05, 0.05, 0.05, 1.0])
    drawn = np.random.default_rng(0).random(200) ** 2
    np.testing.assert_allclose(false_discovery_rates(drawn), false_discovery_control(drawn))
    order = np.random.default_rng(1).permutation(200)
    np.testing.assert_allclose(false_discovery_rates(drawn[order]), false_discovery_rates(drawn)[order])
    assert len(false_discovery_rates(np.array([]))) == 0


def test_false_discovery_rates_are_those_of_scipy_and_leave_gaps_alone():
    p = np.random.default_rng(2).uniform(size=200) ** 3
    with_gaps = np.insert(p, [3, 50, 200], np.nan)
    found = false_discovery_rates(with_gaps)
    assert np.allclose(found[~np.isnan(with_gaps)], stats.false_discovery_control(p))
    assert np.isnan(found[np.isnan(with_gaps)]).all()
