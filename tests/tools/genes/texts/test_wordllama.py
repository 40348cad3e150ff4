"""Word vectors: a text's vector is the sum over its telling words' parts, of unit length."""

from __future__ import annotations

import numpy as np
import pytest

from db.errors import NotFoundError, RefusedFileError
from tests.word_vectors import ROWS, safetensors, write_pack
from tools.genes.texts.encoders import encoder_of
from tools.genes.texts.wordllama import VECTORS, WordLlama, read_matrix
from tools.workspace import Paths

PACK = Paths.of_user().packs / "wordllama"
"""The user's own, looked up before the tests get a home of their own."""


@pytest.fixture
def encoder(tmp_path) -> WordLlama:
    return WordLlama(write_pack(tmp_path / "wordllama"))


def unit(*numbers: float) -> np.ndarray:
    return np.array(numbers) / np.linalg.norm(numbers)


@pytest.mark.parametrize(
    ("text", "vector"),
    [
        ("kinase receptor", unit(2, 1, 0)),
        ("Receptor, KINASE.", unit(2, 1, 0)),
        ("kinase kinase receptor", unit(4, 1, 0)),
        ("ferroptosis", unit(0, 4, 3)),
        ("the gene encodes the kinase", unit(1, 0, 0)),
        ("the gene", unit(23, 23, 23)),
        ("", unit(1, 1, 1)),
        ("?!", unit(1, 1, 1)),
    ],
    ids=["sum", "small-letters", "counted", "parts", "telling", "nothing-telling", "empty", "no-word"],
)
def test_a_text_is_the_sum_of_the_parts_of_its_telling_words_at_unit_length(encoder, text, vector):
    (found,) = encoder.encode([text])
    np.testing.assert_allclose(found, vector, atol=1e-6)
    assert found.dtype == np.float32


def test_company_and_order_change_no_vector(encoder):
    texts = ["kinase receptor", "ferroptosis", "", "receptor kinase"]
    together = encoder.encode(texts)
    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_array_equal(encoder.encode([text])[0], vector)
    np.testing.assert_array_equal(together[0], together[3])


def test_a_setting_names_the_pack_s_encoder_which_sends_no_text_away(tmp_path):
    with pytest.raises(NotFoundError) as caught:
        encoder_of("wordllama", tmp_path)
    assert "fetch(['wordllama'])" in caught.value.suggestion
    write_pack(tmp_path / "wordllama")
    found = encoder_of("wordllama", tmp_path)
    assert found.local
    assert found.name.startswith("wordllama,")


@pytest.mark.parametrize("kind", ["F16", "F32"])
def test_a_matrix_of_either_width_is_read_as_it_was_written(tmp_path, kind):
    path = tmp_path / "one.safetensors"
    path.write_bytes(safetensors({"weight": ROWS}, kind))
    np.testing.assert_array_equal(read_matrix(path), ROWS)


@pytest.mark.parametrize(
    "held",
    [
        b"",
        b"no header at all",
        safetensors({"a": ROWS, "b": ROWS}),
        safetensors({}),
        safetensors({"a": ROWS[0]}),
        safetensors({"a": ROWS}, "BF16"),
        safetensors({"a": ROWS})[:-4],
        safetensors({"a": np.array([[1.0, np.nan]])}),
        b"\x02\0\0\0\0\0\0\0[]",
    ],
    ids=["empty", "text", "two", "none", "one-row", "kind", "cut", "not-finite", "list"],
)
def test_a_file_that_holds_no_one_matrix_is_refused_with_what_brings_it_again(tmp_path, held):
    path = write_pack(tmp_path) / VECTORS
    path.write_bytes(held)
    with pytest.raises(RefusedFileError, match=VECTORS) as caught:
        WordLlama(tmp_path).encode(["kinase"])
    assert "fetch(['wordllama'])" in caught.value.suggestion


@pytest.mark.skipif(not (PACK / VECTORS).is_file(), reason=f"the real word vectors are not in {PACK}")
def test_the_real_vectors_bring_texts_of_one_sense_together():
    cholesterol, lipid, splicing = WordLlama(PACK).encode(
        ["uptake of LDL cholesterol", "low density lipoprotein particle receptor", "assembly of the spliceosome"]
    )
    assert len(cholesterol) == 256
    assert cholesterol @ lipid > cholesterol @ splicing + 0.1
