"""Folders of matrix.mtx, features.tsv and barcodes.tsv."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.io import mmwrite
from scipy.sparse import coo_matrix, csc_matrix

from db.errors import NeedsChoiceError, RefusedFileError
from db.files.cells.opening import opened_cells
from tests.db.files.cells.conftest import CELLS, GENES, whole

BARCODES = [f"ACGT{n}-1" for n in range(CELLS)]


def lines_of(matrix: coo_matrix, kind: str = "integer") -> list[str]:
    entries = [f"{i + 1} {j + 1} {int(x)}" for i, j, x in zip(matrix.row, matrix.col, matrix.data, strict=True)]
    size = f"{matrix.shape[0]} {matrix.shape[1]} {matrix.nnz}"
    return [f"%%MatrixMarket matrix coordinate {kind} general", "%made for a test", size, *entries]


@pytest.fixture
def folder(tmp_path, counts, names, write_text):
    """A folder as Cell Ranger writes it; its parts can be changed."""

    def write(ending="", prefix="", features=None, matrix=None, genes_file="features.tsv", barcodes=None):
        ids = [f"ENSG{n:011d}" for n in range(GENES)]
        told = features or [f"{i}\t{name}\tGene Expression" for i, name in zip(ids, names, strict=True)]
        by_cell = csc_matrix(counts.T).tocoo()
        write_text(tmp_path / f"{prefix}matrix.mtx{ending}", matrix or lines_of(by_cell))
        write_text(tmp_path / f"{prefix}{genes_file}{ending}", told)
        write_text(tmp_path / f"{prefix}barcodes.tsv{ending}", barcodes or BARCODES)
        return tmp_path

    return write


@pytest.mark.parametrize("ending", ["", ".gz"])
@pytest.mark.parametrize("prefix", ["", "GSM1234567_day6_"])
def test_a_folder_of_cell_ranger_3_is_read(folder, counts, names, ending, prefix):
    with opened_cells(folder(ending, prefix)) as cells:
        assert cells.barcodes.tolist() == BARCODES
        assert cells.genes.iloc[2].tolist() == ["G2", "ENSG00000000002", "Gene Expression", "", ""]
        assert cells.genes["name"].tolist() == names
        assert (whole(cells, cells=7, start=3) == counts[3:]).all()
        assert (whole(cells) == counts).all()


def test_a_folder_of_cell_ranger_2_is_read(folder, counts):
    path = folder(features=[f"ENSG{n:011d}\tG{n}" for n in range(GENES)], genes_file="genes.tsv")
    with opened_cells(path) as cells:
        assert cells.genes.iloc[1].tolist() == ["G1", "ENSG00000000001", "", "", ""]
        assert (whole(cells) == counts).all()


def test_names_alone_are_enough(folder, names):
    with opened_cells(folder(features=names)) as cells:
        assert cells.genes["name"].tolist() == names


@pytest.mark.parametrize("turned", [True, False])
def test_rows_are_genes_or_cells_whichever_their_number_says_and_in_any_order(folder, counts, turned):
    values = counts if turned else counts.T
    path = folder()
    mmwrite(path / "matrix.mtx", coo_matrix(values))
    entries = (path / "matrix.mtx").read_text().splitlines()
    first = next(number for number, line in enumerate(entries) if not line.startswith("%")) + 1
    shuffled = [*entries[:first], *np.random.default_rng(2).permutation(entries[first:])]
    (path / "matrix.mtx").write_text("\n".join(shuffled) + "\n")
    with opened_cells(path) as cells:
        assert (whole(cells, cells=8) == counts).all()


def test_a_pattern_has_ones(folder, counts):
    said = [line.rsplit(" ", 1)[0] if number > 2 else line for number, line in enumerate(
        lines_of(csc_matrix(counts.T).tocoo(), "pattern"))]  # fmt: skip
    with opened_cells(folder(matrix=said)) as cells:
        assert (whole(cells) == (counts > 0)).all()


def test_one_matrix_of_several_is_named(folder, counts):
    folder(prefix="a_")
    path = folder(".gz", prefix="b_")
    with pytest.raises(NeedsChoiceError, match=r"2 matrices: a_matrix\.mtx, b_matrix\.mtx\.gz"), opened_cells(path):
        pass
    with opened_cells(path / "b_matrix.mtx.gz") as cells:
        assert (whole(cells) == counts).all()


def test_a_matrix_and_its_packed_copy_are_one(folder, counts):
    folder(".gz")
    with opened_cells(folder()) as cells:
        assert (whole(cells) == counts).all()


def test_a_folder_around_the_right_one_names_it(folder, tmp_path):
    outer = tmp_path.parent / f"{tmp_path.name}-outs"
    (outer / "filtered").mkdir(parents=True)
    for path in folder().iterdir():
        path.rename(outer / "filtered" / path.name)
    with pytest.raises(RefusedFileError, match="without a matrix") as caught, opened_cells(outer):
        pass
    assert caught.value.suggestion.endswith("/filtered.")


def refused(path, words, whole_matrix=False):
    with pytest.raises(RefusedFileError, match=words), opened_cells(path) as cells:
        if whole_matrix:
            list(cells.pieces())


def test_what_does_not_fit_is_refused_in_words(folder, counts):
    lines = lines_of(csc_matrix(counts.T).tocoo())
    refused(folder(barcodes=["barcode", *BARCODES]), "12 × 50, but features.tsv names 12 genes and barcodes.tsv 51 cel")
    refused(folder(matrix=["1 2 3"]), "without its first line")
    refused(folder(matrix=["%%MatrixMarket matrix array real general", "2 2", "1"]), "but matrix array real general")
    refused(folder(matrix=["%%MatrixMarket matrix coordinate complex general"]), "complex")
    refused(folder(matrix=["%%MatrixMarket matrix coordinate real symmetric"]), "is a symmetric matrix")
    refused(folder(matrix=[lines[0], "12 50"]), "does not say how large it is")
    refused(folder(matrix=[lines[0], "12 50 99999999999"]), "unpacks to more than")
    for changed, words in (
        (lines[:-3], "cut: of .* values 3 are missing"),
        ([*lines, "1 1 1"], "more than the .* values it claims"),
        ([*lines[:-1], "13 1 1"], "a gene or cell that there is not"),
        ([*lines[:-1], "0 1 1"], "a gene or cell that there is not"),
        ([*lines[:-1], "1 1 x"], "a line that is no row, column and value"),
        ([*lines[:-1], "1 1 nan"], "a line that is no row, column and value"),
        ([*lines[:-1], "1 1 inf"], "missing or infinite"),
        ([*lines[:-1], "1 1"], "a line that is no row, column and value"),
        ([*lines[:-1], "1 1 1 1"], "a line that is no row, column and value"),
    ):
        refused(folder(matrix=changed), words, whole_matrix=True)


def test_missing_files_are_named(folder):
    path = folder()
    (path / "features.tsv").unlink()
    refused(path, r"matrix\.mtx has no features\.tsv or genes\.tsv beside it")


def test_a_cut_packed_matrix_is_refused(folder):
    path = folder(".gz")
    content = (path / "matrix.mtx.gz").read_bytes()
    (path / "matrix.mtx.gz").write_bytes(content[:-40])
    refused(path, r"matrix\.mtx\.gz is a damaged or incomplete", whole_matrix=True)
