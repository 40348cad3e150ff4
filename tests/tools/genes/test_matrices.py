"""Folding sparse matrices."""

import numpy as np
import pytest
from scipy.sparse import csr_array, random_array

from tools.genes.matrices import folded


@pytest.fixture
def matrix():
    rng = np.random.default_rng(3)
    return csr_array(random_array((90, 60), density=0.2, rng=rng))


@pytest.mark.parametrize("turned", [False, True])
def test_all_directions_but_one_keep_the_scalar_products_of_a_matrix_of_low_rank(turned):
    rng = np.random.default_rng(0)
    dense = rng.normal(size=(70, 5)) @ rng.normal(size=(5, 40))
    dense = dense.T if turned else dense
    kept = folded(csr_array(dense), 20)
    assert kept.shape == (dense.shape[0], 5)
    np.testing.assert_allclose(kept @ kept.T, dense @ dense.T, atol=1e-8)


@pytest.mark.parametrize("turned", [False, True])
def test_directions_are_those_of_the_whole_decomposition(matrix, turned):
    matrix = matrix.T.tocsr() if turned else matrix
    left, values, _ = np.linalg.svd(matrix.toarray(), full_matrices=False)
    kept = folded(matrix, 3)
    np.testing.assert_allclose(np.linalg.norm(kept, axis=0), values[:3], rtol=1e-3)
    cosine = np.abs((kept / values[:3] * left[:, :3]).sum(axis=0))
    np.testing.assert_allclose(cosine, 1.0, atol=0.01)


def test_directions_are_those_of_scikit_learn(matrix):
    from sklearn.utils.extmath import randomized_svd

    left, values, _ = randomized_svd(matrix, 8, random_state=0)
    np.testing.assert_allclose(folded(matrix, 8), left * values, atol=1e-9)


def test_the_largest_entry_of_each_direction_is_positive(matrix):
    kept = folded(matrix, 6)
    assert (kept[np.abs(kept).argmax(axis=0), np.arange(6)] > 0).all()


@pytest.mark.parametrize("shape", [(1, 5), (5, 1)])
def test_one_row_or_one_column_has_no_direction(shape):
    assert folded(csr_array(np.ones(shape)), 4).shape == (shape[0], 0)


def test_a_matrix_of_zeros_has_no_direction():
    assert folded(csr_array((6, 4)), 2).shape == (6, 0)
