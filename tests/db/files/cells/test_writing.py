"""Cells written as .h5ad: read back here, and laid out as anndata 0.12 wants them."""

from __future__ import annotations

import h5py
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from db.errors import InvalidValueError
from db.files.cells.opening import opened_cells
from db.files.cells.writing import write_h5ad
from tests.db.files.cells.conftest import CELLS, whole


@pytest.fixture
def described(names):
    cells = pd.DataFrame(
        {
            "perturbation": ["A+B", "ctrl"] * 25, "own": [f"x{n}" for n in range(CELLS)],
            "partly": ["q", None] * 25, "number": range(CELLS), "share": [np.nan, 0.5] * 25, "sampled": [True] * CELLS,
        },
        index=[f"c{n}" for n in range(CELLS)],
    )  # fmt: skip
    return cells, pd.DataFrame({"gene_ids": [f"ENSG{n:011d}" for n in range(len(names))]}, index=names)


@pytest.mark.parametrize("made", [csr_matrix, np.asarray])
def test_what_is_written_is_read(tmp_path, counts, described, made):
    write_h5ad(tmp_path / "out.h5ad", made(counts), *described)
    with opened_cells(tmp_path / "out.h5ad") as cells:
        assert (whole(cells) == counts).all()
        assert cells.barcodes.tolist() == described[0].index.tolist()
        assert cells.genes["id"].tolist() == described[1]["gene_ids"].tolist()
        assert {name: cells.column(name).tolist()[:2] for name in cells.columns} == {
            "perturbation": ["A+B", "ctrl"], "own": ["x0", "x1"], "partly": ["q", ""], "number": ["0", "1"],
            "share": ["", "0.5"], "sampled": ["True", "True"],
        }  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["out.h5ad"]


def test_the_layout_is_that_of_anndata(tmp_path, counts, described):
    """Read by anndata 0.12.19 when this was written; each part says which encoding it has, and in which version."""
    write_h5ad(tmp_path / "out.h5ad", csr_matrix(counts), *described)
    said = {}
    with h5py.File(tmp_path / "out.h5ad") as file:
        said["/"] = file.attrs["encoding-type"], file.attrs["encoding-version"]
        file.visititems(
            lambda name, node: said.update({name: tuple(node.attrs.get(f"encoding-{x}") for x in ("type", "version"))})
        )
        assert file["obs"].attrs["_index"] == "_index"
        assert file["obs"].attrs["column-order"].tolist() == described[0].columns.tolist()
        assert file["obs/perturbation"].attrs["ordered"] == np.False_
        assert file["obs/partly/codes"][:2].tolist() == [0, -1]
        assert file["X"].attrs["shape"].tolist() == list(counts.shape)
    expected = {
        "/": ("anndata", "0.1.0"), "X": ("csr_matrix", "0.1.0"), "obs": ("dataframe", "0.2.0"),
        "var": ("dataframe", "0.2.0"), "obs/_index": ("string-array", "0.2.0"), "obs/own": ("string-array", "0.2.0"),
        "obs/perturbation": ("categorical", "0.2.0"), "obs/perturbation/codes": ("array", "0.2.0"),
        "obs/number": ("array", "0.2.0"), "uns": ("dict", "0.1.0"), "layers": ("dict", "0.1.0"),
    }  # fmt: skip
    assert {name: said[name] for name in expected} == expected


def test_parts_that_do_not_fit_leave_no_file(tmp_path, counts, described):
    cells, genes = described
    with pytest.raises(InvalidValueError, match="50 × 12 does not fit 49 cells"):
        write_h5ad(tmp_path / "out.h5ad", csr_matrix(counts), cells.iloc[1:], genes)
    with pytest.raises(InvalidValueError, match="'a/b' cannot be the name of a column"):
        write_h5ad(tmp_path / "out.h5ad", csr_matrix(counts), cells.rename(columns={"own": "a/b"}), genes)
    assert list(tmp_path.iterdir()) == []
