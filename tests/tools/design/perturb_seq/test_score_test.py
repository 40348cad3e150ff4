"""The skewed test of counts: moments and tails against scipy and against simulated cells."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import pearson3, skew

from tools.design.perturb_seq.score_test import Skewed, difference


@pytest.mark.parametrize("third", [0.8, -0.5, 0.05])
def test_tails_and_bounds_are_those_of_pearsons_type_three(third):
    one = Skewed(np.array([1.0]), np.array([2.0]), np.array([third]))
    for value in (-2.0, 1.0, 6.0):
        assert one.above(np.array([value]))[0] == pytest.approx(pearson3.sf(value, third, 1, 2), rel=1e-6, abs=1e-12)
        assert one.below(np.array([value]))[0] == pytest.approx(pearson3.cdf(value, third, 1, 2), rel=1e-6, abs=1e-12)
    low, high = one.bounds(1e-3)
    assert low[0] == pytest.approx(pearson3.ppf(1e-3, third, 1, 2), rel=1e-6)
    assert high[0] == pytest.approx(pearson3.isf(1e-3, third, 1, 2), rel=1e-6)


def test_without_skew_it_is_normal():
    low, high = Skewed(np.zeros(1), np.ones(1), np.zeros(1)).bounds(0.025)
    assert (low[0], high[0]) == (pytest.approx(-1.95996, abs=1e-3), pytest.approx(1.95996, abs=1e-3))


@pytest.mark.parametrize(("fold", "working"), [(1.0, 1.0), (2.0, 1.0), (0.5, 0.7), (3.0, 0.4)])
def test_moments_are_those_of_simulated_cells(fold, working):
    mean, own, cells, controls, runs = 0.8, 0.6, 30, 80, 60_000
    rng = np.random.default_rng(4)

    def counts(level: np.ndarray) -> np.ndarray:
        return rng.poisson(rng.gamma(1 / own, own * level))

    works = rng.random((runs, cells)) < working
    perturbed = counts(np.where(works, mean * fold, mean)).mean(axis=1)
    seen = perturbed - counts(np.full((runs, controls), mean)).mean(axis=1)
    told = difference(np.array([mean]), np.array([own]), fold, working, cells, controls)
    assert told.mean[0] == pytest.approx(seen.mean(), abs=0.005)
    assert told.sd[0] == pytest.approx(seen.std(), rel=0.01)
    assert told.skew[0] == pytest.approx(skew(seen), abs=0.05)
