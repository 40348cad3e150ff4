"""Metrics of predicted expression, against cell-eval 0.8.2, closed forms and scipy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import pearsonr

from tools.expression.metrics.base import Predictions
from tools.registry import load, names

# Differences from controls that cell-eval 0.8.2 found in cells made for it (12 genes, perturbations A to F), and its
# values of pearson_delta and discrimination_score(metric="cosine"), which is 1 - rank / 6.
MEASURED = np.array([
    [.1834, -.504, -.4367, -2.4567, 1.806, 1.1323, -.4023, .7753, .3791, -.6186, .9211, -.281],
    [-.2965, -.8183, .4851, -.1384, .573, -.5977, .1641, -.9409, .8684, .0962, .3107, .4145],
    [-.9611, .7452, 2.0827, -1.643, -1.7015, -1.5158, .8797, .0558, 1.1643, .6631, .2116, .3207],
    [-.1475, .8696, -.9638, -.372, .1741, 1.72, -.745, -1.1313, -.5875, .8013, -.2703, 1.2948],
    [-1.8366, 1.1909, 1.0512, -1.325, .1336, 1.1584, .1022, .9422, 2.422, .1303, -.2491, -.6917],
    [.6577, -.279, -.1212, -.1986, .6477, -.9574, -1.6239, -2.5388, 1.1496, .0517, 1.4378, -.0764],
])  # fmt: skip
PREDICTED = np.array([
    [-.8869, -.7158, 2.0789, -1.3024, -.7603, 1.0537, -1.4374, 1.0019, -2.3801, -.1571, 1.4712, 2.2473],
    [.1722, .1529, -1.9227, 3.4831, -2.4836, 1.1256, -.5402, -2.3637, -.2755, -.8724, .9668, .1864],
    [1.27, -2.0656, 1.9565, -3.0921, -.3922, -4.8194, .2769, .4446, -1.1986, 2.3013, .5661, 1.9488],
    [1.3189, -.6244, -2.3923, -.6973, 1.4646, 3.1961, -1.9667, -2.1679, -1.7849, .0224, -.5655, 1.0713],
    [1.3777, .2794, .4743, -.7576, -1.1828, .6387, .0171, 2.1527, .3289, 2.3189, -.7731, -.533],
    [1.8761, .8552, 1.4566, .2624, .638, -.5289, -3.1871, -.4749, .0153, -1.9399, 4.859, -.2053],
])  # fmt: skip
CELL_EVAL_PEARSON = [.196459, -.139742, .527586, .810240, .167971, .625450]  # fmt: skip
CELL_EVAL_COSINE = [.833333, .666667, 1, 1, .833333, 1]  # fmt: skip


def predictions(predicted=PREDICTED, measured=MEASURED, **given):
    shape = measured.shape
    mean = np.broadcast_to(measured.mean(axis=0), shape)
    plain = Predictions(
        np.array(list("ABCDEFGHIJ")[: shape[0]], object), np.full(shape[0], "", object), predicted, measured, mean,
        own=np.zeros(shape, bool), panel=np.zeros(shape[1], bool),
    )  # fmt: skip
    return replace(plain, **given)


def value(metric, case):
    return load("expression_metrics", metric)().values(case)


def test_pearson_delta_is_that_of_cell_eval():
    assert value("pearson_delta", predictions()) == pytest.approx(CELL_EVAL_PEARSON, abs=2e-4)


def test_discrimination_ranks_as_cell_eval_does_over_the_other_perturbations_alone():
    ranks = 6 * (1 - np.array(CELL_EVAL_COSINE))
    assert value("discrimination", predictions()) == pytest.approx(1 - ranks / 5, abs=1e-5)


def test_a_prediction_that_says_the_same_of_all_discriminates_by_chance_on_average():
    same = np.broadcast_to(MEASURED.mean(axis=0), MEASURED.shape)
    found = value("discrimination", predictions(np.zeros_like(MEASURED)))
    assert found == pytest.approx([0.5] * 6)
    assert value("discrimination", predictions(same)).mean() == pytest.approx(0.5)


def test_no_perturbed_gene_helps_to_discriminate():
    panel = np.arange(12) < 6
    spiked, measured = np.zeros((6, 12)), MEASURED.copy()
    spiked[:, :6] = measured[:, :6] = -9 * np.eye(6)
    assert value("discrimination", predictions(spiked, measured)) == pytest.approx([1.0] * 6)
    assert value("discrimination", predictions(spiked, measured, panel=panel)) == pytest.approx([0.5] * 6)


def test_the_perturbed_genes_own_expression_never_counts():
    own = np.zeros(MEASURED.shape, bool)
    own[:, 0] = True
    spoilt = PREDICTED.copy()
    spoilt[:, 0] = 1e3
    for metric in ("pearson_delta", "pearson_top20", "pearson_centred", "weighted_mse", "overlap"):
        clean = value(metric, predictions(own=own))
        assert value(metric, predictions(spoilt, own=own)) == pytest.approx(clean), metric


def test_centred_correlation_is_that_of_what_sets_rows_apart_and_the_mean_is_worth_nothing():
    mean = MEASURED.mean(axis=0)
    wanted = [pearsonr(p - mean, m - mean).statistic for p, m in zip(PREDICTED, MEASURED, strict=True)]
    assert value("pearson_centred", predictions()) == pytest.approx(wanted)
    assert value("pearson_centred", predictions(np.broadcast_to(mean, MEASURED.shape))) == pytest.approx([0.0] * 6)


def test_correlation_of_the_strongest_looks_at_them_alone():
    rng = np.random.default_rng(0)
    measured, predicted = rng.normal(size=(3, 100)), rng.normal(size=(3, 100))
    strongest = np.argsort(-np.abs(measured), axis=1)[:, :20]
    wanted = [pearsonr(p[s], m[s]).statistic for p, m, s in zip(predicted, measured, strongest, strict=True)]
    assert value("pearson_top20", predictions(predicted, measured)) == pytest.approx(wanted)


def test_overlap_counts_the_strongest_that_are_shared():
    measured = np.zeros((2, 200))
    measured[:, :50] = 2 + np.arange(50)
    predicted = np.zeros((2, 200))
    predicted[0, 25:75] = 1
    predicted[1, :50] = -1
    assert value("overlap", predictions(predicted, measured)) == pytest.approx([0.5, 1.0])


def test_weighted_error_is_one_for_no_change_and_counts_where_rows_differ():
    measured = np.array([[1.0, 2.0, 0.0], [1.0, 0.0, 2.0]])
    assert value("weighted_mse", predictions(np.zeros((2, 3)), measured)) == pytest.approx([1.0, 1.0])
    # The first readout is the same in both rows, so it weighs nothing; of 2² and 0² half is missed in one.
    assert value("weighted_mse", predictions(measured + np.array([[9, -1, 0], [9, 0, 0]]), measured)) == pytest.approx(
        [0.25, 0]
    )


def test_a_row_without_a_second_measurement_is_not_told():
    measured = MEASURED.copy()
    measured[2] = np.nan
    for metric in ("pearson_delta", "pearson_centred", "discrimination"):
        found = value(metric, predictions(measured=measured, mean=np.zeros_like(MEASURED)))
        assert np.isnan(found[2]), metric
        assert np.isfinite(np.delete(found, 2)).all(), metric


def test_energy_distance_of_two_points_is_twice_their_distance_and_grows_with_it():
    x = [np.zeros((2, 3)), np.zeros((2, 3))]
    y = [np.array([[3.0, 4, 0], [3, 4, 0]]), np.zeros((2, 3))]
    assert value("energy_distance", predictions(drawn=x, real=y)) == pytest.approx([10.0, 0.0])


def test_variances_are_compared_as_a_ratio():
    rng = np.random.default_rng(0)
    cells = rng.normal(size=(50, 4))
    assert value("variance_ratio", predictions(drawn=[2 * cells, cells], real=[cells, cells])) == pytest.approx([2, 0])


def test_every_metric_says_which_way_is_better():
    for name in names("expression_metrics"):
        assert isinstance(load("expression_metrics", name).more_is_better, bool)
