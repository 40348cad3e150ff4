"""A matrix of genes × cells in R data is read as cells, by the names that R gave its rows and columns."""

from __future__ import annotations

import bz2
from pathlib import Path

import numpy as np
import pytest

from db.errors import RefusedFileError
from db.files.cells.opening import holds_cells, opened_cells

GENES, NAMES = ["Sox17", "Tal1", "Etv2"], ["E7.25", "E7.25", "E8.25", "E8.25"]
VALUES = np.array([[1.5, 0, 0, 2.5], [0, 0, 3.5, 0], [4.5, 5.5, 0, 6.5]])
"""Genes × cells, as R has them."""


def text(value: str) -> list[str]:
    return ["262153", str(len(value)), value]


def texts(values: list[str]) -> list[str]:
    return ["16", str(len(values)), *[line for value in values for line in text(value)]]


def written(path: Path, names: list[str] | None) -> Path:
    """R's own text form of ``save(m)``; without names of rows and columns where None."""
    shape = ["1026", "1", *text("dim"), "13", "2", "3", "4"]
    named = [] if names is None else ["1026", "1", *text("dimnames"), "19", "2", *texts(GENES), *texts(names)]
    body = ["526", "12", *[repr(float(value)) for value in VALUES.T.ravel()], *shape, *named, "254"]
    lines = ["RDA2", "A", "2", "262144", "131840", "1026", "1", *text("m"), *body, "254", ""]
    path.write_bytes(bz2.compress("\n".join(lines).encode()))
    return path


def test_rows_are_genes_and_columns_are_cells(tmp_path):
    with opened_cells(written(tmp_path / "m.rda", ["a", "b", "c", "d"])) as file:
        assert list(file.genes["name"]) == GENES
        assert list(file.barcodes) == ["a", "b", "c", "d"]
        assert file.notes == ()
        ((start, piece),) = file.pieces()
    assert start == 0
    np.testing.assert_array_equal(piece.toarray(), VALUES.T.astype(np.float32))


def test_names_that_cells_share_describe_them_and_the_cells_are_numbered(tmp_path):
    with opened_cells(written(tmp_path / "m.rda", NAMES)) as file:
        assert list(file.barcodes) == ["1", "2", "3", "4"]
        assert list(file.column("name")) == NAMES
        assert any("numbered" in note for note in file.notes)


def test_a_matrix_without_names_is_refused(tmp_path):
    path = written(tmp_path / "m.rda", None)
    with pytest.raises(RefusedFileError, match="without a matrix of genes"), opened_cells(path):
        pass


def test_a_matrix_may_be_anything_and_is_not_taken_for_a_screen(tmp_path):
    assert not holds_cells(written(tmp_path / "n.rda", NAMES))
