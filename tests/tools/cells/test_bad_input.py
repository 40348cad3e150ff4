"""Files that cannot be used: a sentence with what would work, and the store as it was."""

from __future__ import annotations

import numpy as np
import pytest

from db.errors import HitscoutError, InvalidValueError, NotFoundError, RefusedFileError
from tests.labelled_world import GENES, write_cells
from tools.benchmarks.cells.benchmark import benchmark_cells
from tools.cells.annotation.annotating import annotate_cells


def refusal(space, error: type[HitscoutError], file, reference, label="cell_type", **options) -> str:
    """What is said, the store being as it was."""
    before = space.store.path.read_bytes()
    with pytest.raises(error) as told:
        annotate_cells(space, file, reference, label, **options)
    assert space.store.path.read_bytes() == before
    assert told.value.suggestion
    return str(told.value)


@pytest.fixture
def file(tmp_path):
    return write_cells(tmp_path / "a.h5ad")


def test_a_column_that_is_not_there(cells_space, file):
    assert "'cell_type'" in refusal(cells_space, InvalidValueError, file, file, "celltype")


def test_labels_of_one_cell_each(cells_space, file, tmp_path):
    alone = write_cells(tmp_path / "b.h5ad", (3, 1, 1, 1))
    assert "1 labels with 2 cells or more (4 labels in all)" in refusal(cells_space, RefusedFileError, file, alone)


def test_a_label_of_one_cell_is_left_out_and_said(cells_space, file, tmp_path):
    alone = write_cells(tmp_path / "b.h5ad", (30, 30, 30, 1))
    found = annotate_cells(cells_space, file, alone, "cell_type")
    assert "Left out, having one cell: ductal." in found.notes
    assert "ductal" not in {one.label for one in found.labels}


def test_two_species_where_that_was_not_asked_for(cells_space, file, tmp_path):
    mouse = write_cells(tmp_path / "m.h5ad", mouse=True)
    said = refusal(cells_space, InvalidValueError, mouse, file)
    assert "a.h5ad has human cells and m.h5ad mouse ones" in said
    assert "across_species=True" in said


def test_genes_of_another_organism(cells_space, file, tmp_path):
    fly = write_cells(tmp_path / "fly.h5ad", genes=[f"CG{number}" for number in range(len(GENES))])
    said = refusal(cells_space, RefusedFileError, fly, file)
    assert "0% are known of human or mouse" in said


def test_files_that_share_no_genes(cells_space, file, tmp_path):
    other = write_cells(tmp_path / "o.h5ad", genes=[f"GENE{number:04d}" for number in range(300, 300 + len(GENES))])
    assert "share 0 genes" in refusal(cells_space, RefusedFileError, other, file)


def test_a_file_that_is_cut(cells_space, file, tmp_path):
    cut = tmp_path / "cut.h5ad"
    cut.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert "cut.h5ad" in refusal(cells_space, RefusedFileError, cut, file)
    assert "cut.h5ad" in refusal(cells_space, RefusedFileError, file, cut)


def test_vectors_and_heads_that_are_none(cells_space, file):
    assert "'pca'" in refusal(cells_space, NotFoundError, file, file, vectors="pca")
    assert "'knn'" in refusal(cells_space, NotFoundError, file, file, head="knn")


def test_a_table_that_cannot_be_written(cells_space, file, tmp_path):
    assert ".csv" in refusal(cells_space, InvalidValueError, file, file, out=tmp_path / "a.xlsx")
    (tmp_path / "there.csv").write_text("mine")
    refusal(cells_space, HitscoutError, file, file, out=tmp_path / "there.csv")
    assert (tmp_path / "there.csv").read_text() == "mine"


def test_a_benchmark_without_common_labels(cells_space, file, tmp_path):
    other = write_cells(tmp_path / "o.h5ad", labels=("w", "x", "y", "z"))
    with pytest.raises(InvalidValueError, match="0 cells have a label that the reference has too"):
        benchmark_cells(cells_space, file, "cell_type", across=other)


def test_texts_that_the_store_lacks(named_workspace, tmp_path):
    genes = ["STAT1", "JAK1", "CD3E", "LCK", "MYC", "IL2RA", "B2M", "IL2", "IFNG", "IFNGR1", "ZAP70", "VAV1", "KRAS",
             "LAT", "LCP2", "CD3D", "CD3G", "RPL3", "ACE2", "MAPT", "RELA", "FADD", "CASP8", "CTLA4"]  # fmt: skip
    more = genes + [f"x{number}" for number in range(len(GENES) - len(genes))]
    file = write_cells(tmp_path / "t.h5ad", genes=more)
    assert np.isfinite(annotate_cells(named_workspace, file, file, "cell_type").held_out_accuracy)
    with pytest.raises(NotFoundError, match="no vectors of these genes' texts"):
        annotate_cells(named_workspace, file, file, "cell_type", vectors="text_mean")
