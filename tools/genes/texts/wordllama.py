"""WordLlama: each part of a word has a vector of its own, so that all gene texts are encoded in seconds."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from db.acts import act
from db.errors import NotFoundError, RefusedFileError
from tools.genes.matrices import Vectors, unit_rows

PACK = "wordllama"
VECTORS, TOKENIZER = "l2_supercat_256.safetensors", "l2_supercat_tokenizer_config.json"
WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
UNKNOWN = 0
"""The token that stands for what has no word at all."""
SAID_OF_ALL = frozenset(("gene", "protein", "encodes", "encoded", "provided", "refseq"))
"""Words that most gene texts have; they would make all of them alike."""
_KINDS = {"F16": "<f2", "F32": "<f4"}


class WordLlama:
    """Sum of the vectors of a text's word parts, scaled to unit length.

    v(text) = Σ e(t) over the parts t of each telling word, / ‖·‖; the text in small letters, words that every English
    text or most gene texts have left out. The vectors e were distilled from those of large language models such that
    their mean is a sentence's vector: Miller 2024, WordLlama. No order of words is heard, and no text is cut.

    Args:
        folder: The fetched pack: the vectors and their tokenizer.

    Raises:
        NotFoundError: The pack was not fetched.
    """

    def __init__(self, folder: Path) -> None:
        if not all((folder / name).is_file() for name in (VECTORS, TOKENIZER)):
            raise NotFoundError("The word vectors are not at hand.", f"{act('fetch', [PACK])} brings them.")
        self._folder = folder
        self._parts: dict[str, list[int]] = {}

    @property
    def name(self) -> str:
        """See `tools.genes.texts.encoders.Encoder.name`."""
        return f"{PACK}, telling words"

    @property
    def local(self) -> bool:
        """See `tools.genes.texts.encoders.Encoder.local`."""
        return True

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `tools.genes.texts.encoders.Encoder.encode`.

        Raises:
            RefusedFileError: The file of the vectors is not what it should be.
        """
        from scipy.sparse import csr_array

        words = [self._words(text) for text in texts]
        self._take_apart({word for one in words for word in one})
        parts = [[part for word in one for part in self._parts[word]] or [UNKNOWN] for one in words]
        ends = np.cumsum([0, *map(len, parts)])
        columns = np.concatenate([np.array(one, dtype=np.int64) for one in parts])
        counts = csr_array((np.ones(len(columns), np.float32), columns, ends), shape=(len(texts), len(self._vectors)))
        return np.asarray(unit_rows(np.asarray(counts @ self._vectors)), dtype=np.float32)

    def _words(self, text: str) -> list[str]:
        """The telling words of a text; all of them where none is telling."""
        found = WORD.findall(text.lower())
        return [word for word in found if word not in self._filling] or found

    def _take_apart(self, words: set[str]) -> None:
        """Remembers the parts of words: no part reaches over a space, so that each word is taken apart once."""
        new = sorted(words - self._parts.keys())
        found = self._tokenizer.encode_batch(new, add_special_tokens=False)
        self._parts |= {word: one.ids for word, one in zip(new, found, strict=True)}

    @cached_property
    def _filling(self) -> frozenset[str]:
        from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

        return SAID_OF_ALL.union(ENGLISH_STOP_WORDS)

    @cached_property
    def _tokenizer(self) -> Any:  # noqa: ANN401 – tokenizers has no types
        from tokenizers import Tokenizer

        made = Tokenizer.from_file(str(self._folder / TOKENIZER))
        made.no_truncation()
        made.no_padding()
        return made

    @cached_property
    def _vectors(self) -> Vectors:
        return read_matrix(self._folder / VECTORS)


def read_matrix(path: Path) -> Vectors:
    """The one matrix of a safetensors file: 8 bytes with the length of a JSON header, the header, the numbers.

    Args:
        path: The file.

    Returns:
        Its rows, shape (n, d).

    Raises:
        RefusedFileError: It is no such file, or holds something else than one matrix of finite numbers.
    """
    held = path.read_bytes()
    start = 8 + int.from_bytes(held[:8], "little")
    try:
        header = json.loads(held[8:start])
        (told,) = (one for name, one in header.items() if name != "__metadata__")
        rows, columns = told["shape"]
        begin, end = told["data_offsets"]
        numbers = np.frombuffer(held[start + begin : start + end], _KINDS[told["dtype"]]).reshape(rows, columns)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _no_matrix(path, str(error)) from error
    if not np.isfinite(numbers).all():
        raise _no_matrix(path, "some numbers are not finite")
    return np.asarray(numbers, dtype=np.float32)


def _no_matrix(path: Path, why: str) -> RefusedFileError:
    return RefusedFileError(
        f"{path.name} does not hold one matrix of 16- or 32-bit numbers: {why}.",
        f"Delete {path}, and {act('fetch', [PACK])} brings it again.",
    )
