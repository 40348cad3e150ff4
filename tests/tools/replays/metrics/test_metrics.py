"""Each metric against its closed form or a reference package."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from tools import registry
from tools.replays.metrics.base import Outcome, RoundOutcome
from tools.replays.metrics.log_enrichment import log_enrichment


def metric(name, outcome):
    return registry.load("metrics", name)().value(outcome)


def round_of(probability, hit, low=0.0, high=99.0):
    return RoundOutcome(np.asarray(probability, float), np.asarray(hit, bool), low, high)


TWO = Outcome([round_of([0.5, 0.25], [1, 0], 0, 1), round_of([0.25, 0.5, 0.5], [1, 1, 1], 0, 2)], 8, 40)


def test_the_hit_ratio_is_found_over_all():
    assert metric("hit_ratio", TWO) == 4 / 8


def test_log_enrichment_is_zero_at_chance_and_the_log_of_the_ratio_elsewhere():
    chance = Outcome([round_of(np.full(20, 0.1), np.arange(20) < 4)], 8, 40)
    assert metric("log_enrichment", chance) == pytest.approx(0)
    assert metric("log_enrichment", TWO) == pytest.approx(math.log(4.5 / 1.5))
    assert metric("log_enrichment", TWO) == log_enrichment(found=4, tested=5, hits=8, library=40)
    assert math.isnan(log_enrichment(found=0, tested=5, hits=0, library=40))
    nothing = Outcome([round_of([0.1], [0])], 8, 40)
    assert metric("log_enrichment", nothing) == pytest.approx(math.log(0.5 / 0.7))


def test_observed_over_expected_is_hits_over_the_sum_of_probabilities():
    assert metric("observed_over_expected", TWO) == pytest.approx(4 / 2.0)


def test_coverage_counts_rounds_inside_their_interval_ends_included():
    assert metric("coverage80", TWO) == 0.5


def test_the_calibration_slope_is_that_of_an_unpenalised_logistic_regression():
    rng = np.random.default_rng(0)
    p = rng.uniform(0.02, 0.6, 3000)
    log_odds = np.log(p / (1 - p))
    hit = rng.random(3000) < 1 / (1 + np.exp(-(0.2 + 0.7 * log_odds)))
    reference = LogisticRegression(C=1e12, tol=1e-10).fit(log_odds[:, None], hit).coef_[0, 0]
    found = metric(
        "calibration_slope", Outcome([round_of(p[:1000], hit[:1000]), round_of(p[1000:], hit[1000:])], 9, 99)
    )
    assert found == pytest.approx(reference, rel=1e-3)
    assert found == pytest.approx(0.7, abs=0.1)


def test_the_calibration_slope_is_not_told_where_it_cannot_be():
    assert math.isnan(metric("calibration_slope", Outcome([round_of([0.2, 0.2], [1, 0])], 1, 2)))
    assert math.isnan(metric("calibration_slope", Outcome([round_of([0.2, 0.4], [1, 1])], 1, 2)))
    separated = Outcome([round_of([0.1, 0.2, 0.6, 0.7], [0, 0, 1, 1])], 2, 4)
    assert math.isnan(metric("calibration_slope", separated))


def test_log_loss_skill_is_one_minus_the_ratio_of_log_losses():
    def outcome(*losses):
        return Outcome([RoundOutcome(np.zeros(0), np.zeros(0, bool), 0, 0, *losses)] * 3, 1, 1)

    rng = np.random.default_rng(1)
    p = rng.uniform(0.01, 0.3, 500)
    hit = rng.random(500) < p
    model, base = log_loss(hit, p), log_loss(hit, np.full(500, hit.mean()))
    assert metric("log_loss_skill", outcome(model, base)) == pytest.approx(1 - model / base)
    assert metric("log_loss_skill", outcome(base, base)) == 0


def test_fdr_recall_joins_both_sides():
    assert metric("fdr_recall", Outcome([], 1, 1, confident={"low": (1, 4), "high": (3, 6)})) == 0.4
