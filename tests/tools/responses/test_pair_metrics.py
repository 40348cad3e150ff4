"""Metrics of pairs against sklearn and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tools.responses.pair_metrics import (
    bootstrap_interval,
    expected_calibration_error,
    expected_if_true,
    paired_gain,
    per_gene_auroc,
)


def drawn(n=400, groups=7, seed=0):
    rng = np.random.default_rng(seed)
    names = np.array([f"G{i}" for i in rng.integers(0, groups, n)], dtype=object)
    labels = rng.random(n) < 0.3
    return names, labels, np.round(labels + rng.normal(size=n), 1)


def test_the_auroc_within_readouts_is_that_of_sklearn_ties_included():
    groups, labels, scores = drawn()
    one = {g: roc_auc_score(labels[groups == g], scores[groups == g]) for g in set(groups)}
    pairs = {g: labels[groups == g].sum() * (~labels[groups == g]).sum() for g in set(groups)}
    found = per_gene_auroc(groups, labels, scores)
    assert found.groups == 7
    assert found.mean == pytest.approx(np.mean(list(one.values())))
    assert found.weighted == pytest.approx(sum(one[g] * pairs[g] for g in one) / sum(pairs.values()))


def test_a_readout_with_one_label_only_is_not_counted():
    groups = np.array(["A", "A", "B", "B"], dtype=object)
    found = per_gene_auroc(groups, np.array([True, False, True, True]), np.array([0.9, 0.1, 0.2, 0.8]))
    assert found == (1.0, 1.0, 1)
    assert math.isnan(per_gene_auroc(groups, np.zeros(4, dtype=bool), np.arange(4.0)).mean)


def test_a_readouts_frequency_is_worth_nothing_within_readouts():
    groups, labels, _ = drawn()
    frequency = np.array([labels[groups == g].mean() for g in groups])
    assert per_gene_auroc(groups, labels, frequency).mean == 0.5


def test_the_calibration_error_is_the_mean_gap_of_ten_bins():
    probabilities = np.array([0.05, 0.05, 0.95, 0.95])
    assert expected_calibration_error(np.array([False, False, True, False]), probabilities) == pytest.approx(
        0.5 * 0.05 + 0.5 * 0.45
    )
    assert expected_calibration_error(np.array([True]), np.array([1.0])) == 0.0


def test_the_interval_holds_the_figure_is_wider_at_a_higher_level_and_follows_the_seed():
    groups, labels, scores = drawn()
    units = np.repeat([f"P{i}" for i in range(40)], 10).astype(object)

    def interval(level, seed=0):
        return bootstrap_interval(units, groups, labels, scores, np.random.default_rng(seed), level=level)

    low, high = interval(0.9)
    assert low < per_gene_auroc(groups, labels, scores).mean < high
    wider = interval(0.99)
    assert wider[0] <= low
    assert wider[1] >= high
    assert interval(0.9) == (low, high)
    assert interval(0.9, seed=1) != (low, high)


def test_the_error_that_chance_leaves_is_that_of_labels_drawn_from_the_probabilities():
    # One bin of n rows at p: E|mean − p| is near sqrt(2 p (1 − p) / (π n)).
    n, p = 400, 0.35
    found = expected_if_true(np.full(n, p), np.random.default_rng(0), draws=4000)
    assert found == pytest.approx(math.sqrt(2 * p * (1 - p) / (math.pi * n)), rel=0.05)
    assert expected_if_true(np.array([0.0, 1.0]), np.random.default_rng(0)) == 0.0
    assert math.isnan(expected_if_true(np.array([]), np.random.default_rng(0)))


def test_a_gain_is_paired_so_that_a_method_gains_nothing_over_itself():
    groups, labels, scores = drawn()
    units = np.repeat([f"P{i}" for i in range(40)], 10).astype(object)

    def gain(first, second):
        return paired_gain(units, groups, labels, (first, second), np.random.default_rng(0))

    assert gain(scores, scores) == (0, 0, 0)
    noise = np.random.default_rng(1).normal(size=len(scores))
    found, back = gain(scores, noise), gain(noise, scores)
    assert 0 < found.low < found.gain < found.high
    assert found.gain == pytest.approx(
        per_gene_auroc(groups, labels, scores).mean - per_gene_auroc(groups, labels, noise).mean
    )
    assert (back.low, back.high) == pytest.approx((-found.high, -found.low))


def test_rows_of_readouts_with_one_label_change_no_interval():
    groups, labels, scores = drawn()
    units = np.repeat([f"P{i}" for i in range(40)], 10).astype(object)
    before = bootstrap_interval(units, groups, labels, scores, np.random.default_rng(0))
    more = np.r_[groups, np.array(["NEW"] * 40, dtype=object)]
    units_more = np.r_[units, np.array([f"P{i}" for i in range(40)], dtype=object)]
    after = bootstrap_interval(
        units_more,
        more,
        np.r_[labels, np.zeros(40, dtype=bool)],
        np.r_[scores, np.arange(40.0)],
        np.random.default_rng(0),
    )
    assert after == pytest.approx(before)
