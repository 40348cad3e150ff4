"""Sentence encoders: from texts to vectors, on this machine or by a service."""

from __future__ import annotations

import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from db.errors import DownloadError, InvalidValueError, NotFoundError

SETTING = "HITSCOUT_EMBEDDINGS"
KEY = "HITSCOUT_EMBEDDINGS_KEY"
MOST_TOKENS = 72
"""Longer texts are cut: the name and the first sentences say what matters, and all of it would take far longer."""
TIMEOUT = 60.0
Vectors = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """Names everything that the vectors depend on, so that caches may key on it."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One vector of unit length for each text, shape (n, d).

        Args:
            texts: Any texts, n.
        """
        ...


def encoder_of(setting: str, packs: Path) -> Encoder:
    """The encoder that a setting names.

    Args:
        setting: ``minilm``, or ``openai:NAME@URL`` for a service with an OpenAI-compatible endpoint, where URL is
            what stands before ``/embeddings``. Empty for ``HITSCOUT_EMBEDDINGS``, and ``minilm`` where that is unset.
        packs: Folder of fetched packs.

    Raises:
        InvalidValueError: The setting is neither.
        NotFoundError: The encoder's pack was not fetched.
    """
    wanted = setting or os.environ.get(SETTING, "") or "minilm"
    if wanted == "minilm":
        return MiniLM(packs / "minilm")
    service = re.fullmatch(r"openai:([^@\s]+)@(https?://\S+)", wanted)
    if service is None:
        raise InvalidValueError(
            f"There is no text encoder {wanted!r}.", "Give minilm, or openai:NAME@http://HOST:PORT/v1 for a service."
        )
    address = urlsplit(service[2])
    if address.scheme == "http" and address.hostname not in ("localhost", "127.0.0.1", "::1") and os.environ.get(KEY):
        raise InvalidValueError(
            f"{service[2]} is not encrypted, and {KEY} would travel in the open.", f"Use https, or unset {KEY}."
        )
    return Endpoint(service[1], service[2].rstrip("/"), os.environ.get(KEY, ""))


class MiniLM:
    """all-MiniLM-L6-v2, run here on one thread: mean of the token vectors, scaled to unit length.

    Wang et al. 2020 (NeurIPS 33:5776); Reimers and Gurevych 2019 (EMNLP).

    Args:
        folder: The fetched pack: one .onnx file and ``tokenizer.json``.
    """

    def __init__(self, folder: Path) -> None:
        networks = sorted(folder.glob("*.onnx"))
        if not networks or not (folder / "tokenizer.json").is_file():
            raise NotFoundError("The sentence encoder is not at hand.", "`hitscout fetch minilm` brings it.")
        self._network, self._folder = networks[0], folder
        self._loaded: tuple[Any, Any] | None = None

    @property
    def name(self) -> str:
        """See `Encoder.name`."""
        return f"minilm, {MOST_TOKENS} tokens"

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
        return rows, unit(found.mean(axis=1) if found.ndim == 3 else found)


def _by_length(ids: list[list[int]]) -> list[list[int]]:
    """Numbers of texts with equally many tokens, at most 32 together: no padding, so company changes no vector."""
    groups: dict[int, list[int]] = {}
    for row, tokens in enumerate(ids):
        groups.setdefault(len(tokens), []).append(row)
    return [rows[at : at + 32] for _, rows in sorted(groups.items()) for at in range(0, len(rows), 32)]


@dataclass(frozen=True)
class Endpoint:
    """A service with an OpenAI-compatible ``/embeddings``.

    Attributes:
        served: The name that the service knows its encoder by.
        url: What stands before ``/embeddings``.
        key: Sent as a bearer token where it is not empty.
    """

    served: str
    url: str
    key: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """See `Encoder.name`."""
        return f"openai:{self.served}@{self.url}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`.

        Raises:
            DownloadError: The service cannot be reached, refuses, or answers something else.
        """
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            f"{self.url}/embeddings",
            data=json.dumps(dict(model=self.served, input=list(texts))).encode(),  # noqa: C408 - the service's own key
            headers={
                "Content-Type": "application/json",
                **({"Authorization": f"Bearer {self.key}"} if self.key else {}),
            },
        )
        hint = "Check the address and the name; what was encoded so far is kept."
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310 - the scheme was checked
                rows = json.load(answer)["data"]
            found = np.array([row["embedding"] for row in sorted(rows, key=lambda row: row["index"])], dtype=np.float32)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DownloadError(f"{self.url} gave no embeddings: {error}", hint) from error
        if found.ndim != 2 or len(found) != len(texts) or not np.isfinite(found).all():
            raise DownloadError(f"{self.url} gave {found.shape} numbers for {len(texts)} texts.", hint)
        return unit(found)


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to unit length; rows of zeros stay.

    Args:
        vectors: Shape (n, d).
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)
