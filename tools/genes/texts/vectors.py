"""Vectors of texts: genes' "SYMBOL: name. summary" through one encoder, once."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from db import disk_cache
from db.acts import act
from db.errors import DownloadError, NotFoundError
from db.genes.embeddings import replace_gene_embedding
from db.genes.names import GeneNames
from db.provenance import content_hash, find_ingest, record_ingest
from db.records import Question
from db.view import View
from tools.genes.matrices import Vectors
from tools.genes.texts.encoders import (
    KEPT,
    LEAST,
    BusyServiceError,
    Encoder,
    TooManyTextsError,
    encoder_of,
    usable,
)
from tools.genes.texts.texts import ENCODED, texts_of
from tools.workspace import Progress, Workspace

TASK = "encode texts"
AT_ONCE = 256
"""Texts in a request; a service that refuses as many is asked with half of them, down to one."""
ATTEMPTS = 6
"""How often a busy service is asked for one chunk."""
LONGEST_WAIT = 120.0
"""Seconds of waiting between two of them."""


@dataclass(frozen=True)
class EncodedTexts:
    """What encoding brought.

    Attributes:
        encoder: The encoder.
        genes: Genes with a vector.
        encoded: Texts that were encoded now; the others were kept from before.
        dimensions: Numbers of a vector.
        already: Whether the store had these very vectors.
    """

    encoder: str
    genes: int
    encoded: int
    dimensions: int
    already: bool


def encode_gene_texts(workspace: Workspace, encoder: str = "") -> EncodedTexts:
    """Puts a vector of every protein-coding gene's name and summary into the store, for predictors to use.

    `fetch` has done so with word vectors, in seconds; this lets another encoder take their place. With MiniLM it takes
    about seven minutes the first time, on one thread. Vectors are kept by the content of each text: after an
    interruption, or when some texts have changed, only the others are encoded. A store holds the vectors of one
    encoder; those of another take their place.

    Args:
        workspace: Its store has the texts (``hitscout fetch hgnc gene-summaries``).
        encoder: ``minilm``, ``wordllama`` or ``openai:NAME@URL``; where empty HITSCOUT_EMBEDDINGS, or else ``minilm``.

    Raises:
        NotFoundError: The store names no genes, or the encoder was not fetched.
        InvalidValueError: There is no such encoder.
        DownloadError: A service fails; what was encoded until then is kept.
    """
    texts, _ = texts_of(View(workspace.store), Question(""))
    if texts.empty:
        raise NotFoundError(
            "The store names no genes.", f"{act('fetch', ['hgnc', 'gene-summaries'])} brings names and texts."
        )
    chosen = encoder_of(encoder, workspace.paths.packs)
    written = [f"{symbol}: {text}" for symbol, text in texts.items()]
    vectors, new = encoded(workspace, chosen, written)
    hashes = [_hash(text) for text in written]
    content = content_hash(hashes, {"encoder": chosen.name, "embedding": ENCODED})
    with workspace.store.read() as connection:
        already = find_ingest(connection, content) is not None
    if not already:
        ids = _gene_ids(workspace, list(texts.index))
        with workspace.store.write("encode") as connection:
            ingest_id = record_ingest(
                connection, content=content, kind="embedding", name=ENCODED, source=chosen.name,
                source_hash=content_hash(hashes, {}), tool="encode", arguments={"encoder": chosen.name},
            )  # fmt: skip
            replace_gene_embedding(connection, ingest_id, ENCODED, ids[ids > 0], vectors[ids > 0])
    return EncodedTexts(chosen.name, len(written), new, vectors.shape[1], already)


def _gene_ids(workspace: Workspace, symbols: list[str]) -> npt.NDArray[np.int64]:
    """Id of the gene of each approved symbol, 0 where there is none."""
    found = GeneNames.load(workspace.store, "human").resolve(symbols)
    return np.array([one.gene.id if one.gene is not None else 0 for one in found], dtype=np.int64)


def encoded(workspace: Workspace, encoder: Encoder, texts: Sequence[str]) -> tuple[Vectors, int]:
    """Vectors of texts, from the cache where they are there.

    Args:
        workspace: Cache folder and progress.
        encoder: What encodes the others.
        texts: Any texts, n, not empty.

    Returns:
        Shape (n, d), and how many of them were encoded now.

    Raises:
        DownloadError: A service fails, stays busy, or gives vectors of another length than those that are kept.
    """
    folder = workspace.paths.cache / "text_vectors" / _hash(encoder.name)[:16]
    kept = _of_one_length(_kept(folder))
    missing = [text for text in dict.fromkeys(texts) if _hash(text) not in kept]
    # Alike lengths together, so that progress is even and a chunk is quick.
    missing.sort(key=lambda text: (len(text), text))
    at, at_once = 0, AT_ONCE
    while at < len(missing):
        step = Progress(TASK, at, len(missing), encoder.name)
        workspace.report(step)
        chunk = missing[at : at + at_once]
        try:
            vectors = _patiently(workspace, encoder, chunk, step)
        except TooManyTextsError:
            if len(chunk) == 1:
                raise
            # Services differ in how much they take at once, and few say how much.
            at_once = len(chunk) // 2
            continue
        _refuse_other_length(encoder, vectors, kept, folder)
        kept |= _keep(folder, [_hash(text) for text in chunk], vectors)
        at += len(chunk)
    workspace.report(Progress(TASK, len(missing), len(missing), "done"))
    return np.vstack([kept[_hash(text)] for text in texts]), len(missing)


def _patiently(workspace: Workspace, encoder: Encoder, chunk: Sequence[str], step: Progress) -> Vectors:
    """The vectors of a chunk; a busy service is asked again after as long as it wants, or after 1, 2, 4 … seconds."""
    for attempt in range(ATTEMPTS):
        try:
            return encoder.encode(chunk)
        except BusyServiceError as busy:
            wait = 2.0**attempt if busy.wait is None else busy.wait
            if wait > LONGEST_WAIT:
                raise DownloadError(
                    f"{busy.message} It asks to wait {wait:,.0f} seconds.", f"Run it again then. {KEPT}"
                ) from busy
            if attempt == ATTEMPTS - 1:
                raise
            _wait(workspace, wait, step)
    raise AssertionError("the last attempt returns or raises")


def _wait(workspace: Workspace, seconds: float, step: Progress) -> None:
    """Waits, and reports often enough that whoever listens can cancel."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        workspace.report(replace(step, message=f"the service is busy; asked again in {left:.0f} s"))
        time.sleep(min(left, 0.5))


