"""The search for the lowest loss, against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from tools.prediction.calibration import lowest

STEPS = (-0.5, 0.2, -0.3)


@pytest.mark.parametrize("seed", range(20))
def test_the_simplex_goes_the_way_of_scipy(seed):
    rng = np.random.default_rng(seed)
    bend, centre, start = rng.normal(size=(3, 3)), rng.normal(size=3), rng.normal(size=3)

    def loss(at):
        return float(((bend @ (at - centre)) ** 2).sum() + abs(at[0]) + np.sin(3 * at[1]))

    simplex = np.vstack([start, start + np.diag(STEPS)])
    options = {"xatol": 1e-3, "fatol": 1e-3, "maxiter": 600, "initial_simplex": simplex}
    expected = minimize(loss, start, method="Nelder-Mead", options=options).x
    np.testing.assert_array_equal(lowest(loss, start, STEPS, 1e-3), expected)


def test_the_search_ends_where_no_tolerance_is_ever_met():
    found = lowest(
        lambda at: float(100 * (at[1] - at[0] ** 2) ** 2 + (1 - at[0]) ** 2), np.array([-1.2, 1.0]), (0.1, 0.1), -1.0
    )
    np.testing.assert_allclose(found, [1.0, 1.0], atol=1e-6)
