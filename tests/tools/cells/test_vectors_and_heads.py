"""Vectors and heads against closed forms and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tests.labelled_world import GENES, OWN, counts_of
from tools.cells.metrics import accuracy, macro_f1
from tools.cells.neighbourhood import Neighbourhood
from tools.cells.scaling import LEAST_SD, Scale, moments
from tools.cells.telling_genes import class_means, explained, telling_genes
from tools.cells.vectors._parts import whitened
from tools.cells.vectors.text_ranked import ranked
from tools.registry import load, names

KINDS = np.repeat(np.arange(4), 40)


@pytest.fixture
def amounts():
    counts = counts_of(KINDS, 0)
    return csr_matrix(np.log1p(counts / counts.sum(axis=1, keepdims=True) * 1e4).astype(np.float32))


def test_a_share_of_variance_is_that_of_an_analysis_of_variance(amounts):
    f_classif = pytest.importorskip("sklearn.feature_selection").f_classif
    share = explained(amounts, KINDS)
    f, _ = f_classif(amounts.toarray().astype(float), KINDS)
    np.testing.assert_allclose(share / (1 - share) * (len(KINDS) - 4) / 3, f, rtol=1e-3)


def test_means_over_blocks_of_cells_are_those_over_all(amounts, monkeypatch):
    monkeypatch.setattr("tools.cells.scaling.ROWS", 7)
    monkeypatch.setattr("tools.cells.telling_genes.ROWS", 7)
    dense = amounts.toarray().astype(float)
    mean, squares = moments(amounts)
    np.testing.assert_allclose(mean, dense.mean(axis=0))
    np.testing.assert_allclose(squares, (dense**2).mean(axis=0))
    expected = [dense[kind == KINDS].mean(axis=0) for kind in range(4)]
    for values in (amounts, amounts.toarray()):
        np.testing.assert_allclose(class_means(values, KINDS), expected, rtol=1e-6)


def test_the_genes_that_tell_types_apart_are_the_planted_ones(amounts):
    assert set(telling_genes(amounts, KINDS, 4 * OWN)) == set(range(4 * OWN))


def test_scaled_genes_have_mean_0_and_sd_1_and_rare_ones_stay_small():
    values = np.zeros((1000, 2), dtype=np.float32)
    values[:, 0] = np.random.default_rng(0).normal(3, 2, 1000)
    values[0, 1] = 1.0
    scaled = Scale.of(csr_matrix(values)).scaled(csr_matrix(values))
    np.testing.assert_allclose([scaled[:, 0].mean(), scaled[:, 0].std()], [0, 1], atol=1e-3)
    assert scaled[0, 1] == pytest.approx((1 - 0.001) / LEAST_SD, rel=1e-3)


def test_places_weigh_by_the_logarithm_and_ties_share():
    found = ranked(csr_matrix(np.array([[5.0, 0.0, 2.0, 2.0]]))).toarray()[0]
    shared = (1 / np.log2(3) + 1 / np.log2(4)) / 2
    np.testing.assert_allclose(found, [1.0, 0.0, shared, shared], rtol=1e-6)


def test_whitened_vectors_have_equal_variance_and_unknown_genes_none():
    raw = np.random.default_rng(0).normal(2, [1, 5, 0.1], (50, 3)).astype(np.float32)
    known = np.arange(50) < 40
    found = whitened(np.where(known[:, None], raw, 0), known)
    np.testing.assert_allclose(np.cov(found[known].T, bias=True), np.eye(3), atol=1e-3)
    assert not found[~known].any()


@pytest.mark.parametrize("vectors", names("cell_vectors"))
def test_vectors_are_finite_and_read_the_genes_that_they_name(amounts, vectors):
    genes = np.random.default_rng(0).normal(size=(len(GENES), 16)).astype(np.float32)
    fit = load("cell_vectors", vectors)().fit(amounts, KINDS, genes)
    made = fit.of(amounts[:, fit.places], own_scale=True)
    assert len(made) == len(KINDS)
    assert np.isfinite(made).all()
    # The cells' order, and which others are asked about, say nothing where the scale is the reference's.
    some = fit.of(amounts[:, fit.places][[5, 3]], own_scale=False)
    np.testing.assert_allclose(some, fit.of(amounts[:, fit.places], own_scale=False)[[5, 3]], atol=1e-5)


@pytest.mark.parametrize("head", names("cell_heads"))
def test_heads_believe_in_separate_groups_and_sum_to_one(head):
    rng = np.random.default_rng(0)
    centres = 4 * np.eye(4, 10)
    near = (centres[KINDS] + rng.normal(size=(160, 10))).astype(np.float32)
    asked = (centres[KINDS] + rng.normal(size=(160, 10))).astype(np.float32)
    beliefs = load("cell_heads", head)().fit(near, KINDS).beliefs(asked)
    np.testing.assert_allclose(beliefs.sum(axis=1), 1, atol=1e-4)
    assert (beliefs.argmax(axis=1) == KINDS).mean() > 0.95


def test_spreading_keeps_a_constant_and_turns_one_doubtful_cell():
    rng = np.random.default_rng(1)
    vectors = (6 * np.eye(2, 8)[np.repeat([0, 1], 30)] + rng.normal(size=(60, 8))).astype(np.float32)
    np.testing.assert_allclose(Neighbourhood.of(vectors).spread(np.ones((60, 1), dtype=np.float32)), 1, atol=1e-5)
    beliefs = np.eye(2, dtype=np.float32)[np.repeat([0, 1], 30)]
    beliefs[0] = [0.4, 0.6]
    assert Neighbourhood.of(vectors).spread(beliefs)[0].argmax() == 0


def test_metrics_are_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    true, given = rng.integers(5, size=200), rng.integers(6, size=200)
    assert accuracy(true, given)[0] == pytest.approx(metrics.accuracy_score(true, given))
    expected = metrics.f1_score(true, given, labels=np.unique(true), average="macro")
    assert macro_f1(true, given)[0] == pytest.approx(expected)
    drawn = rng.integers(200, size=200)
    weights = np.bincount(drawn, minlength=200)[None].astype(float)
    again = metrics.f1_score(true[drawn], given[drawn], labels=np.unique(true[drawn]), average="macro")
    assert macro_f1(true, given, weights)[0] == pytest.approx(again)
