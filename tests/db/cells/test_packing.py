"""Values of one cell as bytes: the very numbers come back, and damage is said."""

from __future__ import annotations

import numpy as np
import pytest

from db.cells.packing import (
    packed_amounts,
    packed_places,
    packed_texts,
    unpacked_amounts,
    unpacked_places,
    unpacked_texts,
)
from db.errors import StoreError


@pytest.mark.parametrize(
    "values", [[], [0.0], [1, 2, 255], [1, 256], [65_535, 65_536], [2**24], [0.5, 1.25, 3e-8], [-1.0, 2.0], [1e20]]
)
def test_amounts_come_back_as_they_were(values):
    amounts = np.array(values, dtype=np.float32)
    found = unpacked_amounts(packed_amounts(amounts))
    assert found.dtype == np.float32
    assert np.array_equal(found, amounts)


@pytest.mark.parametrize("places", [[], [0], [0, 1, 2], [5, 300, 70_000], [2**31 - 1]])
def test_places_come_back_as_they_were(places):
    assert unpacked_places(packed_places(np.array(places, dtype=np.int32))).tolist() == places


def test_counts_take_a_byte_each_at_most_before_they_are_deflated():
    counts = np.random.default_rng(0).integers(1, 256, 10_000).astype(np.float32)
    assert len(packed_amounts(counts)) < 10_500


def test_texts_come_back_whatever_they_hold():
    texts = ["", "T cell", "β\n\"'", "\ud800"]
    assert unpacked_texts(packed_texts(texts)) == texts


@pytest.mark.parametrize("read", [unpacked_amounts, unpacked_places, unpacked_texts])
def test_bytes_that_are_damaged_are_said_to_be(read):
    content = packed_texts(["a"] * 50)
    for damaged in (b"", content[:-3], b"\0" + content[1:]):
        with pytest.raises(StoreError, match="damaged"):
            read(damaged)
