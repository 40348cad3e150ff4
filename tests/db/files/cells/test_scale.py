"""What the numbers of a matrix are."""

from __future__ import annotations

import numpy as np
import pytest

from db.files.cells import scale
from db.files.cells.opening import opened_cells
from db.files.cells.scale import scale_of


def per_ten_thousand(counts):
    return counts / counts.sum(axis=1, keepdims=True) * 1e4


@pytest.mark.parametrize("form", ["dense", "csr", "csc"])
@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (lambda counts: counts, "counts"),
        (lambda counts: counts * 0, "counts"),
        (per_ten_thousand, "normalised"),
        (lambda counts: np.log1p(per_ten_thousand(counts)), "log"),
        (lambda counts: np.log2(1 + per_ten_thousand(counts) * 100), "log"),
        (lambda counts: (counts - counts.mean(axis=0)) / (counts.std(axis=0) + 1), "scaled"),
    ],
    ids=["counts", "nothing", "per ten thousand", "log1p", "log2 per million", "scaled"],
)
def test_the_scale_is_told_by_the_numbers(h5ad, counts, made, wanted, form):
    with opened_cells(h5ad(form=form, values=made(counts).astype(np.float32))) as cells:
        assert scale_of(cells) == wanted


def test_the_middle_and_the_end_are_looked_at_too(h5ad, counts, monkeypatch):
    monkeypatch.setattr(scale, "SAMPLED", 3)
    for cell in (24, 49):
        mixed = counts.copy()
        mixed[cell, 0] = -0.5
        with opened_cells(h5ad(values=mixed)) as cells:
            assert scale_of(cells) == "scaled"
