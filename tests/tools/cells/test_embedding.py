"""Vectors of cells are written as they are computed, in the file's order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from db.errors import InvalidValueError, RefusedFileError
from db.files.cells.opening import opened_cells
from db.files.parquet import read_parquet_typed
from tests.labelled_world import write_cells
from tools.cells.embedding import embed_cells
from tools.cells.space import space_of


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_cells(tmp_path_factory.mktemp("file") / "cells.h5ad", (30, 20, 20, 10))


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet"])
def test_a_table_has_cells_labels_and_numbers(cells_space, file, tmp_path, ending):
    out = tmp_path / f"v.{ending}"
    found = embed_cells(cells_space, file, out, label="cell_type")
    read = {"csv": pd.read_csv, "tsv": pd.read_table, "parquet": read_parquet_typed}[ending](out)
    with opened_cells(file) as opened:
        assert list(read["cell"]) == list(opened.barcodes)
        assert list(read["label"]) == list(opened.column("cell_type"))
    numbers = read[[f"v{number}" for number in range(1, found.dimensions + 1)]].to_numpy()
    np.testing.assert_allclose(numbers, space_of(cells_space, file, label="cell_type").vectors, atol=2e-6)
    assert (found.cells, found.labels) == (80, 4)


def test_an_array_has_the_numbers_alone(cells_space, file, tmp_path):
    found = embed_cells(cells_space, file, tmp_path / "v.npy")
    array = np.load(tmp_path / "v.npy")
    assert array.shape == (80, found.dimensions)
    np.testing.assert_array_equal(array, space_of(cells_space, file).vectors)


def test_components_are_those_of_scikit_learn(cells_space, file):
    vectors = space_of(cells_space, file).vectors
    # Principal components do not covary, and come in the order of their variance.
    covariance = np.cov(vectors.T)
    variances = np.diag(covariance)
    assert np.abs(covariance - np.diag(variances)).max() < 1e-3 * variances.max()
    assert (np.diff(variances) <= 1e-4 * variances.max()).all()


def test_vectors_that_rest_on_labels_say_so(cells_space, file, tmp_path):
    with pytest.raises(InvalidValueError, match="they rest on labels"):
        embed_cells(cells_space, file, tmp_path / "v.csv", vectors="markers")
    assert not (tmp_path / "v.csv").exists()
    assert embed_cells(cells_space, file, tmp_path / "v.csv", vectors="markers", label="cell_type").dimensions > 0


def test_another_ending_and_a_file_that_is_there_are_refused_before_anything_is_read(cells_space, tmp_path):
    with pytest.raises(InvalidValueError, match="ends in none of"):
        embed_cells(cells_space, tmp_path / "nowhere.h5ad", tmp_path / "v.xlsx")
    (tmp_path / "v.csv").write_text("mine")
    with pytest.raises(RefusedFileError):
        embed_cells(cells_space, tmp_path / "nowhere.h5ad", tmp_path / "v.csv")
    assert (tmp_path / "v.csv").read_text() == "mine"
