"""Many short texts, counted once, so that the words of a question are compared with all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

VERSION = ("word_index 1",)
Arrays: TypeAlias = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class WordIndex:
    """Which text has which word, and how much that says.

    A word w says of a text d what BM25 gives it, idf(w) · f (k + 1) / (f + k (1 − b + b · |d| / mean length)), with f
    how often d has w and idf(w) = ln(1 + (n − m + ½) / (m + ½)) for m of n texts that have it (Robertson and Zaragoza
    2009, Foundations and Trends in Information Retrieval 3:333).

    Attributes:
        words: The vocabulary, sorted, shape (v,).
        starts: Where each word's texts begin in `texts`, shape (v + 1,).
        texts: Numbers of texts, word by word.
        says: What the word says of the text, beside `texts`.
        idf: Of each word, shape (v,).
        count: Number of texts.
    """

    words: npt.NDArray[np.str_]
    starts: npt.NDArray[np.int64]
    texts: npt.NDArray[np.int32]
    says: npt.NDArray[np.float32]
    idf: npt.NDArray[np.float64]
    count: int

    @classmethod
    def of(cls, texts: Iterable[list[str]], saturation: float, length: float) -> WordIndex:
        """Counts texts.

        Args:
            texts: The words of each text.
            saturation: k: how soon more of the same word says no more.
            length: b: how much less a word says in a longer text, 0 to 1.
        """
        counted = list(texts)
        lengths = np.array([len(text) for text in counted], dtype=np.int64)
        words = sorted(set(chain.from_iterable(counted)))
        places = {word: place for place, word in enumerate(words)}
        said = np.fromiter(map(places.__getitem__, chain.from_iterable(counted)), np.int64, int(lengths.sum()))
        # Word by word, and text by text of each: one number for each pair.
        pairs, often = np.unique(
            said * max(len(counted), 1) + np.repeat(np.arange(len(counted)), lengths), return_counts=True
        )
        word, numbers = np.divmod(pairs, max(len(counted), 1))
        held = np.bincount(word, minlength=len(words))
        idf = np.log1p((len(counted) - held + 0.5) / (held + 0.5))
        size = lengths.astype(float)[numbers] / max(float(np.mean(lengths)) if counted else 1.0, 1e-9)
        times = often.astype(float)
        says = np.repeat(idf, held) * times * (saturation + 1) / (times + saturation * (1 - length + length * size))
        starts = np.concatenate([[0], np.cumsum(held)]).astype(np.int64)
        return cls(
            np.array(words, dtype=str), starts, numbers.astype(np.int32), says.astype(np.float32), idf, len(counted)
        )

    @cached_property
    def _places(self) -> dict[str, int]:
        return {str(word): number for number, word in enumerate(self.words)}

    def likeness(self, weights: Mapping[str, float]) -> npt.NDArray[np.float64]:
        """What the words of a question say of each text: Σ weight · what the word says, shape (count,).

        Args:
            weights: Word → how much it counts.
        """
        total = np.zeros(self.count)
        for word, weight in weights.items():
            place = self._places.get(word)
            if place is not None:
                there = slice(self.starts[place], self.starts[place + 1])
                total[self.texts[there]] += weight * self.says[there]
        return total

    def telling(self, words: Iterable[str]) -> float:
        """How much words could say of a text that has all of them once: the sum of their idf.

        Args:
            words: Words; those that no text has count nothing.
        """
        return float(sum(self.idf[self._places[word]] for word in words if word in self._places))

    def arrays(self, name: str) -> dict[str, npt.NDArray[Any]]:
        """The index as arrays, to be kept in a file.

        Args:
            name: Before the name of each array.
        """
        parts = {"words": self.words, "starts": self.starts, "texts": self.texts, "says": self.says, "idf": self.idf}
        return {f"{name}_{part}": values for part, values in {**parts, "count": np.array(self.count)}.items()}

    @classmethod
    def from_arrays(cls, name: str, held: Arrays) -> WordIndex:
        """The index that `arrays` took apart.

        Args:
            name: As it was given there.
            held: The arrays.
        """
        words, starts, texts, says, idf = (held[f"{name}_{one}"] for one in ("words", "starts", "texts", "says", "idf"))
        return cls(words, starts, texts, says, idf, int(held[f"{name}_count"]))
