"""Loom files: genes × cells, turned round."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from db.errors import RefusedFileError
from db.files.cells.opening import opened_cells
from tests.db.files.cells.conftest import CELLS, GENES, TEXT, whole


@pytest.fixture
def loom(tmp_path, counts, names):
    def write(genes: str = "Gene", cells: str = "CellID", **options):
        with h5py.File(tmp_path / "x.loom", "w") as file:
            file.create_dataset("matrix", data=counts.T, **options)
            file.create_dataset("layers/spliced", data=counts.T * 3)
            file.create_dataset(f"row_attrs/{genes}", data=names, dtype=TEXT)
            file.create_dataset("row_attrs/Accession", data=[f"ENSG{n:011d}.2" for n in range(GENES)], dtype=TEXT)
            file.create_dataset(f"col_attrs/{cells}", data=[f"c{n}" for n in range(CELLS)], dtype=TEXT)
            file.create_dataset("col_attrs/pert", data=["A", "B"] * 25, dtype=TEXT)
            file.create_dataset("col_attrs/umap", data=np.ones((CELLS, 2)))
        return tmp_path / "x.loom"

    return write


@pytest.mark.parametrize("options", [{}, {"chunks": (5, 8), "compression": "gzip"}], ids=["plain", "packed"])
def test_a_loom_file_is_cells_by_genes(loom, counts, names, options):
    with opened_cells(loom(**options)) as cells:
        assert (cells.title, cells.layers, cells.columns) == ("loom", ("matrix", "layers/spliced"), ("pert",))
        assert cells.genes["name"].tolist() == names
        assert cells.genes["id"].tolist()[3] == "ENSG00000000003"
        assert cells.column("pert").tolist()[:2] == ["A", "B"]
        assert (whole(cells, cells=11, start=3) == counts[3:]).all()
        assert (whole(cells, "layers/spliced") == counts * 3).all()


def test_cells_without_names_are_numbered_and_told(loom):
    with opened_cells(loom(cells="who")) as cells:
        assert cells.barcodes.tolist()[:2] == ["1", "2"]
        assert "they are numbered" in cells.notes[0]


def test_genes_without_names_are_refused(loom):
    path = loom()
    with h5py.File(path, "r+") as file:
        del file["row_attrs/Gene"], file["row_attrs/Accession"]
    with pytest.raises(RefusedFileError, match="does not name its genes"), opened_cells(path):
        pass
