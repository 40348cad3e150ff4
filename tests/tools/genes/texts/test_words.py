"""Plain text as words: one spelling for each cytokine, endings off, nothing that all texts say."""

from __future__ import annotations

import pytest

from tools.genes.texts.words import one_spelling, words_of, words_of_each


@pytest.mark.parametrize(
    "spellings",
    [
        ("IL-2", "IL2", "interleukin 2", "Interleukin-2"),
        ("IFN-γ", "IFN gamma", "interferon gamma", "IFNG"),
        ("TNF-α", "TNF alpha", "tumor necrosis factor alpha", "tumour necrosis factor α"),
        ("TGF-β", "transforming growth factor beta"),
    ],
)
def test_each_spelling_of_a_cytokine_is_one_and_the_same_word(spellings):
    assert len({one_spelling(one) for one in spellings}) == 1
    assert len(words_of(spellings[0])) == 1
    assert all(words_of(one) == words_of(spellings[0]) for one in spellings)


def test_a_greek_letter_does_not_make_subunits_speak_for_a_cytokine():
    assert not set(words_of("G protein beta gamma")) & set(words_of("interferon gamma"))


def test_endings_come_off_long_words_and_filling_words_fall_away():
    assert words_of("peroxisomal") == words_of("peroxisome") == ["peroxisom"]
    assert words_of("genes that regulate the kinases of a cell") == ["kinas"]
    assert words_of("HALLMARK_E2F_TARGETS") == ["hallmark", "e2f", "target"]
    assert words_of("") == []


def test_many_texts_have_the_words_that_each_has_alone():
    texts = [
        "", "Interleukin 2 receptor (IL-2Rα), il 2 and Tumor necrosis factor-alpha", "IFN", "gamma 3' 2abc3def 12 x",
        "silence trailing IL-", "2 β-catenin naïve ß-cells\nSecond line; NF-kB p65/RELA", "Ⅳ peroxisomal isoforms",
    ]  # fmt: skip
    assert words_of_each(texts) == [words_of(text) for text in texts]
    assert words_of("2abc3def") == ["2abc", "3def"]
    assert words_of_each([]) == []
    assert words_of_each(["a\x1eil", "2"]) == [["il"], []]
