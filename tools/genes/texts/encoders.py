"""Sentence encoders: from texts to vectors, on this machine or by a service."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from db.errors import DownloadError, InvalidValueError
from db.genes.name_forms import clean
from tools.genes.matrices import Vectors, unit_rows
from tools.genes.texts.minilm import MiniLM
from tools.genes.texts.wordllama import WordLlama

SETTING = "HITSCOUT_EMBEDDINGS"
KEY = "HITSCOUT_EMBEDDINGS_KEY"
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


ON_THIS_MACHINE: Mapping[str, Callable[[Path], Encoder]] = {"minilm": MiniLM, "wordllama": WordLlama}
"""Encoders that are run here, by the name of the pack that brings them."""


def encoder_of(setting: str, packs: Path) -> Encoder:
    """The encoder that a setting names.

    Args:
        setting: ``minilm``, ``wordllama``, or ``openai:NAME@URL`` for a service with an OpenAI-compatible endpoint,
            where URL is what stands before ``/embeddings``. Empty for ``HITSCOUT_EMBEDDINGS``, and ``minilm`` where
            that is unset.
        packs: Folder of fetched packs.

    Raises:
        InvalidValueError: The setting is none of them.
        NotFoundError: The encoder's pack was not fetched.
    """
    wanted = setting or os.environ.get(SETTING, "") or "minilm"
    if wanted in ON_THIS_MACHINE:
        return ON_THIS_MACHINE[wanted](packs / wanted)
    service = re.fullmatch(r"openai:([^@\s]+)@(https?://\S+)", wanted)
    if service is None:
        raise InvalidValueError(
            f"There is no text encoder {wanted!r}.",
            f"Give {', '.join(ON_THIS_MACHINE)}, or openai:NAME@http://HOST:PORT/v1 for a service.",
        )
    endpoint = Endpoint(service[1], service[2].rstrip("/"), os.environ.get(KEY, ""))
    if endpoint.key and not endpoint.local and endpoint.url.startswith("http:"):
        raise InvalidValueError(
            f"{service[2]} is not encrypted, and {KEY} would travel in the open.", f"Use https, or unset {KEY}."
        )
    return endpoint


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
