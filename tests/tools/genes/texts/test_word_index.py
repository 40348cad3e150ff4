"""What words say of texts, by hand."""

from __future__ import annotations

import io

import numpy as np
import pytest

from tools.genes.texts.word_index import WordIndex

TEXTS = [["a", "b"], ["a", "a", "c"], []]


def test_three_texts_are_told_apart_by_bm25():
    index = WordIndex.of(TEXTS, saturation=1.2, length=0.3)
    # The mean length is 5/3; "a" stands in two of three texts, "b" and "c" in one.
    in_two, in_one = np.log(1 + 1.5 / 2.5), np.log(1 + 2.5 / 1.5)
    short, long = 1.2 * (0.7 + 0.3 * 2 * 3 / 5), 1.2 * (0.7 + 0.3 * 3 * 3 / 5)
    np.testing.assert_allclose(
        index.likeness({"a": 1.0}), [in_two * 2.2 / (1 + short), in_two * 2 * 2.2 / (2 + long), 0.0], rtol=1e-6
    )
    np.testing.assert_allclose(
        index.likeness({"b": 2.0, "c": 0.5}), [2 * in_one * 2.2 / (1 + short), 0.5 * in_one * 2.2 / (1 + long), 0.0],
        rtol=1e-6,
    )  # fmt: skip
    assert index.telling(["a", "b", "nowhere"]) == pytest.approx(in_two + in_one)
    assert index.likeness({"nowhere": 1.0}).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("texts", [TEXTS, [], [[]]], ids=["three", "none", "one without words"])
def test_an_index_that_was_kept_is_read_back_as_it_was(texts):
    index, kept = WordIndex.of(texts, 0.5, 0.5), io.BytesIO()
    np.savez(kept, **index.arrays("titles"))
    kept.seek(0)
    with np.load(kept, allow_pickle=False) as held:
        again = WordIndex.from_arrays("titles", held)
    assert again.count == index.count == len(texts)
    for name in ("words", "starts", "texts", "says", "idf"):
        np.testing.assert_array_equal(getattr(again, name), getattr(index, name))
    np.testing.assert_array_equal(again.likeness({"a": 1.0}), index.likeness({"a": 1.0}))
