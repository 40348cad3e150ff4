"""AnnData files of every age: their matrices, the tables beside them, the ids of their genes."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from db.errors import InvalidValueError
from db.files.cells.opening import opened_cells
from tests.db.files.cells.conftest import CELLS, GENES, TEXT, put_frame, put_matrix, whole


@pytest.mark.parametrize("form", ["dense", "csr", "csc"])
@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int64, np.uint16])
def test_a_matrix_is_read_whatever_its_form_and_numbers(h5ad, counts, form, kind):
    with opened_cells(h5ad(form=form, values=counts.astype(kind))) as cells:
        assert (cells.cells, cells.genes.shape[0], cells.layers) == (CELLS, GENES, ("X",))
        assert (whole(cells) == counts).all()
        assert next(cells.pieces())[1].dtype == np.float32


@pytest.mark.parametrize("form", ["dense", "csr", "csc"])
def test_pieces_follow_each_other_from_any_cell_on(h5ad, counts, form):
    with opened_cells(h5ad(form=form)) as cells:
        for start in (0, 1, 23, 49, 50, 80):
            pieces = list(cells.pieces(cells=7, start=start))
            assert [first for first, _ in pieces] == [
                start + sum(piece.shape[0] for _, piece in pieces[:number]) for number in range(len(pieces))
            ]
            assert all(piece.shape[0] <= 7 for _, piece in pieces)
            assert sum(piece.shape[0] for _, piece in pieces) == max(0, CELLS - start)
            assert not pieces or (np.vstack([piece.toarray() for _, piece in pieces]) == counts[start:]).all()


def test_layers_and_what_came_before_the_matrix_are_there_with_genes_of_their_own(h5ad, counts, names):
    def more(file):
        put_matrix(file, "layers/counts", counts * 2, "csc")
        put_matrix(file, "raw/X", np.hstack([counts, counts]), "csr")
        put_frame(file, "raw/var", [*names, *(f"R{n}" for n in range(GENES))], {})

    with opened_cells(h5ad(more)) as cells:
        assert cells.layers == ("X", "raw", "layers/counts")
        assert (whole(cells, "layers/counts") == counts * 2).all()
        assert whole(cells, "raw").shape == (CELLS, 2 * GENES)
        assert cells.genes_of("raw")["name"].tolist()[-1] == f"R{GENES - 1}"
        assert cells.genes_of("X")["name"].tolist() == names
        with pytest.raises(InvalidValueError, match="no layer 'layers/count'") as caught:
            list(cells.pieces("layers/count"))
        assert "Did you mean layers/counts?" in caught.value.suggestion


def test_an_old_file_keeps_categories_beside_its_columns(h5ad):
    def old(file):
        file["obs"].create_dataset("pert", data=np.array([-1, *([1, 0] * 25)][:CELLS], dtype=np.int8))
        file["obs"].create_dataset("__categories/pert", data=["A", "ctrl"], dtype=TEXT)

    with opened_cells(h5ad(old)) as cells:
        assert cells.columns == ("pert",)
        assert cells.column("pert").tolist()[:4] == ["", "ctrl", "A", "ctrl"]


def test_a_still_older_file_is_rows_of_a_structure(tmp_path, counts):
    rows = np.zeros(CELLS, dtype=[("index", "S4"), ("pert", "i1"), ("n", "f4")])
    rows["index"], rows["pert"] = [f"c{n}" for n in range(CELLS)], [0, 1] * 25
    genes = np.array([(f"G{n}",) for n in range(GENES)], dtype=[("index", "S4")])
    with h5py.File(tmp_path / "old.h5ad", "w") as file:
        file["obs"], file["var"] = rows, genes
        file.create_dataset("uns/pert_categories", data=["A", "ctrl"], dtype=TEXT)
        put_matrix(file, "X", counts, "csr")
        del file["X"].attrs["encoding-type"], file["X"].attrs["shape"]
        file["X"].attrs["h5sparse_format"], file["X"].attrs["h5sparse_shape"] = "csr", counts.shape
    with opened_cells(tmp_path / "old.h5ad") as cells:
        assert cells.barcodes.tolist()[-1] == "c49"
        assert cells.columns == ("pert", "n")
        assert cells.column("pert").tolist()[:2] == ["A", "ctrl"]
        assert (whole(cells) == counts).all()


def test_columns_are_text_and_empty_where_they_are_missing(h5ad):
    def columns(file):
        del file["obs"]
        obs = put_frame(file, "obs", [f"c{n}" for n in range(CELLS)], {
            "pert": ([0, -1] * 25, ["A+B", "ctrl"]), "text": [f"t{n}" for n in range(CELLS)],
            "whole": np.arange(CELLS), "share": np.array([0.1, np.nan] * 25), "yes": np.array([True, False] * 25),
            "wide": np.ones((CELLS, 2)),
        })  # fmt: skip
        for name, values in (("nullable", np.arange(CELLS)), ("labels", ["x", "y"] * 25)):
            inner = obs.create_group(name)
            inner.create_dataset("values", data=values, dtype=TEXT if name == "labels" else None)
            inner.create_dataset("mask", data=np.array([False, True] * 25))

    with opened_cells(h5ad(columns)) as cells:
        assert set(cells.columns) == {"pert", "text", "whole", "share", "yes", "nullable", "labels"}
        read = {name: cells.column(name).tolist()[:2] for name in cells.columns}
        assert read == {
            "pert": ["A+B", ""], "text": ["t0", "t1"], "whole": ["0", "1"], "share": ["0.1", ""],
            "yes": ["True", "False"], "nullable": ["0", ""], "labels": ["x", ""],
        }  # fmt: skip
        with pytest.raises(InvalidValueError, match="no column 'perts'") as caught:
            cells.column("perts")
        assert "Did you mean pert" in caught.value.suggestion


def test_the_index_is_named_by_an_attribute(h5ad):
    def renamed(file):
        file["var"].move("index", "gene_symbol")
        file["var"].attrs["_index"] = "gene_symbol"

    with opened_cells(h5ad(renamed)) as cells:
        assert cells.genes["name"].tolist()[2] == "G2"


@pytest.mark.parametrize("column", ["gene_ids", "ensembl_id", "anything"])
def test_ids_come_without_versions_from_whatever_column_has_them(h5ad, column):
    ids = [f"ENSG{n:011d}.{n}" for n in range(GENES - 1)] + ["ENSMUSG00000059552_PAR_Y"]
    with opened_cells(h5ad(**{"highly": np.ones(GENES), column: ids})) as cells:
        assert cells.genes["id"].tolist()[1] == "ENSG00000000001"
        assert cells.genes["id"].tolist()[-1] == "ENSMUSG00000059552"


def test_where_the_names_are_ids_the_symbols_beside_them_are_the_names(h5ad):
    ids = [f"ENSG{n:011d}" for n in range(GENES)]

    def by_id(file):
        del file["var"]
        put_frame(file, "var", ids, {"feature_name": ["TP53", "", *["G"] * (GENES - 2)]})

    with opened_cells(h5ad(by_id)) as cells:
        assert cells.genes["id"].tolist() == ids
        assert cells.genes["name"].tolist()[:3] == ["TP53", ids[1], "G"]


def test_names_that_come_twice_are_kept_and_told(h5ad, names):
    with opened_cells(h5ad()) as cells:
        assert cells.genes["name"].tolist() == names
        assert cells.notes == ("1 names of genes come more than once (TP53); all are kept.",)


def test_a_file_without_a_main_matrix_has_its_layers(h5ad, counts):
    def moved(file):
        file.move("X", "layers/counts")

    with opened_cells(h5ad(moved)) as cells:
        assert cells.layers == ("layers/counts",)
        assert (whole(cells) == counts).all()


def test_what_goes_wrong_between_two_pieces_is_no_damage_of_the_file(h5ad):
    with pytest.raises(KeyError, match="mine"), opened_cells(h5ad()) as cells:
        for _ in cells.pieces():
            raise KeyError("mine")