def _refuse_other_length(encoder: Encoder, vectors: Vectors, kept: Mapping[str, Vectors], folder: Path) -> None:
    """Refuses vectors that cannot stand beside those of the same encoder that are kept: another one made them."""
    before = len(next(iter(kept.values()))) if kept else vectors.shape[1]
    if vectors.shape[1] != before:
        raise DownloadError(
            f"{encoder.name} gave vectors of {vectors.shape[1]:,} numbers now and of {before:,} before, so another"
            " encoder answers under the same name.",
            f"Run it again where the former one is back. To take the new one, delete {folder}: all texts are encoded"
            " anew.",
        )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _of_one_length(kept: Mapping[str, Vectors]) -> dict[str, Vectors]:
    """Those vectors that have the most common length: a cache may hold others, from a service that changed."""
    counts = Counter(len(vector) for vector in kept.values())
    common = max(counts, key=lambda length: (counts[length], length), default=0)
    return {text: vector for text, vector in kept.items() if len(vector) == common}


def _kept(folder: Path) -> dict[str, Vectors]:
    """Vector by hash of its text; those that have no direction are left out, so that they are encoded again."""
    found: dict[str, Vectors] = {}
    for path in sorted(folder.glob("*.npz")):
        found |= disk_cache.kept(path, _read) or {}
    return found


def _read(stream: BinaryIO) -> dict[str, Vectors]:
    with np.load(stream, allow_pickle=False) as held:
        hashes, vectors = held["hashes"].tolist(), held["vectors"]
        good = usable(vectors) & (vectors.shape[1] >= LEAST)
        return {text: vector for text, vector, fit in zip(hashes, vectors, good, strict=True) if fit}


def _keep(folder: Path, hashes: list[str], vectors: Vectors) -> dict[str, Vectors]:
    path = folder / f"{disk_cache.asked_key(' '.join(hashes))}.npz"
    disk_cache.keep(path, lambda stream: np.savez(stream, hashes=np.array(hashes, dtype=str), vectors=vectors))
    return dict(zip(hashes, vectors, strict=True))
