"""What a score on a signature adds to the log-odds of a hit, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from tools.campaigns.rounds.signature_scores import LINK, MOST, added_log_odds


def log_odds(p):
    return np.log(p / (1 - p))


def test_a_measured_score_adds_the_log_odds_of_the_conditional_normal():
    bound, spread = norm.isf(0.05), np.sqrt(1 - LINK**2)
    expected = log_odds(norm.sf((bound - LINK * 2.0) / spread)) - log_odds(norm.sf(bound / spread))
    assert added_log_odds(np.array([2.0]), 0.0, 0.05, "high")[0] == pytest.approx(expected)


def test_chances_are_those_of_draws():
    rng = np.random.default_rng(0)
    truth = 1.5 + 0.8 * rng.standard_normal(400_000)
    hits = LINK * truth + np.sqrt(1 - LINK**2) * rng.standard_normal(len(truth)) > norm.isf(0.05)
    nothing = norm.sf(norm.isf(0.05) / np.sqrt(1 - LINK**2 + (LINK * 0.8) ** 2))
    found = added_log_odds(np.array([1.5]), 0.8, 0.05, "high")[0]
    assert found == pytest.approx(log_odds(hits.mean()) - log_odds(nothing), abs=0.02)


def test_a_score_of_nothing_adds_nothing():
    for side in ("high", "low", "both"):
        assert added_log_odds(np.zeros(1), 0.5, 0.05, side)[0] == pytest.approx(0.0, abs=1e-9)


def test_scores_far_out_count_as_those_at_the_most():
    far, most, less = added_log_odds(np.array([9.0, MOST, MOST - 0.1]), 0.3, 0.05, "high")
    assert far == most > less


def test_the_side_decides_which_way_a_score_counts():
    scores = np.array([-2.0, 2.0])
    high, low, both = (added_log_odds(scores, 0.3, 0.05, side) for side in ("high", "low", "both"))
    assert high[1] > 0 > high[0]
    assert low == pytest.approx(high[::-1])
    assert both[0] == pytest.approx(both[1])
    assert both[0] > 0


def test_the_more_it_is_doubted_the_less_a_score_adds():
    sure, unsure = (added_log_odds(np.array([2.0]), doubt, 0.05, "high")[0] for doubt in (0.0, 1.0))
    assert 0 < unsure < sure
