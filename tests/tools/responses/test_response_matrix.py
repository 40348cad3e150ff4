"""A context's responses as a matrix: one row a perturbation of the file, one column a readout, NaN where missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.errors import NotFoundError
from tools.responses.response_matrix import response_matrix
from tools.responses.tables import add_responses

ROWS = [
    ("IL2RA", "MYC", 1.5, 0.001),
    ("IL2RA", "NOSUCH", -0.8, None),
    ("JAK1", "MYC", -2.0, 0.0001),
    ("JAK1+JAK2", "LCK", 0.25, 0.99),
    ("WHO", "LCK", 0.5, 0.99),
]


@pytest.fixture
def added(named_workspace, tmp_path):
    path = tmp_path / "mine.csv"
    pd.DataFrame(ROWS, columns=["perturbation", "readout", "lfc", "fdr"]).to_csv(path, index=False)
    add_responses(named_workspace, path)
    return named_workspace


def test_every_pair_stands_at_its_perturbation_and_readout_and_others_are_missing(added):
    matrix = response_matrix(added, "mine")
    assert (matrix.perturbations, matrix.readouts) == (("IL2RA", "JAK1", "JAK1+JAK2", "WHO"), ("LCK", "MYC", "NOSUCH"))
    expected = [[np.nan, 1.5, -0.8], [np.nan, -2.0, np.nan], [0.25, np.nan, np.nan], [0.5, np.nan, np.nan]]
    assert matrix.estimate.dtype == np.float32
    np.testing.assert_array_equal(matrix.estimate, np.array(expected, dtype=np.float32))
    assert matrix.standard_error is None
    assert matrix.fdr is not None
    assert matrix.fdr[0, 1] == np.float32(0.001)
    assert np.isnan(matrix.fdr[0, 2])


def test_rows_and_columns_carry_the_ids_of_their_genes_and_unknown_names_none(added):
    matrix = response_matrix(added, "mine")
    assert [len(one) for one in matrix.targets] == [1, 1, 2, 0]
    assert matrix.targets[1][0] in matrix.targets[2]
    assert (matrix.readout_ids > 0).tolist() == [True, True, False]
    assert matrix.names == matrix.perturbations


def test_an_unknown_context_is_refused_with_near_names(added):
    with pytest.raises(NotFoundError) as refused:
        response_matrix(added, "mime")
    assert "mine" in refused.value.suggestion
