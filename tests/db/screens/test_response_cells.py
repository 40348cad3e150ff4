"""Sampled cells of a table of responses: written, read and removed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from db.errors import InvalidValueError, NotFoundError
from db.genes.names import GeneNames
from db.screens.response_cells import remove_response_cells, response_cells, write_response_cells
from db.screens.response_rows import append_responses, write_context
from db.screens.responses import contexts, remove_responses, responses_of


@pytest.fixture
def store(named_workspace):
    with named_workspace.store.write("test") as connection:
        numbers = pd.Series([1, 2], index=["VAV1", "IL2"])
        write_context(
            connection, 1, name="mine", perturbed=numbers, read=numbers, perturbations={}, readouts={}, organism="human"
        )
    return named_workspace.store


def write(store, amounts, labels=None) -> None:
    gene = GeneNames.load(store, "human").resolve(["IL2"])[0].gene
    genes = pd.DataFrame({"name": ["IL-2", "nobody"], "gene_id": pd.array([gene.id, None], "Int64")})
    rows = amounts.shape[0]
    with store.write("test") as connection:
        write_response_cells(
            connection, 1, "mine", perturbations=labels or [""] * rows, strata=["run 1"] * rows, genes=genes,
            amounts=csr_matrix(amounts),
        )  # fmt: skip


def test_cells_come_back_as_they_were_written_with_the_symbols_of_their_genes(store):
    amounts = np.array([[0.5, 0.0], [0.0, 0.0], [1.25, 3.5]], dtype=np.float32)
    write(store, amounts, ["", "VAV1", "VAV1"])
    found = response_cells(store, "mine")
    np.testing.assert_array_equal(found.amounts.toarray(), amounts)
    assert found.amounts.dtype == np.float32
    assert found.perturbations.tolist() == ["", "VAV1", "VAV1"]
    assert found.strata.tolist() == ["run 1"] * 3
    assert found.genes.to_numpy().tolist() == [["IL-2", "IL2"], ["nobody", "nobody"]]


def test_a_table_without_cells_has_none_and_an_unknown_one_is_named(store):
    assert response_cells(store, "mine").amounts.shape == (0, 0)
    with pytest.raises(NotFoundError, match="'yours'"):
        response_cells(store, "yours")


def test_more_cells_than_a_sample_has_are_refused(store):
    with pytest.raises(InvalidValueError, match="5,001"):
        write(store, np.zeros((5_001, 2)))


def test_cells_go_alone_or_with_their_table(store):
    write(store, np.ones((2, 2)))
    with store.write("test") as connection:
        remove_response_cells(connection, "mine")
    assert response_cells(store, "mine").amounts.shape == (0, 0)
    write(store, np.ones((2, 2)))
    remove_responses(store, "mine")
    assert contexts(store) == []
    with store.read() as connection:
        assert connection.execute("SELECT count(*) FROM response_cells").fetchall() == [(0,)]


def test_responses_are_appended_perturbation_by_perturbation_and_what_is_not_known_stays_so(store):
    rows = pd.DataFrame({
        "readout": [1, 2], "de": pd.array([True, None], "boolean"), "up": pd.array([False, None], "boolean"),
        "estimate": [-1.5, 0.25], "standard_error": [0.5, np.nan], "p": [1e-9, np.nan], "fdr": [2e-9, np.nan],
    })  # fmt: skip
    with store.write("test") as connection:
        context = connection.execute("SELECT id FROM response_screen").fetchall()[0][0]
        append_responses(connection, 1, context, 1, rows)
    found = responses_of(store, "mine", numbers=True)
    assert found["perturbation"].tolist() == ["VAV1", "VAV1"]
    assert found["readout"].tolist() == ["IL2", "VAV1"]
    assert found["estimate"].tolist() == [0.25, -1.5]
    assert found["fdr"].isna().tolist() == [True, False]
    assert found["de"].tolist() == [pd.NA, True]
