"""Sentence encoders: from texts to vectors, on this machine or by a service."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from db.acts import act
from db.errors import DownloadError, InvalidValueError, NotFoundError
from db.genes.name_forms import clean
from tools.genes.matrices import unit_rows

SETTING = "HITSCOUT_EMBEDDINGS"
KEY = "HITSCOUT_EMBEDDINGS_KEY"
MOST_TOKENS = 72
"""Longer texts are cut: the name and the first sentences say what matters, and all of it would take far longer."""
TIMEOUT = 60.0
"""Seconds that a service may be silent."""
TOO_MANY, BUSY = (400, 413, 422), (429, 503)
"""Statuses by which services refuse a request that is too large, and those that mean: later."""
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
LEAST = 2
"""Numbers of a vector below which it cannot tell texts apart."""
SHORTEST = 1e-9
"""Length of a vector below which it has no direction."""
MOST_SAID = 300
"""Characters that are passed on of what a service says."""
KEPT = "What was encoded so far is kept."
ADDRESS = f"Check the address and the name. {KEPT}"
LATER = f"Run it again later. {KEPT}"
Vectors = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """Names everything that the vectors depend on, so that caches may key on it."""
        ...

    @property
    def local(self) -> bool:
        """Whether no text leaves this machine."""
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
    endpoint = Endpoint(service[1], service[2].rstrip("/"), os.environ.get(KEY, ""))
    if endpoint.key and not endpoint.local and endpoint.url.startswith("http:"):
        raise InvalidValueError(
            f"{service[2]} is not encrypted, and {KEY} would travel in the open.", f"Use https, or unset {KEY}."
        )
    return endpoint


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


class TooManyTextsError(DownloadError):
    """A service takes a request for none of these texts; it may take one for fewer of them."""


class BusyServiceError(DownloadError):
    """A service cannot answer now and may be asked again.

    Attributes:
        wait: Seconds that it asks to be left alone; None where it does not say.
    """

    wait: float | None = None


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

    @property
    def local(self) -> bool:
        """See `Encoder.local`."""
        return urlsplit(self.url).hostname in THIS_MACHINE

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder.encode`; one request, which is not repeated.

        Raises:
            TooManyTextsError: The service refuses the request with 400, 413 or 422.
            BusyServiceError: It answers 429 or 503.
            DownloadError: It cannot be reached, refuses otherwise, or answers something else than a vector for each
                text: all of one length, at least two finite numbers each, not all of them zero.
        """
        vectors: Vectors = unit_rows(self._vectors(self._answer(texts), texts))
        return vectors

    def _answer(self, texts: Sequence[str]) -> object:
        """The body of the service's answer, read as JSON."""
        import httpx2

        try:
            answer = httpx2.post(
                f"{self.url}/embeddings",
                json=dict(model=self.served, input=list(texts)),  # noqa: C408 - the service's own key
                headers={"Authorization": f"Bearer {self.key}"} if self.key else {},
                timeout=TIMEOUT,
            )
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, UnicodeError) as error:
            raise DownloadError(f"{self.url} cannot be reached: {error or type(error).__name__}.", ADDRESS) from error
        if answer.status_code != httpx2.codes.OK:
            raise self._refusal(answer.status_code, answer.text, answer.headers.get("Retry-After", ""), len(texts))
        try:
            return json.loads(answer.text)
        except ValueError as error:
            raise DownloadError(f"{self.url} answers with something else than JSON.", ADDRESS) from error

    def _refusal(self, status: int, body: str, retry_after: str, count: int) -> DownloadError:
        """The error for a status that is not 200, with what the service says of it."""
        said = self._said(body)
        refused = f"{self.url} refuses {count:,} text{'s' * (count > 1)} with status {status}{said and ': ' + said}"
        message = f"{refused.rstrip('.')}."
        if status in TOO_MANY:
            return TooManyTextsError(message, ADDRESS)
        if status in BUSY:
            busy = BusyServiceError(message, LATER)
            busy.wait = _seconds(retry_after)
            return busy
        return DownloadError(message, f"Set {KEY} to a key that it takes. {KEPT}" if status in (401, 403) else ADDRESS)

    def _said(self, body: str) -> str:
        """The service's own words in an answer, on one line, without the key that some repeat."""
        try:
            found = json.loads(body)
            while isinstance(found, dict):
                found = next((found[name] for name in ("error", "message", "detail") if found.get(name)), "")
        except ValueError:
            found = re.sub(r"<[^<>]*>", " ", body)
        words = clean(" ".join(str(found).split()))
        return (words.replace(self.key, "…") if self.key else words)[:MOST_SAID]

    def _vectors(self, answer: object, texts: Sequence[str]) -> Vectors:
        """The vectors of an answer in the order of the texts, checked: what is kept must be fit for use."""
        rows = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            said = self._said(json.dumps(answer))
            raise self._unusable(f"no list `data`{said and ': ' + said}")
        try:
            by_index = {int(row["index"]): list(map(float, row["embedding"])) for row in rows}
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise self._unusable("rows without a number `index` and a list of numbers `embedding`") from error
        if len(rows) != len(texts) or sorted(by_index) != list(range(len(texts))):
            raise self._unusable(f"{len(rows):,} vectors for {len(texts):,} texts, or some `index` twice")
        lengths = sorted({len(vector) for vector in by_index.values()})
        if len(lengths) > 1 or lengths[0] < LEAST:
            said = " and ".join(f"{length:,}" for length in lengths)
            raise self._unusable(f"vectors of {said} numbers; all must have one length, at least {LEAST}")
        with np.errstate(over="ignore"):
            found = np.array([by_index[place] for place in range(len(texts))], dtype=np.float32)
        bad = np.flatnonzero(~usable(found))
        if len(bad):
            raise self._unusable(f"a vector of zeros or without finite numbers, for {texts[bad[0]][:60]!r}")
        return found

    def _unusable(self, what: str) -> DownloadError:
        return DownloadError(
            f"{self.url} answers with {what}.",
            f"Check that {self.served!r} is an encoder of texts there, and that the address ends before /embeddings."
            f" {KEPT}",
        )


def _seconds(retry_after: str) -> float | None:
    """Seconds that a Retry-After header asks for, written as a number or as a date; None where it is neither."""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    zoned = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (zoned - datetime.now(UTC)).total_seconds())


def usable(vectors: Vectors) -> npt.NDArray[np.bool_]:
    """Which vectors are finite and not zero, shape (n,): only these have a direction.

    Args:
        vectors: Shape (n, d).
    """
    lengths = np.linalg.norm(vectors, axis=1)
    return np.asarray(np.isfinite(lengths) & (lengths > SHORTEST), dtype=bool)
