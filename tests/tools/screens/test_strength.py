"""Ranks of strengths, against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata

from tools.screens.strength import mean_ranks


@pytest.mark.parametrize("count", [0, 1, 2, 500])
def test_equal_numbers_share_the_mean_of_their_ranks(count):
    values = np.round(np.random.default_rng(count).normal(size=count), 1)
    np.testing.assert_array_equal(mean_ranks(values), rankdata(values))
