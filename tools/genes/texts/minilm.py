"""MiniLM: a sentence encoder that reads whole sentences, on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from db.acts import act
from db.errors import NotFoundError
from tools.genes.matrices import Vectors, unit_rows

MOST_TOKENS = 72
"""Longer texts are cut: the name and the first sentences say what matters, and all of it would take far longer."""


class MiniLM:
    """all-MiniLM-L6-v2, run here on one thread: mean of the token vectors, scaled to unit length.

    Wang et al. 2020 (NeurIPS 33:5776); Reimers and Gurevych 2019 (EMNLP).

    Args:
        folder: The fetched pack: one .onnx file and ``tokenizer.json``.
    """

    def __init__(self, folder: Path) -> None:
        networks = sorted(folder.glob("*.onnx"))
        if not networks or not (folder / "tokenizer.json").is_file():
            raise NotFoundError("The sentence encoder is not at hand.", f"{act('fetch', ['minilm'])} brings it.")
        self._network, self._folder = networks[0], folder
        self._loaded: tuple[Any, Any] | None = None

    @property
    def name(self) -> str:
        """See `Encoder.name`."""
        return f"minilm, {MOST_TOKENS} tokens"

    @property
    def local(self) -> bool:
        """See `Encoder.local`."""
        return True

    def _parts(self) -> tuple[Any, Any]:
        if self._loaded is None:
            import onnxruntime  # type: ignore[import-untyped]
            from tokenizers import Tokenizer

            tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
            tokenizer.enable_truncation(MOST_TOKENS)
            tokenizer.no_padding()
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            session = onnxruntime.InferenceSession(str(self._network), options, providers=["CPUExecutionProvider"])
            self._loaded = (tokenizer, session)
        return self._loaded

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`."""
        tokenizer, session = self._parts()
        ids = [encoding.ids for encoding in tokenizer.encode_batch(list(texts))]
        # Alike lengths together: padding is computed for nothing. A text alone gives the same as among others.
        vectors = [self._one_length(session, ids, rows) for rows in _by_length(ids)]
        joined = np.vstack([part for _, part in vectors])
        order = np.concatenate([rows for rows, _ in vectors])
        return np.asarray(joined[np.argsort(order)], dtype=np.float32)

    @staticmethod
    def _one_length(session: Any, ids: list[list[int]], rows: list[int]) -> tuple[list[int], Vectors]:  # noqa: ANN401
        tokens = np.array([ids[row] for row in rows], dtype=np.int64)
        given = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        wanted = {one.name: given[one.name] for one in session.get_inputs()}
        found = np.asarray(session.run(None, wanted)[0], dtype=np.float32)
        return rows, unit_rows(found.mean(axis=1) if found.ndim == 3 else found)


def _by_length(ids: list[list[int]]) -> list[list[int]]:
    """Numbers of texts with equally many tokens, at most 32 together: no padding, so company changes no vector."""
    groups: dict[int, list[int]] = {}
    for row, tokens in enumerate(ids):
        groups.setdefault(len(tokens), []).append(row)
    return [rows[at : at + 32] for _, rows in sorted(groups.items()) for at in range(0, len(rows), 32)]
