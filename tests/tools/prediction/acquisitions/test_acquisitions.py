"""What each acquisition prefers, on posteriors of a few genes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tools import registry
from tools.prediction.records import Posterior


def utilities(name, rows, **more):
    frame = pd.DataFrame(rows, columns=["mean", "sd", "hit_probability", "support"], index=list("ABC")).assign(**more)
    return registry.load("acquisitions", name)().utility(Posterior(frame), np.random.default_rng(0))


def test_greedy_takes_the_worth_that_is_expected():
    rows = [(0.0, 0.1, 0.2, 1), (0.0, 0.9, 0.5, 1), (0.0, 0.1, 0.5, 1)]
    assert utilities("greedy", rows).tolist() == [0.2, 0.5, 0.5]
    assert utilities("greedy", rows, worth=[1.0, 0.9, 1.0]).tolist() == pytest.approx([0.2, 0.45, 0.5])


def test_the_upper_bound_adds_to_the_log_odds_in_proportion_to_the_deviation():
    rows = [(-1.0, 1.0, 0.2, 1), (0.0, 2.0, 0.2, 1), (1.0, 0.0, 0.2, 1)]
    spread = np.sqrt(2 / 3)
    found = utilities("ucb", rows, worth=[1.0, 1.0, 0.5])
    odds = np.log(0.2 / 0.8) + 0.3 * np.array([1.0, 2.0, 0.0]) / spread
    assert found.tolist() == pytest.approx([*(1 / (1 + np.exp(-odds[:2]))), 0.1])


def test_the_upper_bound_prefers_the_less_known_of_equals_unless_nothing_at_all_is_known():
    found = utilities("ucb", [(0.0, 0.1, 0.2, 1), (0.1, 0.4, 0.2, 1), (0.2, 0.9, 0.2, 0)])
    assert list(found.sort_values(ascending=False).index) == ["B", "A", "C"]


def test_without_spread_the_upper_bound_is_the_expected_worth():
    rows = [(0.3, 1.0, 0.2, 1), (0.3, 2.0, 0.4, 1), (0.3, 3.0, 1.0, 1)]
    assert utilities("ucb", rows).tolist() == pytest.approx([0.2, 0.4, 1.0], abs=1e-6)
