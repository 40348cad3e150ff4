"""Pieces stay small, and values that a file holds in another order come out by cell."""

from __future__ import annotations

from contextlib import ExitStack

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random

from db.errors import RefusedFileError
from db.files.cells import matrices, scattered
from db.files.cells.matrices import ByCell, Dense, spans
from db.files.cells.scattered import Scattered


@pytest.fixture
def stack():
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def large():
    """3,000 cells × 40 genes."""
    return random(3_000, 40, 0.2, format="csr", random_state=np.random.default_rng(5), dtype=np.float32)


def in_blocks(matrix: csr_matrix, order: np.ndarray):
    """Its values in an order, a thousand at once."""
    entries = matrix.tocoo()
    parts = entries.row[order], entries.col[order], entries.data[order]
    return lambda: (tuple(part[at : at + 1_000] for part in parts) for at in range(0, matrix.nnz, 1_000))


def stacked(pieces) -> np.ndarray:
    return np.vstack([piece.toarray() for _, piece in pieces])


def test_a_lot_has_few_values_unless_it_is_one_cell():
    assert list(spans(np.array([0, 2, 4, 20, 21, 22]), 0, 3, 5)) == [(0, 2), (2, 3), (3, 5)]
    assert list(spans(np.array([0, 0, 0, 0]), 1, 9, 5)) == [(1, 3)]


def test_a_piece_has_fewer_cells_where_they_hold_many_values(monkeypatch, large):
    monkeypatch.setattr(matrices, "ENTRIES", 400)
    whole = large.toarray()
    ends = large.indptr.astype(np.int64)
    sparse = ByCell(large.data, large.indices, ends, large.shape, "x")
    for matrix in (Dense(whole, whole.shape, "x"), Dense(whole.T, whole.shape, "x", chunk=3, transposed=True)):
        pieces = list(matrix.pieces(4_096, 5))
        assert max(piece.shape[0] for _, piece in pieces) <= 12
        assert (stacked(pieces) == whole[5:]).all()
    assert (stacked(sparse.pieces(4_096, 0)) == whole).all()


@pytest.mark.parametrize("once", [True, False])
@pytest.mark.parametrize("order", ["by cell", "by gene", "none"])
def test_values_in_any_order_come_out_by_cell(monkeypatch, large, stack, order, once):
    monkeypatch.setattr(scattered, "LOT", 500)
    numbers = np.arange(large.nnz)
    if order == "by gene":
        numbers = np.argsort(large.indices, kind="stable")
    elif order == "none":
        numbers = np.random.default_rng(1).permutation(large.nnz)
    matrix = Scattered(in_blocks(large, numbers), large.nnz, large.shape, stack, once)
    for start in (0, 1_234):
        pieces = list(matrix.pieces(100, start))
        assert pieces[0][0] == start
        assert max(piece.shape[0] for _, piece in pieces) <= 100
        assert (stacked(pieces) == large.toarray()[start:]).all()


@pytest.mark.parametrize(("once", "wanted"), [(True, 1), (False, 2)])
def test_a_file_that_is_not_by_cell_is_read_no_more_than_twice(large, stack, once, wanted):
    readings = []
    blocks = in_blocks(large, np.argsort(large.indices, kind="stable"))

    def counted():
        readings.append(1)
        return blocks()

    matrix = Scattered(counted, large.nnz, large.shape, stack, once)
    for _ in range(3):
        stacked(matrix.pieces(4_096, 0))
    assert len(readings) == wanted


def test_a_full_disk_is_told(large, stack, monkeypatch):
    matrix = Scattered(in_blocks(large, np.arange(large.nnz)), large.nnz, large.shape, stack, once=True)
    file = open("/dev/full", "r+b", buffering=0)  # noqa: SIM115, PTH123 - closed by the stack
    monkeypatch.setattr(scattered.tempfile, "TemporaryFile", lambda prefix: stack.enter_context(file))
    with pytest.raises(RefusedFileError, match=r"needs 0\.0 GB in .*No space left"):
        next(matrix.pieces(10, 0))


@pytest.mark.parametrize(
    ("ends", "places", "values", "words"),
    [
        ([0, 1], [0, 1], [1, 1], "do not fit"),
        ([0, 2, 1], [0, 1], [1, 1], "do not fit"),
        ([0, 1, 9], [0, 1], [1, 1], "do not fit"),
        ([1, 1, 2], [0, 1], [1, 1], "do not fit"),
        ([0, 4, 4], [0, 1, 0, 1], [1, 1, 1, 1], "do not fit"),
        ([0, 1, 2], [0, 3], [1, 1], "that there is not"),
        ([0, 1, 2], [0, -1], [1, 1], "that there is not"),
        ([0, 1, 2], [0.0, 1.0], [1, 1], "that there is not"),
        ([0, 1, 2], [0, 1], [1, np.nan], "missing or infinite"),
        ([0, 1, 2], [0, 1], [1, 1e300], "missing or infinite"),
    ],
)
def test_parts_that_do_not_fit_each_other_are_refused(ends, places, values, words):
    with pytest.raises(RefusedFileError, match=f"m .*{words}"):
        list(ByCell(np.array(values), np.array(places), np.array(ends), (2, 3), "m").pieces(10, 0))


def test_large_finite_values_are_no_damage():
    values = np.full(8, 3e38, dtype=np.float32)
    matrix = ByCell(values, np.arange(8), np.array([0, 8]), (1, 8), "m")
    assert next(matrix.pieces(1, 0))[1].nnz == 8
